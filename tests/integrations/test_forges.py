"""The three forges against stand-ins that speak their APIs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.standins.base import Fault, StandIn
from tests.standins.forges import GiteaStandIn, GitHubStandIn, GitLabStandIn

from paramedic.integrations.forge import Forge, NewPullRequest, PullState, slug_of
from paramedic.integrations.forges import open_forge
from paramedic.integrations.gitea.client import Gitea
from paramedic.integrations.github.client import GitHub
from paramedic.integrations.gitlab.client import GitLab
from paramedic.model.errors import NotConfigured, OutsideError
from paramedic.settings import Settings
from paramedic.settings.file import ForgeName, RepositoryConfig

NEW = NewPullRequest("paramedic/shop-1a-01234567", "main", "Fix KeyError", "the body")


@pytest.fixture(params=["github", "gitlab", "gitea"])
def pair(request: pytest.FixtureRequest) -> Iterator[tuple[StandIn, Forge]]:
    standin = {"github": GitHubStandIn, "gitlab": GitLabStandIn, "gitea": GiteaStandIn}[request.param]()
    with standin.running():
        forge = {"github": GitHub, "gitlab": GitLab, "gitea": Gitea}[request.param]("acme/shop", "good", standin.url)
        yield standin, forge


def test_a_pull_request_is_opened_and_found_again_by_its_branch(pair: tuple[StandIn, Forge]) -> None:
    _standin, forge = pair
    assert forge.find(NEW.head) is None
    opened = forge.open(NEW)
    assert (opened.number, opened.head, opened.base, opened.state) == (1, NEW.head, "main", PullState.OPEN)
    assert forge.find(NEW.head) == opened


def test_opening_it_twice_gives_the_one_that_is_open(pair: tuple[StandIn, Forge]) -> None:
    standin, forge = pair
    assert forge.open(NEW) == forge.open(NEW)
    assert standin.count("POST", "/") == 2
    assert forge.find(NEW.head).number == 1


def test_an_answer_that_is_lost_after_the_work_was_done_leaves_one_pull_request(pair: tuple[StandIn, Forge]) -> None:
    standin, forge = pair
    standin.faults.append(Fault(drop=True, after=True))
    with pytest.raises(OutsideError) as lost:
        forge.open(NEW)
    assert not lost.value.permanent
    assert standin.count("POST", "/") == 1, "a POST is never repeated blindly"
    assert forge.find(NEW.head).number == 1


def test_reading_is_tried_again_after_a_server_error(pair: tuple[StandIn, Forge]) -> None:
    standin, forge = pair
    standin.faults += [Fault(502, "<html>bad gateway</html>"), Fault(429, {"message": "slow down"}, {"Retry-After": "0"})]
    assert forge.find(NEW.head) is None
    assert standin.count("GET", "/") == 3


def test_a_wrong_token_names_the_variable_and_the_scope(pair: tuple[StandIn, Forge]) -> None:
    standin, forge = pair
    standin.token = "another"
    with pytest.raises(OutsideError) as refused:
        forge.find(NEW.head)
    assert refused.value.status == 401
    assert refused.value.permanent
    assert f"{forge.name.upper()}_TOKEN" in refused.value.remedy


def test_a_branch_is_found_on_a_later_page_of_gitea() -> None:
    standin = GiteaStandIn()
    with standin.running():
        forge = Gitea("acme/shop", "good", standin.url)
        forge.open(NEW)
        for number in range(5):
            forge.open(NewPullRequest(f"paramedic/other-{number}", "main", "t", "b"))
        assert forge.find(NEW.head).number == 1
        assert standin.count("GET", "/pulls") == 3


def test_a_closed_and_a_merged_one_are_found_with_their_state() -> None:
    standin = GitHubStandIn()
    with standin.running():
        forge = GitHub("acme/shop", "good", standin.url)
        forge.open(NEW)
        standin.pulls[0]["state"] = "closed"
        assert forge.find(NEW.head).state is PullState.CLOSED
        standin.pulls[0]["merged_at"] = "2026-01-01T00:00:00Z"
        assert forge.find(NEW.head).state is PullState.MERGED


def test_a_draft_is_marked_in_each_forges_own_way() -> None:
    draft = NewPullRequest("paramedic/x", "main", "Fix it", "b", draft=True)
    github, gitlab, gitea = GitHubStandIn(), GitLabStandIn(), GiteaStandIn()
    with github.running(), gitlab.running(), gitea.running():
        GitHub("acme/shop", "good", github.url).open(draft)
        GitLab("acme/shop", "good", gitlab.url).open(draft)
        Gitea("acme/shop", "good", gitea.url).open(draft)
    assert github.pulls[0]["draft"] is True
    assert gitlab.merges[0]["title"] == "Draft: Fix it"
    assert gitea.pulls[0]["title"] == "WIP: Fix it"


def test_a_spent_rate_limit_that_lasts_long_is_passed_on_with_its_time() -> None:
    standin = GitHubStandIn()
    with standin.running():
        limits = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "99999999999"}
        standin.faults.append(Fault(403, {"message": "API rate limit exceeded"}, limits))
        with pytest.raises(OutsideError) as limited:
            GitHub("acme/shop", "good", standin.url).find("x")
        assert not limited.value.permanent
        assert limited.value.retry_after_seconds > 1000


def test_a_redirect_or_a_login_page_is_an_error_that_names_the_base_url() -> None:
    standin = GitHubStandIn()
    with standin.running():
        forge = GitHub("acme/shop", "good", standin.url)
        standin.faults.append(Fault(301, None, {"Location": "https://elsewhere.example/"}))
        with pytest.raises(OutsideError, match="redirects"):
            forge.find("x")
        standin.faults.append(Fault(200, "<html>please log in</html>"))
        with pytest.raises(OutsideError, match="JSON"):
            forge.find("x")


@pytest.mark.parametrize(
    ("url", "slug"),
    [
        ("https://github.com/acme/shop.git", "acme/shop"),
        ("git@github.com:acme/shop.git", "acme/shop"),
        ("ssh://git@gitlab.com:2222/group/sub/shop.git", "group/sub/shop"),
        ("https://user:secret@gitea.example/acme/shop/", "acme/shop"),
        ("/srv/git/shop.git", ""),
        ("file:///srv/git/shop.git", ""),
    ],
)
def test_the_slug_is_read_from_the_clone_url(url: str, slug: str) -> None:
    assert slug_of(url) == slug


def test_a_missing_token_is_named() -> None:
    config = RepositoryConfig(url="https://github.com/acme/shop", forge=ForgeName.GITHUB)
    with pytest.raises(NotConfigured, match="GITHUB_TOKEN"):
        open_forge(config, Settings(github_token=None))
    with pytest.raises(NotConfigured, match="owner and name"):
        open_forge(RepositoryConfig(url="/srv/shop", forge=ForgeName.GITHUB), Settings())
    assert open_forge(RepositoryConfig(url="/srv/shop"), Settings()) is None

"""Forges are asked about open pull requests: seldom, politely, and with patience for their moods."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.standins.base import Fault, StandIn
from tests.standins.forges import GiteaStandIn, GitHubStandIn, GitLabStandIn

from outcomes.house import BRANCH, add_issue, add_session, opened, perform, read
from paramedic.effects.values import OpenPullRequest
from paramedic.integrations.forge import Forge, NewPullRequest
from paramedic.integrations.gitea.client import Gitea
from paramedic.integrations.github.client import GitHub
from paramedic.integrations.gitlab.client import GitLab
from paramedic.model.outcome import Fate, Outcome
from paramedic.sessions.following import Follower, follow, pause
from paramedic.settings import Configuration, Settings
from paramedic.settings.file import ForgeName, RepositoryConfig
from paramedic.store import outcomes

NEW = NewPullRequest(BRANCH, "main", "Fix KeyError", "the body")
LATER = "2026-01-05T00:00:00Z"
WRITTEN = {"id": 1, "user": {"login": "bob"}, "body": "why?", "created_at": "2026-01-02T00:00:00Z"}


@dataclass
class Round:
    """A follower whose repository is on a GitHub of our own, and one pull request that is open there."""

    follower: Follower
    standin: GitHubStandIn
    effect: str

    def again(self) -> Outcome:
        """Look once more, as if it were due."""
        with self.follower.engine.begin() as connection:
            outcomes.change(connection, self.effect, next_look_at=datetime.now(UTC))
        follow(self.follower)
        return self.now

    @property
    def now(self) -> Outcome:
        return read(self.follower.engine, self.effect)


@pytest.fixture
def round_(engine: sa.Engine, tmp_path: Path) -> Iterator[Round]:
    standin = GitHubStandIn()
    with standin.running():
        settings = Settings(github_token="good", github_api_url=standin.url, paramedic_home=tmp_path)
        config = RepositoryConfig(url="git@github.example:acme/shop.git", forge=ForgeName.GITHUB)
        GitHub("acme/shop", "good", standin.url).open(NEW)
        outcome = opened(engine, "https://github.example/acme/shop/pull/1")
        yield Round(Follower(settings, Configuration(repositories={"shop": config}), engine), standin, outcome.effect)


def test_open_closed_opened_again_and_merged_are_seen_by_asking(round_: Round) -> None:
    pull = round_.standin.pulls[0]
    seen = [round_.again().fate]
    pull |= {"state": "closed", "closed_at": "2026-01-02T00:00:00Z", "updated_at": "2026-01-02T00:00:00Z"}
    seen.append(round_.again().fate)
    pull |= {"state": "open", "closed_at": None, "updated_at": "2026-01-03T00:00:00Z"}
    seen.append(round_.again().fate)
    pull |= {"state": "closed", "merged_at": LATER, "merged_by": {"login": "ada"}, "updated_at": LATER}
    merged = round_.again()
    assert [*seen, merged.fate] == [Fate.OPEN, Fate.CLOSED, Fate.REOPENED, Fate.MERGED]
    assert (merged.commit, merged.fate_by, merged.fate_at.day) == ("e" * 40, "ada", 5)


def test_it_is_asked_when_due_and_not_before(round_: Round) -> None:
    follow(round_.follower)
    asked = len(round_.standin.asked)
    due = round_.now.next_look_at
    assert due is not None
    assert timedelta(minutes=4) < due - datetime.now(UTC) <= timedelta(minutes=5)
    follow(round_.follower)
    assert len(round_.standin.asked) == asked


def test_comments_are_read_when_something_changed_and_not_each_time(round_: Round) -> None:
    said = {"pulls/reviews": [{**WRITTEN, "state": "APPROVED", "body": ""}], "pulls/comments": [{**WRITTEN, "path": "a.py"}]}
    round_.standin.said = {**said, "issues/comments": [{**WRITTEN, "id": number} for number in range(5)]}
    round_.again()
    with round_.follower.engine.connect() as connection:
        kept = outcomes.comments(connection, [round_.effect])[round_.effect]
    assert len(kept) == 7, "all pages of each sort"
    asked = len(round_.standin.asked)
    round_.again()
    assert len(round_.standin.asked) == asked + 1
    round_.standin.pulls[0]["updated_at"] = LATER
    round_.again()
    assert len(round_.standin.asked) == asked + 2 + 5


def test_a_spent_rate_limit_silences_all_questions_to_that_forge(round_: Round) -> None:
    other = opened_beside(round_)
    limits = {"X-RateLimit-Remaining": "0", "Retry-After": "1800"}
    round_.standin.faults.append(Fault(403, {"message": "API rate limit exceeded"}, limits))
    spared, limited = round_.again(), read(round_.follower.engine, other)
    assert (spared.problem, limited.fate) == (None, Fate.OPEN)
    assert limited.problem is not None
    assert "rate limit" in limited.problem
    for outcome in (spared, limited):
        assert outcome.next_look_at is not None
        assert timedelta(minutes=29) < outcome.next_look_at - datetime.now(UTC) <= timedelta(minutes=30)
    assert len(round_.standin.asked) == 2, "the one that opened it, and the one that was refused"
    assert round_.again().forge_at is not None


def opened_beside(round_: Round) -> str:
    """A second pull request in the same repository, due before the first."""
    engine = round_.follower.engine
    issue_id = add_issue(engine, "b")
    second = OpenPullRequest("shop", "paramedic/b", "main", "Fix it", "the body")
    effect = perform(engine, issue_id, add_session(engine, issue_id), second, "#2")
    with engine.begin() as connection:
        outcomes.follow_new(connection)
    return effect


def test_failures_are_asked_about_later_and_later_and_told(round_: Round) -> None:
    round_.standin.pulls.clear()
    waits = []
    for _ in range(3):
        gone = round_.again()
        assert gone.next_look_at is not None
        waits.append(round((gone.next_look_at - datetime.now(UTC)).total_seconds() / 60))
    assert waits == [10, 20, 40]
    assert gone.problem is not None
    assert gone.problem.startswith("GitHub answered 404")
    assert gone.fate is Fate.OPEN


def test_a_renamed_repository_is_followed_on_the_same_host_alone(round_: Round) -> None:
    round_.standin.renamed = True
    round_.standin.pulls[0] |= {"state": "closed", "updated_at": LATER}
    assert round_.again().fate is Fate.CLOSED
    elsewhere = Fault(301, None, {"Location": "http://127.0.0.1:1/steal"})
    round_.standin.faults.append(elsewhere)
    problem = round_.again().problem
    assert problem is not None
    assert "redirects to 'http://127.0.0.1:1/steal'" in problem


def test_a_missing_token_or_repository_is_named_and_does_not_stop_the_others(round_: Round) -> None:
    bare = Follower(Settings(github_token=None), round_.follower.configuration, round_.follower.engine)
    gone = Follower(round_.follower.settings, Configuration(), round_.follower.engine)
    for follower, said in ((bare, "GITHUB_TOKEN is not set"), (gone, "There is no [repositories.shop] any more")):
        problem = Round(follower, round_.standin, round_.effect).again().problem
        assert problem is not None
        assert said in problem


def test_with_polling_off_it_is_asked_once(round_: Round) -> None:
    config = round_.follower.configuration
    quiet = config.model_copy(update={"outcomes": config.outcomes.model_copy(update={"poll": False})})
    off = Round(Follower(round_.follower.settings, quiet, round_.follower.engine), round_.standin, round_.effect)
    off.again()
    asked = len(round_.standin.asked)
    assert off.again().next_look_at is None
    assert len(round_.standin.asked) == asked


@pytest.mark.parametrize(
    ("days", "fate", "has_webhook", "minutes"),
    [(0, "open", False, 5), (3, "open", False, 30), (20, "open", False, 180), (90, "open", False, 1440),
     (0, "open", True, 60), (20, "open", True, 180), (0, "closed", False, 1440)],
)  # fmt: skip
def test_the_older_the_more_seldom(engine: sa.Engine, days: int, fate: str, has_webhook: bool, minutes: int) -> None:
    outcome = opened(engine)
    with engine.begin() as connection:
        outcomes.change(connection, outcome.effect, fate=fate)
    old = read(engine, outcome.effect)
    wait = pause(old, old.opened_at + timedelta(days=days), has_webhook=has_webhook)
    assert wait == timedelta(minutes=minutes)


@pytest.fixture(params=["github", "gitlab", "gitea"])
def pair(request: pytest.FixtureRequest) -> Iterator[tuple[StandIn, Forge]]:
    standin = {"github": GitHubStandIn, "gitlab": GitLabStandIn, "gitea": GiteaStandIn}[request.param]()
    with standin.running():
        forge = {"github": GitHub, "gitlab": GitLab, "gitea": Gitea}[request.param]("acme/shop", "good", standin.url)
        forge.open(NEW)
        yield standin, forge


def test_each_forge_tells_of_a_merge_and_its_commit(pair: tuple[StandIn, Forge]) -> None:
    standin, forge = pair
    before = forge.read(1)
    assert (before.state.value, before.commit, before.head) == ("open", None, BRANCH)
    if isinstance(standin, GitLabStandIn):
        standin.merges[0] |= {
            "state": "merged",
            "merged_at": LATER,
            "merge_user": {"username": "ada"},
            "squash_commit_sha": "a" * 40,
        }
    elif isinstance(standin, GiteaStandIn):
        merge = {
            "state": "closed",
            "merged": True,
            "merged_at": LATER,
            "merged_by": {"login": "ada"},
            "merge_commit_sha": "a" * 40,
        }
        standin.pulls[0] |= merge
    elif isinstance(standin, GitHubStandIn):
        standin.pulls[0] |= {"state": "closed", "merged_at": LATER, "merged_by": {"login": "ada"}, "merge_commit_sha": "a" * 40}
    after = forge.read(1)
    assert (after.state.value, after.commit, after.by, after.since) == (
        "merged",
        "a" * 40,
        "ada",
        datetime(2026, 1, 5, tzinfo=UTC),
    )


def test_each_forge_gives_what_people_wrote(pair: tuple[StandIn, Forge]) -> None:
    standin, forge = pair
    if isinstance(standin, GitLabStandIn):
        note = {"id": 4, "body": "why?", "author": {"username": "bob"}, "created_at": LATER, "position": {"new_path": "a.py"}}
        standin.notes = [note, {**note, "id": 5, "system": True}, {**note, "id": None}, 7]
    elif isinstance(standin, GiteaStandIn):
        review = {**WRITTEN, "id": 9, "state": "APPROVED", "body": "", "comments_count": 1}
        line = {**WRITTEN, "path": "a.py"}
        standin.said = {"pulls/1/reviews": [review], "pulls/1/reviews/9/comments": [line], "issues/1/comments": []}
    elif isinstance(standin, GitHubStandIn):
        standin.said = {"pulls/comments": [{**WRITTEN, "path": "a.py"}, {"id": [], "body": {}}]}
    (said,) = [one for one in forge.comments(1) if one.path]
    assert (said.author, said.text, said.path) == ("bob", "why?", "a.py")

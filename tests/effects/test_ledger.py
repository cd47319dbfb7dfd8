"""The ledger and the performers, with a real database, a real git remote and a forge on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.standins.base import Fault
from tests.standins.forges import GitHubStandIn
from tests.standins.sentry import SentryStandIn
from tests.standins.shop import FILES, git, make_repository

from paramedic.effects import ledger
from paramedic.effects.perform import perform_ready
from paramedic.effects.performers import Tools, do
from paramedic.effects.values import (
    Comment,
    Effect,
    EffectKind,
    EffectState,
    OpenPullRequest,
    Patch,
    Push,
    branch_name,
    cause_key,
)
from paramedic.integrations.sentry.upstream import detect
from paramedic.model.errors import BadInput
from paramedic.model.repair import Edit
from paramedic.settings import Configuration, Settings
from paramedic.settings.file import ForgeName, Policy, RepositoryConfig
from paramedic.store import effects as rows
from paramedic.store import workers
from paramedic.store.engine import open_engine
from paramedic.store.events import Sample
from paramedic.store.issues import Sighting, listed, record
from paramedic.store.migrate import upgrade

MARK = "<!-- paramedic:issue=4711 -->"
CAUSE = cause_key("shop/rows.py", "price", "KeyError")
BRANCH = branch_name("SHOP-1A", "the diff")


class Bench:
    """A database with two issues, a bare remote, a GitHub and a Sentry on loopback."""

    def __init__(self, folder: Path, github: GitHubStandIn, sentry: SentryStandIn) -> None:
        self.remote = make_repository(folder)
        self.github, self.sentry = github, sentry
        settings = Settings(
            paramedic_home=folder / "home",
            github_token="good",
            github_api_url=github.url,
            sentry_auth_token="sntryi_good",
            sentry_org_slug="acme",
            sentry_self_hosted_url=sentry.url,
        )
        config = RepositoryConfig(url=str(self.remote), forge=ForgeName.GITHUB, slug="acme/shop")
        engine = open_engine(settings.database)
        upgrade(engine)
        detect(sentry.url, "sntryi_good", True)
        self.tools = Tools(settings, Configuration(repositories={"shop": config}), engine, "worker-1")
        with engine.begin() as connection:
            record(connection, [_sighting(key) for key in ("a", "b")])
            self.issues = sorted(issue.id for issue in listed(connection))

    def push(self, after: str = "X = 1\n") -> Effect:
        base = git(self.remote, "rev-parse", "main")
        edit = Edit("shop/rows.py", FILES["shop/rows.py"], after)
        return Effect(Push("shop", BRANCH, base, (edit,), "Fix it\n", 1_700_000_000), self.issues[0], "s1", CAUSE)

    def pull(self, push: Effect) -> Effect:
        payload = OpenPullRequest("shop", BRANCH, "main", "Fix it", "body")
        return Effect(payload, self.issues[0], "s1", CAUSE, (push.key,))

    def comment(self, text: str, about: str | None = None) -> Effect:
        return Effect(Comment("4711", f"{MARK}\n{text}", about), self.issues[0], "s1", CAUSE)

    def propose(self, effect: Effect, policy: Policy = Policy.AUTO) -> EffectState:
        with self.tools.engine.begin() as connection:
            return ledger.propose(connection, effect, policy, 72)

    def state(self, effect: Effect) -> EffectState:
        with self.tools.engine.begin() as connection:
            return ledger.find(connection, effect.key).state

    def branches(self) -> list[str]:
        return git(self.remote, "for-each-ref", "--format=%(refname:short)", "refs/heads/paramedic").split()


def _sighting(key: str) -> Sighting:
    now = datetime.now(UTC)
    seen = Sighting("shop", key, "KeyError: 'sku'", "", "error", "python", {"key": key}, first_seen=now, last_seen=now)
    seen.count, seen.hours, seen.samples = 1, {int(now.timestamp()) // 3600: 1}, [Sample("1" * 32, now, b"{}")]
    return seen


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    github, sentry = GitHubStandIn(), SentryStandIn()
    with github.running(), sentry.running():
        yield Bench(tmp_path, github, sentry)


def test_a_fix_is_pushed_opened_and_commented_in_order(bench: Bench) -> None:
    push = bench.push()
    pull = bench.pull(push)
    comment = bench.comment("done", pull.key)
    for effect in (comment, pull, push):
        assert bench.propose(effect) is EffectState.APPROVED
    ended = perform_ready(bench.tools)
    assert [(item.effect.kind, item.state) for item in ended] == [
        (EffectKind.PUSH, EffectState.DONE),
        (EffectKind.PULL_REQUEST, EffectState.DONE),
        (EffectKind.COMMENT, EffectState.DONE),
    ]
    assert bench.branches() == [BRANCH]
    assert git(bench.remote, "show", f"{BRANCH}:shop/rows.py") == "X = 1"
    assert [pull["head"]["ref"] for pull in bench.github.pulls] == [BRANCH]
    assert "Pull request: https://github.example/acme/shop/pull/1" in bench.sentry.comments[0]["data"]["text"]
    assert perform_ready(bench.tools) == ()


def test_nothing_is_done_before_a_yes_and_a_yes_is_for_one_hash(bench: Bench) -> None:
    push = bench.push()
    other = bench.push("X = 2\n")
    assert bench.propose(push, Policy.ASK) is EffectState.PENDING
    assert perform_ready(bench.tools) == ()
    assert bench.branches() == []
    with bench.tools.engine.begin() as connection:
        approved = ledger.approve(connection, push.key[:12], "ada")
    assert (approved.state, approved.decided_by) == (EffectState.APPROVED, "ada")
    assert other.key != push.key
    with bench.tools.engine.begin() as connection, pytest.raises(BadInput):
        ledger.approve(connection, other.key, "ada")
    perform_ready(bench.tools)
    assert bench.state(push) is EffectState.DONE


def test_a_new_diff_withdraws_the_old_question_and_only_questions(bench: Bench) -> None:
    old, new = bench.push(), bench.push("X = 2\n")
    bench.propose(old, Policy.ASK)
    bench.propose(new, Policy.ASK)
    assert (bench.state(old), bench.state(new)) == (EffectState.SUPERSEDED, EffectState.PENDING)
    with bench.tools.engine.begin() as connection, pytest.raises(BadInput, match="superseded"):
        ledger.approve(connection, old.key, "ada")


def test_a_question_expires_and_can_then_not_be_answered(bench: Bench) -> None:
    push = bench.push()
    bench.propose(push, Policy.ASK)
    with bench.tools.engine.begin() as connection:
        past = datetime.now(UTC) - timedelta(hours=1)
        rows.move(connection, push.key, ["pending"], "pending", expires_at=past)
    with bench.tools.engine.begin() as connection, pytest.raises(BadInput, match="expired"):
        ledger.approve(connection, push.key, "ada")


def test_what_requires_a_rejected_effect_fails_with_its_reason(bench: Bench) -> None:
    push = bench.push()
    pull = bench.pull(push)
    bench.propose(push, Policy.ASK)
    bench.propose(pull)
    with bench.tools.engine.begin() as connection:
        ledger.reject(connection, push.key, "ada", "not now")
    assert perform_ready(bench.tools) == ()
    assert bench.state(pull) is EffectState.FAILED
    assert bench.github.pulls == []


def test_proposing_the_same_thing_again_changes_nothing(bench: Bench) -> None:
    push = bench.push()
    bench.propose(push)
    perform_ready(bench.tools)
    assert bench.propose(push) is EffectState.DONE
    assert bench.propose(replace(push, session_id="s2"), Policy.ASK) is EffectState.DONE


@pytest.mark.parametrize("kind", [kind for kind in EffectKind if kind is not EffectKind.MESSAGE])
def test_killed_between_doing_and_recording_it_is_still_there_once(bench: Bench, kind: EffectKind) -> None:
    """The first worker does it and dies before it can say so; the second one takes over. Of messages see tests/chat."""
    push = bench.push()
    effects = {
        EffectKind.PUSH: push,
        EffectKind.PULL_REQUEST: replace(bench.pull(push), requires=()),
        EffectKind.COMMENT: bench.comment("done"),
        EffectKind.PATCH: Effect(Patch("shop.patch", "diff"), bench.issues[0], "s1"),
    }
    effect = effects[kind]
    bench.propose(effect)
    with bench.tools.engine.begin() as connection:
        assert rows.take(connection, effect.key, "worker-dead", [], datetime.now(UTC))
    do(effect, replace(bench.tools, worker_id="worker-dead"))
    assert bench.state(effect) is EffectState.PERFORMING
    ended = perform_ready(bench.tools)
    assert [(item.effect.key, item.state, item.attempts) for item in ended] == [(effect.key, EffectState.DONE, 2)]
    assert len(bench.branches()) == (1 if kind is EffectKind.PUSH else 0)
    assert len(bench.github.pulls) == (1 if kind is EffectKind.PULL_REQUEST else 0)
    assert len(bench.sentry.comments) == (1 if kind is EffectKind.COMMENT else 0)


def test_an_effect_in_the_hands_of_a_living_worker_is_left_to_it(bench: Bench) -> None:
    push = bench.push()
    bench.propose(push)
    with bench.tools.engine.begin() as connection:
        workers.beat(connection, replace(workers.this_worker(), id="worker-2"))
        rows.take(connection, push.key, "worker-2", [], datetime.now(UTC))
    assert perform_ready(bench.tools) == ()
    assert bench.state(push) is EffectState.PERFORMING


def test_a_passing_failure_is_tried_again_later_and_a_lasting_one_is_not(bench: Bench) -> None:
    comment = bench.comment("done")
    bench.propose(comment)
    bench.sentry.faults += [Fault(429, None, {"Retry-After": "3600"})]
    perform_ready(bench.tools)
    with bench.tools.engine.begin() as connection:
        row = rows.read(connection, comment.key)
    assert row.state == "approved"
    assert row.not_before > datetime.now(UTC) + timedelta(minutes=50)
    assert perform_ready(bench.tools) == ()
    bench.sentry.user = None
    second = bench.comment("other")
    bench.propose(second)
    perform_ready(bench.tools)
    assert bench.state(second) is EffectState.FAILED


def test_the_comment_is_one_and_lives(bench: Bench) -> None:
    for text in ("investigating", "diagnosed", "fixed"):
        bench.propose(bench.comment(text))
        perform_ready(bench.tools)
    assert [comment["data"]["text"] for comment in bench.sentry.comments] == [f"{MARK}\nfixed"]


def test_a_comment_that_somebody_deleted_is_posted_anew(bench: Bench) -> None:
    bench.propose(bench.comment("first"))
    perform_ready(bench.tools)
    bench.sentry.comments.clear()
    bench.propose(bench.comment("second"))
    perform_ready(bench.tools)
    assert len(bench.sentry.comments) == 1


def test_no_cause_gets_a_second_pull_request(bench: Bench) -> None:
    push = bench.push()
    bench.propose(push)
    elsewhere = replace(bench.push("X = 3\n"), issue_id=bench.issues[1], session_id="s2")
    with bench.tools.engine.begin() as connection:
        assert ledger.standing(connection, elsewhere).effect.key == push.key
        assert ledger.standing(connection, push) is None
        assert ledger.standing(connection, elsewhere, frozenset({push.key})) is None
    perform_ready(bench.tools)
    with bench.tools.engine.begin() as connection:
        assert ledger.standing(connection, elsewhere).state is EffectState.DONE


def test_a_branch_that_is_elsewhere_is_never_overwritten(bench: Bench) -> None:
    git(bench.remote, "branch", BRANCH, "main")
    push = bench.push()
    bench.propose(push)
    perform_ready(bench.tools)
    assert bench.state(push) is EffectState.FAILED
    assert git(bench.remote, "rev-parse", BRANCH) == git(bench.remote, "rev-parse", "main")


def test_in_test_mode_everything_is_recorded_and_nothing_is_done(bench: Bench) -> None:
    settings = bench.tools.settings.model_copy(update={"test_mode": True})
    push = bench.push()
    bench.propose(push)
    ended = perform_ready(replace(bench.tools, settings=settings))
    assert [(item.state, item.reason) for item in ended] == [(EffectState.DONE, "TEST_MODE: recorded, and not done")]
    assert bench.branches() == []


def test_the_key_is_of_what_is_done_and_of_nothing_else(bench: Bench) -> None:
    push = bench.push()
    assert replace(push, session_id="other", issue_id=99, cause="x").key == push.key
    assert bench.push("X = 9\n").key != push.key
    with bench.tools.engine.begin() as connection:
        ledger.propose(connection, push, Policy.ASK, 1)
        assert ledger.find(connection, push.key).effect == push


def test_a_patch_stays_in_its_folder(bench: Bench, tmp_path: Path) -> None:
    effect = Effect(Patch("../../outside.patch", "diff\n"), bench.issues[0], "s1")
    bench.propose(effect)
    perform_ready(bench.tools)
    assert (tmp_path / "home" / "patches" / "outside.patch").read_text() == "diff\n"


def test_a_broken_database_row_is_named(bench: Bench) -> None:
    push = bench.push()
    bench.propose(push)
    with bench.tools.engine.begin() as connection:
        connection.execute(sa.text("UPDATE effects SET payload = '{\"x\": 1}'"))
    with bench.tools.engine.begin() as connection, pytest.raises(BadInput, match="cannot be read"):
        ledger.find(connection, push.key)

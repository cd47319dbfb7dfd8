"""Which release carries a fix, by git where git knows; and whether its issue was heard of in it: through the real digest."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.standins.shop import git, make_repository

from outcomes.house import BRANCH, PULL, add_session, issue_of, perform, read
from paramedic.effects.values import Push
from paramedic.model.outcome import Basis, Fate, Outcome, Silence
from paramedic.sessions.desk import Desk, House
from paramedic.sessions.digest import digest
from paramedic.sessions.following import Follower, follow
from paramedic.sessions.stages import Findings, gather
from paramedic.sessions.starting import start_sessions
from paramedic.settings import Configuration, Settings
from paramedic.settings.file import ProjectConfig, RepositoryConfig
from paramedic.store import deliveries, issues, outcomes, schema, sessions
from paramedic.store.deliveries import Delivery

IDENTITY = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")


@dataclass
class Shop:
    """A repository, and an issue that came once an hour for two days until its fix was merged thirty hours ago."""

    follower: Follower
    work: Path
    outcome: Outcome

    def commit(self, name: str, *tags: str) -> str:
        """A commit on the branch that is checked out, pushed with its tags."""
        (self.work / f"{name}.txt").write_text(name)
        git(self.work, "add", ".")
        git(self.work, *IDENTITY, "commit", "-q", "-m", name)
        for tag in tags:
            git(self.work, "tag", tag)
        git(self.work, "push", "-q", "--tags", str(self.work.parent / "shop.git"), "HEAD")
        return git(self.work, "rev-parse", "HEAD")

    def crash(self, hours_ago: float, release: str | None, kind: str = "KeyError") -> None:
        """One event, all the way through the inbox."""
        crash(self.follower.engine, hours_ago, release, kind)

    def look(self) -> Outcome:
        follow(self.follower)
        return read(self.follower.engine, self.outcome.effect)


def crash(engine: sa.Engine, hours_ago: float, release: str | None, kind: str = "KeyError") -> None:
    body = event(hours_ago, release, kind)
    with engine.begin() as connection:
        deliveries.insert_many(
            connection, [Delivery(f"e:{body['event_id']}", "event", "desk", None, "", json.dumps(body).encode(), time.time())]
        )
    digest(engine)


_NUMBERS = iter(range(10_000))


def event(hours_ago: float, release: str | None, kind: str = "KeyError") -> dict[str, object]:
    frames = [{"module": "shop.rows", "function": "note", "context_line": "return row['note']", "in_app": True}]
    return {
        "event_id": f"{next(_NUMBERS):032x}",
        "platform": "python",
        "timestamp": time.time() - hours_ago * 3600,
        "exception": {"values": [{"type": kind, "value": "'note'", "stacktrace": {"frames": frames}}]},
        **({"release": release} if release else {}),
    }


@pytest.fixture
def shop(engine: sa.Engine, tmp_path: Path) -> Iterator[Shop]:
    remote, work = make_repository(tmp_path), tmp_path / "work"
    received = [event(hours, "shop@1.0.0") for hours in range(31, 79)]
    with engine.begin() as connection:
        rows = [
            Delivery(f"e:{one['event_id']}", "event", "desk", None, "", json.dumps(one).encode(), time.time()) for one in received
        ]
        deliveries.insert_many(connection, rows)
    digest(engine)
    with engine.connect() as connection:
        (issue,) = issues.listed(connection)
    effect = perform(engine, issue.id, add_session(engine, issue.id), PULL, "https://github.example/acme/shop/pull/12")
    config = RepositoryConfig(url=str(remote), path_prefixes=("/srv",))
    configuration = Configuration(repositories={"shop": config}, projects={"desk": ProjectConfig(repository="shop")})
    follower = Follower(Settings(paramedic_home=tmp_path / "home"), configuration, engine)
    with engine.begin() as connection:
        outcomes.follow_new(connection)
        connection.execute(sa.update(schema.sessions).values(created_at=datetime.now(UTC) - timedelta(hours=40)))
    shop = Shop(follower, work, read(engine, effect))
    merged = shop.commit("the-fix")
    with engine.begin() as connection:
        outcomes.change(
            connection, effect, fate="merged", fate_at=datetime.now(UTC) - timedelta(hours=30), commit=merged, silence="waiting"
        )
    yield shop


def test_no_release_is_waited_for_and_an_older_one_does_not_carry_it(shop: Shop) -> None:
    assert shop.look().silence is Silence.WAITING
    git(shop.work, "checkout", "-q", "-b", "hotfix", "v1.0.0")
    shop.commit("hotfix", "v1.0.1")
    git(shop.work, "checkout", "-q", "main")
    shop.crash(26, "shop@1.0.1", "OtherError")
    now = shop.look()
    assert (now.silence, now.release) == (Silence.WAITING, None)


def test_the_release_whose_commit_contains_the_merge_is_watched_until_enough_is_missing(shop: Shop) -> None:
    shop.commit("more", "v1.0.1")
    shop.crash(26, "shop@1.0.1", "OtherError")
    now = shop.look()
    assert (now.silence, now.release, now.basis, now.seen) == (Silence.SILENT, "shop@1.0.1", Basis.GIT, 0)
    assert now.per_hour == pytest.approx(1, abs=0.05)
    assert now.expected == pytest.approx(26, abs=1.5)
    with shop.follower.engine.connect() as connection:
        said = [line.text for line in sessions.log_after(connection, now.session_id)]
    assert "and no event of this issue came from it" in said[-1]


def test_a_fresh_release_tells_nothing_yet(shop: Shop) -> None:
    shop.commit("more", "v1.0.1")
    shop.crash(2, "shop@1.0.1", "OtherError")
    now = shop.look()
    assert now.silence is Silence.WATCHING
    assert now.next_look_at is not None


@pytest.mark.parametrize(("release", "silence"), [("shop@1.0.2", Silence.SILENT), ("shop@0.9.9", Silence.WAITING)])
def test_without_a_tag_the_order_decides_and_is_said(shop: Shop, release: str, silence: Silence) -> None:
    shop.crash(26, release, "OtherError")
    now = shop.look()
    assert now.silence is silence
    assert now.basis is (Basis.ORDER if silence is Silence.SILENT else None)


def test_a_tag_that_comes_later_corrects_what_the_order_said(shop: Shop) -> None:
    shop.crash(26, "shop@1.0.2", "OtherError")
    assert shop.look().basis is Basis.ORDER
    git(shop.work, "checkout", "-q", "-b", "hotfix", "v1.0.0")
    shop.commit("hotfix", "v1.0.2")
    with shop.follower.engine.begin() as connection:
        outcomes.change(connection, shop.outcome.effect, next_look_at=datetime.now(UTC))
    now = shop.look()
    assert (now.silence, now.release) == (Silence.WAITING, None)


def test_a_return_in_a_release_that_carries_it_starts_a_session_that_is_told(shop: Shop) -> None:
    shop.commit("more", "v1.0.1")
    shop.crash(26, "shop@1.0.1", "OtherError")
    assert shop.look().silence is Silence.SILENT
    shop.crash(1, "shop@1.0.1")
    now = shop.look()
    assert (now.silence, now.regressed_release, now.basis) == (Silence.REGRESSED, "shop@1.0.1", Basis.GIT)
    assert now.regressed_event
    assert issue_of(shop.follower.engine, now).state == "regressed"
    rules = shop.follower.configuration.model_copy(
        update={"rules": (shop.follower.configuration.rules[0].model_copy(update={"more_than": 0}),)}
    )
    start_sessions(shop.follower.engine, rules)
    with shop.follower.engine.connect() as connection:
        newest = sessions.recent(connection, issue_id=now.issue_id)[0]
    assert newest.earlier == now.session_id
    gather(Desk(House(shop.follower.settings, rules, shop.follower.engine, "worker"), newest.id), Findings())
    with shop.follower.engine.connect() as connection:
        told = [line.text for line in sessions.log_after(connection, newest.id)]
    assert any(line.startswith("What became of the fix: Pull request #12 was merged") for line in told)
    assert any("The error came back" in line and "in release shop" in line for line in told)
    shop.crash(0.5, "shop@1.0.1")
    assert shop.look().silence is Silence.REGRESSED
    assert issue_of(shop.follower.engine, now).state == "ongoing", "it is told of once"


def test_an_event_of_an_older_release_is_no_return_and_lessens_what_is_missing(shop: Shop) -> None:
    shop.commit("more", "v1.0.1")
    shop.crash(26, "shop@1.0.1", "OtherError")
    for hours in range(1, 25):
        shop.crash(hours, "shop@1.0.0")
    now = shop.look()
    assert (now.silence, now.seen) == (Silence.WATCHING, 24)


def test_events_without_a_release_leave_it_open_and_say_why(shop: Shop) -> None:
    shop.commit("more", "v1.0.1")
    shop.crash(26, "shop@1.0.1", "OtherError")
    shop.crash(1, None)
    now = shop.look()
    assert now.silence is Silence.WATCHING
    assert now.problem is not None
    assert "name no release" in now.problem


def test_a_merge_that_was_taken_back_is_told_until_it_is_put_back(shop: Shop) -> None:
    git(shop.work, *IDENTITY, "revert", "--no-edit", "HEAD")
    git(shop.work, "push", "-q", str(shop.work.parent / "shop.git"), "main")
    reverted = shop.look()
    assert (reverted.fate, reverted.next_look_at) == (Fate.REVERTED, None)


def test_a_revert_of_the_revert_leaves_it_merged(shop: Shop) -> None:
    for _ in range(2):
        git(shop.work, *IDENTITY, "revert", "--no-edit", "HEAD")
    git(shop.work, "push", "-q", str(shop.work.parent / "shop.git"), "main")
    assert shop.look().fate is Fate.MERGED


def test_a_branch_without_a_pull_request_is_merged_when_the_default_branch_has_its_commit(shop: Shop) -> None:
    engine = shop.follower.engine
    git(shop.work, "checkout", "-q", "-b", BRANCH)
    pushed = shop.commit("by-hand")
    session_id = add_session(engine, shop.outcome.issue_id)
    effect = perform(engine, shop.outcome.issue_id, session_id, Push("shop", BRANCH, "b" * 40, (), "Fix it", 1), pushed)
    follow(shop.follower)
    follow(shop.follower)
    assert read(engine, effect).fate is Fate.OPEN
    git(shop.work, "checkout", "-q", "main")
    git(shop.work, *IDENTITY, "merge", "-q", "--no-ff", "-m", "Merge it", BRANCH)
    git(shop.work, "push", "-q", str(shop.work.parent / "shop.git"), "main")
    with engine.begin() as connection:
        outcomes.change(connection, effect, next_look_at=datetime.now(UTC))
    follow(shop.follower)
    merged = read(engine, effect)
    assert (merged.fate, merged.commit) == (Fate.MERGED, pushed)


def test_a_repository_that_cannot_be_read_is_told_and_tried_again(shop: Shop) -> None:
    (shop.work.parent / "shop.git").rename(shop.work.parent / "gone.git")
    now = shop.look()
    assert now.problem is not None
    assert "git fetch failed" in now.problem
    assert now.next_look_at is not None

"""A database with an issue, the session that fixed it, and the pull request that came of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from paramedic.effects.ledger import propose
from paramedic.effects.values import Effect, OpenPullRequest, Push
from paramedic.model.outcome import Outcome
from paramedic.settings.file import Policy
from paramedic.store import effects, issues, outcomes, sessions
from paramedic.store.issues import Sighting, listed, record
from paramedic.store.sessions import NewSession, SessionState

BRANCH = "paramedic/desk-1-0a1b2c3d"
PULL = OpenPullRequest("shop", BRANCH, "main", "Fix KeyError", "the body")


def add_issue(engine: sa.Engine, key: str = "a", *, per_hour: int = 1, hours: int = 48) -> int:
    """An issue that has come ``per_hour`` times in each of the last ``hours`` whole hours."""
    now = datetime.now(UTC)
    seen = Sighting("desk", key, "KeyError: 'note'", "shop.rows in note", "error", "python", {"key": key}, release="shop@1.0.0")
    seen.count, seen.first_seen, seen.last_seen = per_hour * hours, now - timedelta(hours=hours), now - timedelta(hours=1)
    last = int(now.timestamp()) // 3600
    seen.hours = {last - back: per_hour for back in range(1, hours + 1)}
    with engine.begin() as connection:
        record(connection, [seen])
        return next(issue.id for issue in listed(connection) if issue.group_key == key)


def add_session(engine: sa.Engine, issue_id: int) -> str:
    with engine.begin() as connection:
        session_id, _ = sessions.start(connection, NewSession(issue_id, "desk", "pull_request", None, "a test"))
        sessions.finish(connection, session_id, SessionState.FINISHED, verdict="proven_fix", summary="row has no key 'note'")
    return session_id


def perform(engine: sa.Engine, issue_id: int, session_id: str, payload: OpenPullRequest | Push, result: str) -> str:
    """The ledger as it is when the effect was done."""
    effect = Effect(payload, issue_id, session_id, "cause")
    with engine.begin() as connection:
        propose(connection, effect, Policy.AUTO, 1)
        effects.move(connection, effect.key, ["approved"], "done", result=result)
    return effect.key


def opened(engine: sa.Engine, url: str = "https://github.example/acme/shop/pull/12", *, per_hour: int = 1) -> Outcome:
    """A pull request of ours that is followed."""
    issue_id = add_issue(engine, per_hour=per_hour)
    effect = perform(engine, issue_id, add_session(engine, issue_id), PULL, url)
    with engine.begin() as connection:
        outcomes.follow_new(connection)
    return read(engine, effect)


def read(engine: sa.Engine, effect: str) -> Outcome:
    with engine.connect() as connection:
        found = outcomes.read(connection, effect)
    assert found is not None
    return found


def issue_of(engine: sa.Engine, outcome: Outcome) -> issues.Issue:
    with engine.connect() as connection:
        return issues.read(connection, outcome.issue_id)

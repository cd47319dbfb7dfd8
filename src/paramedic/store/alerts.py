"""What was worth telling, what became of it, and where an issue's message stands in each chat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from paramedic.store.moments import aware
from paramedic.store.schema import alert_logs, chat_posts, effects, issues, outcomes, sessions

QUESTION = "question"
"""The state of an alert that a change waits for a yes; the other states are those of issues."""
_MOST_WAITING = 10_000
_MOST_POSTS = 500


class Outcome(StrEnum):
    WAITING = "waiting"
    SENT = "sent"
    BATCHED = "batched"
    """Told together with others, in a storm."""
    COOLDOWN = "cooldown"
    """Shown by an edit of the message that was there."""
    UNSENT = "unsent"
    """No chat was set up, or the issue was ignored first."""


@dataclass(frozen=True, slots=True)
class Alert:
    id: int
    issue_id: int
    state: str
    occasion: str
    reason: str
    noticed_at: datetime
    level: str
    priority: int


@dataclass(frozen=True, slots=True)
class Post:
    """``posted_by`` is the effect whose result names the message, ``last`` the newest effect on it."""

    issue_id: int
    chat: str
    posted_by: str
    last: str
    revision: int
    shown: str
    posted_at: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """What a message on an issue shows beside its counts: sessions as (id, state, verdict), effects as (key, state)."""

    status: str
    alert: str
    sessions: tuple[tuple[str, str, str | None], ...]
    effects: tuple[tuple[str, str], ...]
    fixes: tuple[tuple[str, str, str | None], ...] = field(default=(), repr=False)
    """What became of each, as (effect, fate, silence)."""


def note(connection: sa.Connection, issue_id: int, state: str, reason: str, occasion: str = "") -> bool:
    """Keep that the issue is worth telling of; False when that was kept before, and nothing is told twice."""
    write = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(alert_logs)
    row = {
        "issue_id": issue_id,
        "state": state,
        "occasion": occasion[:250],
        "reason": reason[:500],
        "noticed_at": datetime.now(UTC),
        "outcome": Outcome.WAITING.value,
    }
    return connection.execute(write.values(row).on_conflict_do_nothing().returning(alert_logs.c.id)).first() is not None


def has_waiting(connection: sa.Connection) -> bool:
    query = sa.select(alert_logs.c.id).where(alert_logs.c.outcome == Outcome.WAITING.value).limit(1)
    return connection.execute(query).first() is not None


def waiting(connection: sa.Connection) -> tuple[Alert, ...]:
    """Alerts that nobody was told of, the oldest first, held until the transaction ends."""
    columns = (*(alert_logs.c[name] for name in Alert.__slots__[:6]), issues.c.level, issues.c.priority)
    query = sa.select(*columns).join(issues, issues.c.id == alert_logs.c.issue_id)
    query = query.where(alert_logs.c.outcome == Outcome.WAITING.value).order_by(alert_logs.c.id).limit(_MOST_WAITING)
    rows = connection.execute(query.with_for_update(of=alert_logs, skip_locked=True)).mappings()
    return tuple(Alert(**{**row, "noticed_at": aware(row["noticed_at"])}) for row in rows)


def settle(connection: sa.Connection, alerts: Sequence[Alert], outcome: Outcome) -> None:
    rows = [{"row_id": alert.id} for alert in alerts]
    if rows:
        update = sa.update(alert_logs).where(alert_logs.c.id == sa.bindparam("row_id"))
        connection.execute(update.values(outcome=outcome.value, settled_at=datetime.now(UTC)), rows)


def drop(connection: sa.Connection, issue_id: int) -> None:
    """Nobody is told any more of what waits on the issue."""
    waits = (alert_logs.c.issue_id == issue_id) & (alert_logs.c.outcome == Outcome.WAITING.value)
    connection.execute(sa.update(alert_logs).where(waits).values(outcome=Outcome.UNSENT.value, settled_at=datetime.now(UTC)))


def sent_since(connection: sa.Connection, since: datetime, outcome: Outcome, *, questions: bool = False) -> int:
    """How many alerts came to this since then: of questions alone, or of everything else."""
    query = sa.select(sa.func.count()).where(alert_logs.c.outcome == outcome.value, alert_logs.c.settled_at > since)
    asked = alert_logs.c.state == QUESTION
    return int(connection.execute(query.where(asked if questions else ~asked)).scalar_one())


def listed(connection: sa.Connection, issue_id: int) -> tuple[tuple[str, str, str], ...]:
    """State, occasion and outcome of each alert on the issue, the oldest first."""
    columns = (alert_logs.c.state, alert_logs.c.occasion, alert_logs.c.outcome)
    rows = connection.execute(sa.select(*columns).where(alert_logs.c.issue_id == issue_id).order_by(alert_logs.c.id))
    return tuple((row.state, row.occasion, row.outcome) for row in rows)


def post_of(connection: sa.Connection, issue_id: int, chat: str) -> Post | None:
    found = connection.execute(
        sa.select(chat_posts).where(chat_posts.c.issue_id == issue_id, chat_posts.c.chat == chat)
    ).mappings()
    return next((_post(row) for row in found), None)


def posts(connection: sa.Connection, since: datetime) -> tuple[Post, ...]:
    """Messages that were posted or edited since then, the newest first."""
    query = sa.select(chat_posts).where(chat_posts.c.at > since).order_by(chat_posts.c.at.desc()).limit(_MOST_POSTS)
    return tuple(_post(row) for row in connection.execute(query).mappings())


def keep_post(connection: sa.Connection, post: Post) -> None:
    write = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(chat_posts)
    values = {name: getattr(post, name) for name in Post.__slots__}
    keys = ["issue_id", "chat"]
    changed = {name: write.excluded[name] for name in values if name not in keys}
    connection.execute(write.values(values).on_conflict_do_update(index_elements=keys, set_=changed))


def standings(connection: sa.Connection, issue_ids: Sequence[int]) -> dict[int, Standing]:
    """By issue, what has become of it, in five statements whatever the number of issues."""
    wanted = sorted(set(issue_ids))
    if not wanted:
        return {}
    ran: dict[int, list[tuple[str, str, str | None]]] = {}
    query = sa.select(sessions.c.issue_id, sessions.c.id, sessions.c.state, sessions.c.verdict).where(
        sessions.c.issue_id.in_(wanted)
    )
    for row in connection.execute(query.order_by(sessions.c.created_at.desc(), sessions.c.id)):
        ran.setdefault(row.issue_id, []).append((row.id, row.state, row.verdict))
    proposed: dict[int, list[tuple[str, str]]] = {}
    done = sa.select(effects.c.issue_id, effects.c.key, effects.c.state).where(
        effects.c.issue_id.in_(wanted), effects.c.kind != "message"
    )
    for each in connection.execute(done.order_by(effects.c.proposed_at, effects.c.key)):
        proposed.setdefault(each.issue_id, []).append((each.key, each.state))
    followed: dict[int, list[tuple[str, str, str | None]]] = {}
    fixes = sa.select(outcomes.c.issue_id, outcomes.c.effect, outcomes.c.fate, outcomes.c.silence)
    for one in connection.execute(fixes.where(outcomes.c.issue_id.in_(wanted)).order_by(outcomes.c.effect)):
        followed.setdefault(one.issue_id, []).append((one.effect, one.fate, one.silence))
    alerts = sa.select(alert_logs.c.issue_id, alert_logs.c.state).where(alert_logs.c.issue_id.in_(wanted))
    last = {row.issue_id: row.state for row in connection.execute(alerts.order_by(alert_logs.c.id))}
    statuses = connection.execute(sa.select(issues.c.id, issues.c.status).where(issues.c.id.in_(wanted)))
    return {
        row.id: Standing(
            row.status,
            last.get(row.id, ""),
            tuple(ran.get(row.id, ())),
            tuple(proposed.get(row.id, ())),
            tuple(followed.get(row.id, ())),
        )
        for row in statuses
    }


def unasked(connection: sa.Connection, limit: int = 50) -> tuple[tuple[int, str], ...]:
    """Issues and sessions with a question that waits for an answer, and that nobody was told of."""
    told = sa.exists().where(alert_logs.c.issue_id == effects.c.issue_id, alert_logs.c.occasion == effects.c.session_id)
    query = (
        sa.select(effects.c.issue_id, effects.c.session_id)
        .where(effects.c.state == "pending", ~told)
        .where(effects.c.issue_id.not_in(sa.select(issues.c.id).where(issues.c.status == "ignored")))
        .distinct()
        .limit(limit)
    )
    return tuple((row.issue_id, row.session_id) for row in connection.execute(query))


def _post(row: sa.RowMapping) -> Post:
    return Post(**{**row, "posted_at": aware(row["posted_at"]), "at": aware(row["at"])})

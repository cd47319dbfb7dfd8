"""What happened between two moments: what a team lead asks for in the morning."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from paramedic.store import hours
from paramedic.store.budgets import session_scope
from paramedic.store.issues import Issue, read_row
from paramedic.store.moments import aware
from paramedic.store.schema import alert_logs, budgets, effects, issues, sessions

_MOST_NEW = 20_000
_WORST = 6


@dataclass(frozen=True, slots=True)
class Happened:
    """``events`` and ``new_issues`` are by epoch hour; ``worst`` are new issues, those with most events first.

    ``sessions`` that ended are counted by state, ``verdicts`` by name, the most frequent first; ``decisions`` of people on
    effects by state; ``batched`` are issues that were told of together, in a storm."""

    events: dict[int, int] = field(default_factory=dict)
    new_issues: dict[int, int] = field(default_factory=dict)
    regressed: int = 0
    worst: tuple[Issue, ...] = ()
    sessions: dict[str, int] = field(default_factory=dict)
    verdicts: dict[str, int] = field(default_factory=dict)
    decisions: dict[str, int] = field(default_factory=dict)
    dollars: float = 0.0
    batched: int = 0


def happened(connection: sa.Connection, begin: datetime, end: datetime) -> Happened:
    """From ``begin``, to the hour, until before ``end``."""
    ended = _between(sessions.c.finished_at, begin, end)
    return Happened(
        events=_events(connection, begin, end),
        new_issues=_new_issues(connection, begin, end),
        regressed=_count(connection, issues.c.state == "regressed", _between(issues.c.last_seen, begin, end)),
        worst=_worst(connection, begin, end),
        sessions=_by(connection, sessions.c.state, ended),
        verdicts=_by(connection, sessions.c.verdict, ended & sessions.c.verdict.is_not(None)),
        decisions=_by(
            connection, effects.c.state, _between(effects.c.decided_at, begin, end) & (effects.c.decided_by != "policy")
        ),
        dollars=_dollars(connection, begin, end),
        batched=_count(connection, alert_logs.c.outcome == "batched", _between(alert_logs.c.settled_at, begin, end)),
    )


def _between(column: sa.ColumnElement[datetime | None], begin: datetime, end: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(column >= begin, column < end)


def _by(connection: sa.Connection, name: sa.ColumnElement[str], condition: sa.ColumnElement[bool]) -> dict[str, int]:
    query = sa.select(name, sa.func.count().label("times")).where(condition).group_by(name)
    return {row[0]: int(row[1]) for row in connection.execute(query.order_by(sa.desc("times"), name))}


def _count(connection: sa.Connection, *conditions: sa.ColumnElement[bool]) -> int:
    return int(connection.execute(sa.select(sa.func.count()).where(*conditions)).scalar_one())


def _events(connection: sa.Connection, begin: datetime, end: datetime) -> dict[int, int]:
    last = -(-int(end.timestamp()) // 3600)
    return {hour: events for hour, events in hours.of_all(connection, int(begin.timestamp()) // 3600) if hour < last}


def _new_issues(connection: sa.Connection, begin: datetime, end: datetime) -> dict[int, int]:
    found: dict[int, int] = {}
    query = sa.select(issues.c.first_seen).where(_between(issues.c.first_seen, begin, end)).limit(_MOST_NEW)
    for moment in connection.execute(query).scalars():
        hour = int(aware(moment).timestamp()) // 3600
        found[hour] = found.get(hour, 0) + 1
    return found


def _worst(connection: sa.Connection, begin: datetime, end: datetime) -> tuple[Issue, ...]:
    columns = (issues.c[name] for name in Issue.__slots__)
    query = sa.select(*columns).where(_between(issues.c.first_seen, begin, end))
    rows = connection.execute(query.order_by(issues.c.count.desc(), issues.c.id.desc()).limit(_WORST)).mappings()
    return tuple(read_row(row) for row in rows)


def _dollars(connection: sa.Connection, begin: datetime, end: datetime) -> float:
    """Of sessions that began in the period."""
    mine = budgets.c.scope == sa.literal(session_scope("")) + sessions.c.id
    query = sa.select(sa.func.sum(budgets.c.micro_dollars)).select_from(sessions.join(budgets, mine))
    spent = connection.execute(query.where(_between(sessions.c.created_at, begin, end))).scalar_one()
    return int(spent or 0) / 1e6

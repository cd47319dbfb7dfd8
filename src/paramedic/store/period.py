"""What happened between two moments: what a team lead asks for in the morning."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from paramedic.store import hours
from paramedic.store.budgets import session_scope
from paramedic.store.issues import Issue, read_row
from paramedic.store.schema import alert_logs, budgets, effects, issues, sessions

_WORST = 6
# Written out, as the index on these rows has it.
_REGRESSED = issues.c.state == sa.literal_column("'regressed'")


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
        regressed=_count(connection, _REGRESSED, _between(issues.c.last_seen, begin, end)),
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
    hour = _hour_of(connection, issues.c.first_seen).label("hour")
    query = sa.select(hour, sa.func.count()).where(_between(issues.c.first_seen, begin, end))
    return {int(row[0]): int(row[1]) for row in connection.execute(query.group_by(hour))}


def _hour_of(connection: sa.Connection, moment: sa.ColumnElement[datetime]) -> sa.ColumnElement[int]:
    """The epoch hour. Neither database has a word for it that the other knows."""
    if connection.dialect.name == "postgresql":
        return sa.cast(sa.func.floor(sa.extract("epoch", moment) / 3600), sa.Integer)
    return sa.cast(sa.func.strftime("%s", moment), sa.Integer).op("/")(3600)


def _worst(connection: sa.Connection, begin: datetime, end: datetime) -> tuple[Issue, ...]:
    """Chosen within the index, before any row is read."""
    order = (issues.c.count.desc(), issues.c.id.desc())
    chosen = sa.select(issues.c.id).where(_between(issues.c.first_seen, begin, end)).order_by(*order).limit(_WORST)
    columns = (issues.c[name] for name in Issue.__slots__)
    query = sa.select(*columns).where(issues.c.id.in_(chosen.scalar_subquery())).order_by(*order)
    return tuple(read_row(row) for row in connection.execute(query).mappings())


def _dollars(connection: sa.Connection, begin: datetime, end: datetime) -> float:
    """Of sessions that began in the period."""
    mine = budgets.c.scope == sa.literal(session_scope("")) + sessions.c.id
    query = sa.select(sa.func.sum(budgets.c.micro_dollars)).select_from(sessions.join(budgets, mine))
    spent = connection.execute(query.where(_between(sessions.c.created_at, begin, end))).scalar_one()
    return int(spent or 0) / 1e6

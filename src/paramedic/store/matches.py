"""What each rule matched lately."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from paramedic.store.moments import aware
from paramedic.store.schema import issues, sessions

LOOKED_AT = 2000
"""The issues that were seen last: how many of them a rule matched is told, which costs the same however many there are."""


@dataclass(frozen=True, slots=True)
class Matched:
    """``issues`` whose last decision was this rule's, the ``last`` of those decisions, and the ``sessions`` it started."""

    issues: int = 0
    last: datetime | None = None
    sessions: int = 0


def lately(connection: sa.Connection, since: datetime) -> dict[str, Matched]:
    """By rule: among the last ``LOOKED_AT`` issues, and of the sessions since then."""
    newest = sa.select(issues.c.rule, issues.c.decided_at).order_by(issues.c.last_seen.desc()).limit(LOOKED_AT).subquery()
    counted = sa.select(newest.c.rule, sa.func.count().label("issues"), sa.func.max(newest.c.decided_at).label("last"))
    rows = connection.execute(counted.where(newest.c.rule.is_not(None)).group_by(newest.c.rule)).all()
    began = sa.select(sessions.c.rule, sa.func.count()).where(sessions.c.rule.is_not(None), sessions.c.created_at >= since)
    started = {row[0]: int(row[1]) for row in connection.execute(began.group_by(sessions.c.rule))}
    matched = {row.rule: Matched(int(row.issues), aware(row.last)) for row in rows}
    return {
        name: replace(matched.get(name, Matched()), sessions=started.get(name, 0)) for name in matched.keys() | started.keys()
    }

"""Who ignored an issue, why and until when; what has ended stays as it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

import sqlalchemy as sa

from paramedic.store.moments import aware
from paramedic.store.schema import ignores


class Until(StrEnum):
    """When an issue is heeded again, if nobody says so before."""

    REGRESSION = "regression"
    """When it is seen in a release in which it was not known, or when Sentry says that it regressed."""
    TIME = "time"
    EVER = "ever"


@dataclass(frozen=True, slots=True)
class Ignore:
    """``releases`` are those in which the issue was known; ``ended_by`` says what ended it, None while it holds."""

    issue_id: int
    by: str
    at: datetime
    reason: str
    until: Until
    until_at: datetime | None = None
    releases: tuple[str, ...] = ()
    ended_at: datetime | None = None
    ended_by: str | None = None


def add(connection: sa.Connection, new: Ignore) -> None:
    """What held before is ended by it."""
    end(connection, new.issue_id, f"ignored anew by {new.by}")
    row = {name: getattr(new, name) for name in Ignore.__slots__}
    connection.execute(sa.insert(ignores).values(row | {"until": new.until.value, "releases": list(new.releases)}))


def end(connection: sa.Connection, issue_id: int, by: str) -> bool:
    """False when the issue was not ignored."""
    holds = (ignores.c.issue_id == issue_id) & ignores.c.ended_at.is_(None)
    done = connection.execute(sa.update(ignores).where(holds).values(ended_at=datetime.now(UTC), ended_by=by[:300]))
    return done.rowcount > 0


def current(connection: sa.Connection, issue_id: int) -> Ignore | None:
    """What holds now."""
    return next((one for one in of_issue(connection, issue_id) if one.ended_at is None), None)


def of_issue(connection: sa.Connection, issue_id: int, limit: int = 20) -> tuple[Ignore, ...]:
    """The newest first."""
    query = sa.select(ignores).where(ignores.c.issue_id == issue_id).order_by(ignores.c.id.desc()).limit(limit)
    return tuple(_ignore(row) for row in connection.execute(query).mappings())


def lapsed(connection: sa.Connection, now: datetime) -> Sequence[int]:
    """Issues whose time has come."""
    query = sa.select(ignores.c.issue_id).where(ignores.c.ended_at.is_(None), ignores.c.until_at <= now)
    return connection.execute(query.limit(100)).scalars().all()


def _ignore(row: sa.RowMapping) -> Ignore:
    values = {name: row[name] for name in Ignore.__slots__}
    for name in ("at", "until_at", "ended_at"):
        values[name] = aware(values[name]) if values[name] else None
    return Ignore(**values | {"until": Until(row["until"]), "releases": tuple(row["releases"])})

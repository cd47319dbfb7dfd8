"""Releases that events came from: of each project, and of each issue whose fix is followed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from paramedic.model.outcome import SeenRelease
from paramedic.store.moments import aware
from paramedic.store.schema import issue_releases, releases

MOST_OF_PROJECT = 2000
MOST_OF_ISSUE = 200
"""Whoever holds a DSN may write anything into ``release``; beyond these bounds a new one is not kept."""


def see(connection: sa.Connection, seen: Mapping[str, Sequence[SeenRelease]]) -> frozenset[str]:
    """Count events by project and release; the projects in which a release was heard of for the first time."""
    new: set[str] = set()
    for project in sorted(seen):
        fresh = _count(connection, releases, {"project": project}, seen[project], MOST_OF_PROJECT)
        if fresh:
            new.add(project)
    return frozenset(new)


def see_in_issue(connection: sa.Connection, issue_id: int, seen: Sequence[SeenRelease]) -> None:
    """Count the issue's events by release."""
    _count(connection, issue_releases, {"issue_id": issue_id}, seen, MOST_OF_ISSUE)


def of_project(connection: sa.Connection, project: str, since: datetime, limit: int = 100) -> tuple[SeenRelease, ...]:
    """Those that events came from since then, the first seen first."""
    query = sa.select(releases).where(releases.c.project == project, releases.c.last_at >= since)
    return tuple(_seen(row) for row in connection.execute(query.order_by(releases.c.first_at).limit(limit)).mappings())


def last_before(connection: sa.Connection, project: str, moment: datetime) -> str | None:
    """The newest release that was known before ``moment``."""
    query = sa.select(releases.c.version).where(releases.c.project == project, releases.c.first_at < moment)
    return connection.execute(query.order_by(releases.c.first_at.desc()).limit(1)).scalar_one_or_none()


def of_issue(connection: sa.Connection, issue_id: int) -> tuple[SeenRelease, ...]:
    """The first seen first."""
    query = sa.select(issue_releases).where(issue_releases.c.issue_id == issue_id).order_by(issue_releases.c.first_at)
    return tuple(_seen(row) for row in connection.execute(query).mappings())


def forget(connection: sa.Connection, before: datetime) -> int:
    """Let go those of projects that were not heard of since ``before``."""
    return connection.execute(sa.delete(releases).where(releases.c.last_at < before)).rowcount


def _count(
    connection: sa.Connection, table: sa.Table, place: Mapping[str, object], seen: Sequence[SeenRelease], most: int
) -> bool:
    """Add to what is known; True when one of them is new."""
    here = sa.and_(*(table.c[name] == value for name, value in place.items()))
    versions = [one.version for one in seen]
    rows = connection.execute(sa.select(table).where(here, table.c.version.in_(versions)).with_for_update()).mappings()
    known = {row["version"]: (aware(row["first_at"]), aware(row["last_at"])) for row in rows}
    fresh = [one for one in seen if one.version not in known]
    if fresh:
        held = int(connection.execute(sa.select(sa.func.count()).select_from(table).where(here)).scalar_one())
        fresh = fresh[: max(most - held, 0)]
    for one in seen:
        if one.version in known:
            first, last = known[one.version]
            times = {"first_at": min(first, one.first_at), "last_at": max(last, one.last_at)}
            values = _row(table, one) | times | {"count": table.c.count + one.count}
            connection.execute(sa.update(table).where(here, table.c.version == one.version).values(values))
    if fresh:
        write = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(table)
        connection.execute(write.on_conflict_do_nothing(), [{**place, **_row(table, one)} for one in fresh])
    return bool(fresh)


def _row(table: sa.Table, one: SeenRelease) -> dict[str, object]:
    row: dict[str, object] = {name: getattr(one, name) for name in ("version", "first_at", "last_at", "count")}
    return row | {"event": one.event} if "event" in table.c else row


def _seen(row: sa.RowMapping) -> SeenRelease:
    values = {name: row[name] for name in SeenRelease.__slots__ if name in row}
    return SeenRelease(**{**values, "first_at": aware(row["first_at"]), "last_at": aware(row["last_at"])})

"""Events by hour, of each issue and of all: what charts are drawn from. Hours are epoch seconds // 3600."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from paramedic.store.schema import all_hours, issue_hours


def count(connection: sa.Connection, seen: Sequence[tuple[int, int, int]]) -> None:
    """Add events to what was counted: issue, hour, events."""
    rows = [{"issue_id": issue_id, "hour": hour, "count": events} for issue_id, hour, events in seen]
    totals: Counter[int] = Counter()
    for _issue_id, hour, events in seen:
        totals[hour] += events
    _add(connection, issue_hours, ["issue_id", "hour"], rows)
    # The sum over all issues is kept beside them: a page cannot wait for a hundred thousand rows.
    _add(connection, all_hours, ["hour"], [{"hour": hour, "count": events} for hour, events in sorted(totals.items())])


def _add(connection: sa.Connection, table: sa.Table, key: Sequence[str], rows: Sequence[dict[str, int]]) -> None:
    if not rows:
        return
    write = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(table)
    grown = write.on_conflict_do_update(index_elements=key, set_={"count": table.c.count + write.excluded["count"]})
    connection.execute(grown, rows)


def of_issue(connection: sa.Connection, issue_id: int, since_hour: int) -> tuple[tuple[int, int], ...]:
    """Hours from ``since_hour`` on with their events, the oldest first."""
    query = sa.select(issue_hours.c.hour, issue_hours.c.count.label("events"))
    query = query.where(issue_hours.c.issue_id == issue_id, issue_hours.c.hour >= since_hour).order_by(issue_hours.c.hour)
    return tuple((row.hour, row.events) for row in connection.execute(query))


def of_issues(connection: sa.Connection, issue_ids: Sequence[int], since_hour: int) -> dict[int, dict[int, int]]:
    """By issue, hours from ``since_hour`` on with their events."""
    query = sa.select(issue_hours).where(issue_hours.c.issue_id.in_(issue_ids), issue_hours.c.hour >= since_hour)
    found: dict[int, dict[int, int]] = {}
    for row in connection.execute(query).mappings():
        found.setdefault(row["issue_id"], {})[row["hour"]] = row["count"]
    return found


def of_all(connection: sa.Connection, since_hour: int) -> tuple[tuple[int, int], ...]:
    """Hours from ``since_hour`` on with the events of all issues, the oldest first."""
    query = sa.select(all_hours.c.hour, all_hours.c.count.label("events")).where(all_hours.c.hour >= since_hour)
    return tuple((row.hour, row.events) for row in connection.execute(query.order_by(all_hours.c.hour)))


def within(begin: datetime, end: datetime) -> sa.Subquery:
    """``issue_id`` and ``events`` of the issues with events in the period, to the hour."""
    first, last = int(begin.timestamp()) // 3600, int(end.timestamp()) // 3600
    counted = sa.select(issue_hours.c.issue_id, sa.func.sum(issue_hours.c.count).label("events"))
    return counted.where(issue_hours.c.hour >= first, issue_hours.c.hour < last).group_by(issue_hours.c.issue_id).subquery()

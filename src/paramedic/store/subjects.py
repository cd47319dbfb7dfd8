"""An issue as a session and its messages need it: facts, counts by hour, and the event to look at."""

from __future__ import annotations

import json
import time
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa

from paramedic.model.errors import BadInput
from paramedic.store.schema import events, issue_hours, issues

_LATEST_SLOT = 1


@dataclass(frozen=True, slots=True)
class Facts:
    """``hours`` are the last 24, the oldest first; ``upstream_id`` is Sentry's own id of the issue."""

    id: int
    project: str
    title: str
    short_id: str | None
    url: str | None
    upstream_id: str | None
    users: int
    hours: tuple[tuple[datetime, int], ...]

    @property
    def last_hour(self) -> int:
        return sum(count for _hour, count in self.hours[-1:])

    @property
    def last_day(self) -> int:
        return sum(count for _hour, count in self.hours)


def facts(connection: sa.Connection, issue_id: int) -> Facts:
    """Raises ``BadInput`` when there is no such issue."""
    columns = ("id", "project", "title", "short_id", "url", "upstream_id", "users")
    query = sa.select(*(issues.c[name] for name in columns)).where(issues.c.id == issue_id)
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise BadInput(f"There is no issue {issue_id}.", remedy="See /api/issues.")
    return Facts(**row, hours=_hours(connection, issue_id))


def raw_event(connection: sa.Connection, issue_id: int, event_id: str | None = None) -> object | None:
    """The named event of the issue if it is in the sample, else the latest, else the first; None when there is none."""
    named = sa.case((events.c.event_id == event_id, 0), (events.c.slot == _LATEST_SLOT, 1), else_=2)
    query = sa.select(events.c.body).where(events.c.issue_id == issue_id).order_by(named, events.c.slot).limit(1)
    body = connection.execute(query).scalar_one_or_none()
    if body is None:
        return None
    decoded: object = json.loads(zlib.decompress(body))
    return decoded


def _hours(connection: sa.Connection, issue_id: int) -> tuple[tuple[datetime, int], ...]:
    now = int(time.time()) // 3600
    query = sa.select(issue_hours.c.hour, issue_hours.c.count).where(
        issue_hours.c.issue_id == issue_id, issue_hours.c.hour > now - 24
    )
    counts = {row.hour: row.count for row in connection.execute(query)}
    return tuple((datetime.fromtimestamp(hour * 3600, UTC), counts.get(hour, 0)) for hour in range(now - 23, now + 1))

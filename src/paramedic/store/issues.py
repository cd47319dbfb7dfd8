"""Issues: groups of events with one cause, their counts by hour, and who was affected."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from paramedic.model.errors import BadInput
from paramedic.store import events
from paramedic.store.events import Sample
from paramedic.store.moments import aware
from paramedic.store.schema import issue_hours, issue_users, issues

MOST_USERS = 10_000
"""Users of one issue are told apart up to this many; beyond it the number stands for "at least"."""
NEW_FOR = timedelta(days=7)
_END_OF_TIME = datetime.max.replace(tzinfo=UTC)
_BEGINNING_OF_TIME = datetime.min.replace(tzinfo=UTC)


@dataclass(slots=True)
class Sighting:
    """What one batch saw of one issue. ``hours`` maps epoch hours to events; ``samples`` are the oldest first."""

    project: str
    group_key: str
    title: str
    culprit: str
    level: str
    platform: str
    grouping: Mapping[str, object]
    environment: str | None = None
    release: str | None = None
    upstream_id: str | None = None
    short_id: str | None = None
    url: str | None = None
    first_seen: datetime = _END_OF_TIME
    last_seen: datetime = _BEGINNING_OF_TIME
    count: int = 0
    hours: dict[int, int] = field(default_factory=dict)
    users: set[str] = field(default_factory=set)
    samples: list[Sample] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class StatusChange:
    """What an issue hook says: ``status`` and ``state`` are None where it says nothing of them."""

    sighting: Sighting
    status: str | None = None
    state: str | None = None


@dataclass(frozen=True, slots=True)
class Issue:
    """One row, as pages and the API show it. Times are aware UTC."""

    id: int
    project: str
    group_key: str
    upstream_id: str | None
    short_id: str | None
    url: str | None
    title: str
    culprit: str
    level: str
    platform: str
    environment: str | None
    status: str
    state: str
    first_release: str | None
    last_release: str | None
    first_seen: datetime
    last_seen: datetime
    count: int
    users: int
    grouping: Mapping[str, object]
    priority: int
    action: str | None
    rule: str | None
    decision: str | None
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class Facts:
    """The counts that messages speak of; ``hours`` are those of the last day with at least one event, the oldest first."""

    id: int
    title: str
    upstream_id: str | None
    short_id: str | None
    url: str | None
    users: int
    hours: tuple[tuple[datetime, int], ...]

    @property
    def last_hour(self) -> int:
        since = datetime.now(UTC) - timedelta(hours=1)
        return sum(count for hour, count in self.hours if hour > since - timedelta(hours=1))

    @property
    def last_day(self) -> int:
        return sum(count for _hour, count in self.hours)


_COLUMNS = tuple(issues.c[name] for name in Issue.__slots__)


def record(connection: sa.Connection, seen: Sighting) -> int:
    """Count a batch's events of one issue, keep their sample, and have the rules look at it; the issue's id."""
    issue_id, before = _find_or_add(connection, seen)
    if seen.count:
        connection.execute(sa.update(issues).where(issues.c.id == issue_id).values(_counted(connection, issue_id, seen, before)))
        _count_hours(connection, issue_id, seen.hours)
        events.keep(connection, issue_id, seen.samples, before["count"])
    return issue_id


def change_status(connection: sa.Connection, change: StatusChange) -> int:
    """Follow what Sentry says of an issue: resolved, ignored, regressed; the issue's id."""
    issue_id, before = _find_or_add(connection, change.sighting)
    seen = change.sighting
    known = {"url": seen.url, "short_id": seen.short_id, "culprit": seen.culprit or None, "level": seen.level}
    values: dict[str, object] = {name: value for name, value in known.items() if value}
    values["last_seen"] = max(aware(before["last_seen"]), seen.last_seen)
    if change.status:
        values["status"] = change.status
        values["resolved_release"] = before["last_release"] if change.status == "resolved" else None
    if change.state:
        values |= {"state": change.state, "needs_rules": True}
    connection.execute(sa.update(issues).where(issues.c.id == issue_id).values(values))
    return issue_id


def _find_or_add(connection: sa.Connection, seen: Sighting) -> tuple[int, sa.RowMapping]:
    write = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(issues)
    connection.execute(write.values(_new_row(seen)).on_conflict_do_nothing(index_elements=["project", "group_key"]))
    columns = [
        issues.c[name]
        for name in ("id", "count", "users", "status", "state", "first_seen", "last_seen", "last_release", "resolved_release")
    ]
    query = sa.select(*columns).where(issues.c.project == seen.project, issues.c.group_key == seen.group_key).with_for_update()
    row = connection.execute(query).mappings().one()
    return row["id"], row


def _new_row(seen: Sighting) -> dict[str, object]:
    now = datetime.now(UTC)
    known = {
        name: getattr(seen, name) for name in ("project", "group_key", "upstream_id", "short_id", "url", "level", "environment")
    }
    return known | {
        "title": seen.title[:500],
        "culprit": seen.culprit[:300],
        "platform": seen.platform[:40],
        "grouping": dict(seen.grouping),
        "first_release": seen.release,
        "last_release": seen.release,
        "first_seen": seen.first_seen if seen.count else now,
        "last_seen": seen.last_seen if seen.count else now,
    }


def _counted(connection: sa.Connection, issue_id: int, seen: Sighting, before: sa.RowMapping) -> dict[str, object]:
    values: dict[str, object] = {
        "count": issues.c.count + seen.count,
        "users": _count_users(connection, issue_id, seen.users, before["users"]),
        "first_seen": min(aware(before["first_seen"]), seen.first_seen),
        "last_seen": max(aware(before["last_seen"]), seen.last_seen),
        "level": seen.level,
        "culprit": seen.culprit[:300],
        "last_release": seen.release or before["last_release"],
        "needs_rules": True,
    }
    if before["status"] == "resolved" and seen.release != before["resolved_release"]:
        values |= {"status": "unresolved", "state": "regressed", "resolved_release": None}
    return values


def _count_users(connection: sa.Connection, issue_id: int, users: set[str], known: int) -> int:
    if not users or known >= MOST_USERS:
        return known
    write = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(issue_users)
    fresh = write.values([{"issue_id": issue_id, "user_hash": user} for user in sorted(users)]).on_conflict_do_nothing()
    added = connection.execute(fresh.returning(issue_users.c.user_hash)).all()
    return known + len(added)


def _count_hours(connection: sa.Connection, issue_id: int, hours: Mapping[int, int]) -> None:
    write = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(issue_hours)
    grown = write.on_conflict_do_update(
        index_elements=["issue_id", "hour"], set_={"count": issue_hours.c.count + write.excluded["count"]}
    )
    connection.execute(grown, [{"issue_id": issue_id, "hour": hour, "count": count} for hour, count in hours.items()])


def read(connection: sa.Connection, issue_id: int) -> Issue:
    """Raises ``BadInput`` when there is no such issue."""
    row = connection.execute(sa.select(*_COLUMNS).where(issues.c.id == issue_id)).mappings().one_or_none()
    if row is None:
        raise BadInput(f"There is no issue {issue_id}.", remedy="See GET /api/issues.")
    return _issue(row)


def by_upstream(connection: sa.Connection, upstream_id: str) -> Issue | None:
    """The issue that Sentry calls ``upstream_id`` (its number or short id)."""
    named = sa.or_(issues.c.upstream_id == upstream_id, issues.c.short_id == upstream_id)
    row = connection.execute(sa.select(*_COLUMNS).where(named).limit(1)).mappings().one_or_none()
    return _issue(row) if row else None


def listed(
    connection: sa.Connection,
    *,
    project: str | None = None,
    status: str | None = None,
    level: str | None = None,
    text: str | None = None,
    limit: int = 50,
    offset: int = 0,
) -> tuple[Issue, ...]:
    """Issues, the last seen first."""
    query = sa.select(*_COLUMNS).order_by(issues.c.last_seen.desc(), issues.c.id.desc()).limit(limit).offset(offset)
    for column, value in ((issues.c.project, project), (issues.c.status, status), (issues.c.level, level)):
        if value is not None:
            query = query.where(column == value)
    if text:
        query = query.where(
            sa.or_(issues.c.title.icontains(text, autoescape=True), issues.c.culprit.icontains(text, autoescape=True))
        )
    return tuple(_issue(row) for row in connection.execute(query).mappings())


def needing_rules(connection: sa.Connection, limit: int = 200) -> tuple[Issue, ...]:
    """Issues that changed since the rules last looked at them."""
    query = sa.select(*_COLUMNS).where(issues.c.needs_rules).order_by(issues.c.id).limit(limit).with_for_update(skip_locked=True)
    return tuple(_issue(row) for row in connection.execute(query).mappings())


def decided(connection: sa.Connection, issue_id: int, *, action: str, rule: str | None, reason: str, priority: int) -> None:
    """Keep what the rules said, so that a skip always has a visible reason."""
    values = {
        "needs_rules": False,
        "action": action,
        "rule": rule,
        "decision": reason[:500],
        "decided_at": datetime.now(UTC),
        "priority": priority,
    }
    connection.execute(sa.update(issues).where(issues.c.id == issue_id).values(values))


def hours_since(connection: sa.Connection, issue_id: int, since_hour: int) -> tuple[tuple[int, int], ...]:
    """Epoch hours from ``since_hour`` on with their events, the oldest first."""
    query = sa.select(issue_hours.c.hour, issue_hours.c.count.label("events"))
    query = query.where(issue_hours.c.issue_id == issue_id, issue_hours.c.hour >= since_hour).order_by(issue_hours.c.hour)
    return tuple((row.hour, row.events) for row in connection.execute(query))


def facts(connection: sa.Connection, issue_id: int) -> Facts:
    """Raises ``BadInput`` when there is no such issue."""
    issue = read(connection, issue_id)
    counted = hours_since(connection, issue_id, int(time.time()) // 3600 - 23)
    hours = tuple((datetime.fromtimestamp(hour * 3600, UTC), count) for hour, count in counted)
    return Facts(issue.id, issue.title, issue.upstream_id, issue.short_id, issue.url, issue.users, hours)


def totals(connection: sa.Connection) -> Sequence[tuple[str, int]]:
    """How many issues there are by status."""
    query = sa.select(issues.c.status, sa.func.count()).group_by(issues.c.status).order_by(issues.c.status)
    return [(row[0], row[1]) for row in connection.execute(query)]


def _issue(row: sa.RowMapping) -> Issue:
    values = dict(row)
    for name in ("first_seen", "last_seen", "decided_at"):
        values[name] = aware(values[name]) if values[name] else None
    if values["state"] == "new" and datetime.now(UTC) - values["first_seen"] > NEW_FOR:
        values["state"] = "ongoing"
    return Issue(**values)

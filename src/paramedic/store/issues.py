"""Issues: groups of events with one cause, their counts by hour, and who was affected."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from paramedic.model.errors import BadInput
from paramedic.store import events, hours
from paramedic.store.events import Sample
from paramedic.store.issue_text import containing
from paramedic.store.moments import aware
from paramedic.store.schema import issue_users, issues, sessions

MOST_USERS = 10_000
"""Users of one issue are told apart up to this many; beyond it the number stands for "at least"."""
NEW_FOR = timedelta(days=7)
_ROWS_AT_ONCE = 500
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
    count: int = 0
    users: int = 0
    """What Sentry counted, taken where it is more than what was seen here."""


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


def record(connection: sa.Connection, seen: Sequence[Sighting]) -> tuple[int, ...]:
    """Count a batch's events, keep their samples, and have the rules look at their issues, whose ids are in their order.

    A handful of statements whatever the number of issues: the transaction holds SQLite's only write lock, for which intake
    waits meanwhile. Sightings come in a fixed order, so that two batches lock rows in the same one.
    """
    if not seen:
        return ()
    rows = _find_or_add(connection, seen)
    users = _count_users(connection, seen, rows)
    updates = [_counted(sighting, row, users[row["id"]]) for sighting, row in zip(seen, rows, strict=True)]
    connection.execute(_COUNTED, updates)
    hours.count(
        connection,
        [(row["id"], hour, count) for sighting, row in zip(seen, rows, strict=True) for hour, count in sighting.hours.items()],
    )
    events.keep(connection, [(row["id"], sighting.samples, row["count"]) for sighting, row in zip(seen, rows, strict=True)])
    return tuple(row["id"] for row in rows)


def homes(connection: sa.Connection, upstream_ids: Sequence[str]) -> dict[str, str]:
    """The project under which each of Sentry's issues is known here."""
    query = sa.select(issues.c.upstream_id, issues.c.project).where(issues.c.upstream_id.in_(upstream_ids))
    return {row.upstream_id: row.project for row in connection.execute(query)} if upstream_ids else {}


def move_home(connection: sa.Connection, upstream_id: str, project: str) -> None:
    """Sentry's issue belongs to ``project``, which was not known before."""
    connection.execute(sa.update(issues).where(issues.c.upstream_id == upstream_id).values(project=project))


def change_status(connection: sa.Connection, change: StatusChange) -> int:
    """Follow what Sentry says of an issue: resolved, ignored, regressed; the issue's id."""
    seen = change.sighting
    (before,) = _find_or_add(connection, [seen])
    issue_id: int = before["id"]
    known = {"url": seen.url, "short_id": seen.short_id, "culprit": seen.culprit or None, "level": seen.level}
    values: dict[str, object] = {name: value for name, value in known.items() if value}
    values["last_seen"] = max(aware(before["last_seen"]), seen.last_seen)
    values["count"], values["users"] = max(before["count"], change.count), max(before["users"], change.users)
    if change.status:
        values["status"] = change.status
        values["resolved_release"] = before["last_release"] if change.status == "resolved" else None
    if change.state:
        values |= {"state": change.state, "needs_rules": True}
    connection.execute(sa.update(issues).where(issues.c.id == issue_id).values(values))
    return issue_id


def come_back(connection: sa.Connection, issue_id: int) -> None:
    """Its fix did not hold: the rules look at it as at a regression."""
    connection.execute(sa.update(issues).where(issues.c.id == issue_id).values(state="regressed", needs_rules=True))


_NEEDED = tuple(
    issues.c[name]
    for name in (
        "id", "project", "group_key", "count", "users", "status", "state", "first_seen", "last_seen", "last_release",
        "resolved_release",
    )
)  # fmt: skip


def _find_or_add(connection: sa.Connection, seen: Sequence[Sighting]) -> list[sa.RowMapping]:
    """The rows as they were, locked, in the order of ``seen``."""
    write = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(issues)
    connection.execute(write.on_conflict_do_nothing(index_elements=["project", "group_key"]), [_new_row(one) for one in seen])
    query = sa.select(*_NEEDED).where(
        issues.c.project.in_({one.project for one in seen}), issues.c.group_key.in_({one.group_key for one in seen})
    )
    found = connection.execute(query.order_by(issues.c.project, issues.c.group_key).with_for_update()).mappings()
    by_key = {(row["project"], row["group_key"]): row for row in found}
    return [by_key[one.project, one.group_key] for one in seen]


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


_REPLACED = ("users", "first_seen", "last_seen", "level", "culprit", "last_release", "status", "state", "resolved_release")
_COUNTED = (
    sa.update(issues)
    .where(issues.c.id == sa.bindparam("row_id"))
    .values(count=issues.c.count + sa.bindparam("more"), needs_rules=True)
    .values({name: sa.bindparam(f"new_{name}") for name in _REPLACED})
)


def _counted(seen: Sighting, before: sa.RowMapping, users: int) -> dict[str, object]:
    values: dict[str, object] = {
        "row_id": before["id"],
        "more": seen.count,
        "new_users": users,
        "new_first_seen": min(aware(before["first_seen"]), seen.first_seen),
        "new_last_seen": max(aware(before["last_seen"]), seen.last_seen),
        "new_level": seen.level,
        "new_culprit": seen.culprit[:300],
        "new_last_release": seen.release or before["last_release"],
    }
    regressed = before["status"] == "resolved" and seen.release != before["resolved_release"]
    kept = {"status": before["status"], "state": before["state"], "resolved_release": before["resolved_release"]}
    after = {"status": "unresolved", "state": "regressed", "resolved_release": None} if regressed else kept
    return values | {f"new_{name}": value for name, value in after.items()}


def _count_users(connection: sa.Connection, seen: Sequence[Sighting], rows: Sequence[sa.RowMapping]) -> dict[int, int]:
    """Users of each issue after this batch."""
    counted: dict[int, int] = {row["id"]: row["users"] for row in rows}
    fresh = [
        {"issue_id": row["id"], "user_hash": user}
        for sighting, row in zip(seen, rows, strict=True)
        for user in sorted(sighting.users)
        if row["users"] < MOST_USERS
    ]
    write = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(issue_users)
    for first in range(0, len(fresh), _ROWS_AT_ONCE):
        insert = write.values(fresh[first : first + _ROWS_AT_ONCE]).on_conflict_do_nothing()
        for issue_id in connection.execute(insert.returning(issue_users.c.issue_id)).scalars():
            counted[issue_id] += 1
    return counted


def read(connection: sa.Connection, issue_id: int) -> Issue:
    """Raises ``BadInput`` when there is no such issue."""
    row = connection.execute(sa.select(*_COLUMNS).where(issues.c.id == issue_id)).mappings().one_or_none()
    if row is None:
        raise BadInput(f"There is no issue {issue_id}.", remedy="See GET /api/issues.")
    return read_row(row)


def provisional_title(name: str) -> str:
    """What an issue is called of which only ``name`` is known."""
    return f"Issue {name}"


def adopt(connection: sa.Connection, seen: Sighting) -> int:
    """The id of the issue, which is added as it is known so far: nothing is counted, and no rule looks at it."""
    (row,) = _find_or_add(connection, [seen])
    if not row["count"]:
        connection.execute(sa.update(issues).where(issues.c.id == row["id"]).values(needs_rules=False))
    return int(row["id"])


def learn(connection: sa.Connection, issue_id: int, **facts: object) -> None:
    """Fill in what was not known when the issue was adopted; columns whose fact is None stay as they are."""
    known = {name: value for name, value in facts.items() if value is not None}
    connection.execute(sa.update(issues).where(issues.c.id == issue_id).values(known))


def by_upstream(connection: sa.Connection, upstream_id: str) -> Issue | None:
    """The issue that Sentry calls ``upstream_id`` (its number or short id)."""
    named = sa.or_(issues.c.upstream_id == upstream_id, issues.c.short_id == upstream_id)
    row = connection.execute(sa.select(*_COLUMNS).where(named).limit(1)).mappings().one_or_none()
    return read_row(row) if row else None


_newest_verdict = (
    sa.select(sessions.c.verdict)
    .where(sessions.c.issue_id == issues.c.id, sessions.c.state == "finished", sessions.c.verdict.is_not(None))
    .order_by(sessions.c.finished_at.desc())
    .limit(1)
    .correlate(issues)
    .scalar_subquery()
)


def listed(
    connection: sa.Connection,
    *,
    project: str | None = None,
    status: str | None = None,
    level: str | None = None,
    verdict: str | None = None,
    text: str | None = None,
    limit: int = 50,
    offset: int = 0,
) -> tuple[Issue, ...]:
    """Issues, the last seen first; ``verdict`` is that of their newest finished session."""
    query = sa.select(*_COLUMNS).order_by(issues.c.last_seen.desc(), issues.c.id.desc()).limit(limit).offset(offset)
    for column, value in ((issues.c.project, project), (issues.c.status, status), (issues.c.level, level)):
        if value is not None:
            query = query.where(column == value)
    if verdict is not None:
        query = query.where(_newest_verdict == verdict)
    if text:
        query = query.where(containing(connection, text))
    return tuple(read_row(row) for row in connection.execute(query).mappings())


def seen_between(
    connection: sa.Connection, begin: datetime, end: datetime, releases: Sequence[str] = (), limit: int = 10_000
) -> tuple[tuple[Issue, int], ...]:
    """Issues with events in the period, to the hour, and how many; with ``releases``, those last seen in one of them."""
    within = hours.within(begin, end)
    query = sa.select(*_COLUMNS, within.c.events).join(within, within.c.issue_id == issues.c.id)
    if releases:
        query = query.where(issues.c.last_release.in_(releases))
    rows = connection.execute(query.order_by(issues.c.id).limit(limit)).mappings()
    return tuple((read_row({column.name: row[column.name] for column in _COLUMNS}), int(row["events"])) for row in rows)


def needing_rules(connection: sa.Connection, limit: int = 200) -> tuple[Issue, ...]:
    """Issues that changed since the rules last looked at them."""
    query = sa.select(*_COLUMNS).where(issues.c.needs_rules).order_by(issues.c.id).limit(limit).with_for_update(skip_locked=True)
    return tuple(read_row(row) for row in connection.execute(query).mappings())


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


def projects(connection: sa.Connection, limit: int = 500) -> tuple[str, ...]:
    """Projects that issues were seen in, by name."""
    query = sa.select(issues.c.project).distinct().order_by(issues.c.project).limit(limit)
    return tuple(connection.execute(query).scalars())


def facts(connection: sa.Connection, issue_id: int) -> Facts:
    """Raises ``BadInput`` when there is no such issue."""
    issue = read(connection, issue_id)
    counted = hours.of_issue(connection, issue_id, int(time.time()) // 3600 - 23)
    by_hour = tuple((datetime.fromtimestamp(hour * 3600, UTC), events) for hour, events in counted)
    return Facts(issue.id, issue.title, issue.upstream_id, issue.short_id, issue.url, issue.users, by_hour)


def totals(connection: sa.Connection) -> Sequence[tuple[str, int]]:
    """How many issues there are by status."""
    query = sa.select(issues.c.status, sa.func.count()).group_by(issues.c.status).order_by(issues.c.status)
    return [(row[0], row[1]) for row in connection.execute(query)]


def read_row(row: Mapping[str, Any] | sa.RowMapping) -> Issue:
    """One row of the columns that ``Issue`` has."""
    values = dict(row)
    for name in ("first_seen", "last_seen", "decided_at"):
        values[name] = aware(values[name]) if values[name] else None
    if values["state"] == "new" and datetime.now(UTC) - values["first_seen"] > NEW_FOR:
        values["state"] = "ongoing"
    return Issue(**values)

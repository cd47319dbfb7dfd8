"""Issues as a person looks for them: filtered, sorted, and turned page by page.

A page begins where the one before ended, by the value that is sorted by and the issue's number, so that the thousandth costs as
much as the first and an issue that is seen meanwhile shifts nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from paramedic.model.errors import BadInput
from paramedic.store.issue_text import containing
from paramedic.store.issues import Issue, read_row
from paramedic.store.schema import issues, sessions

_PLACE = re.compile(r"(\d{1,16})\.(\d{1,15})")
_NEAR = 2000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Sort(StrEnum):
    """The greatest first."""

    LAST_SEEN = "last_seen"
    FIRST_SEEN = "first_seen"
    COUNT = "count"
    USERS = "users"

    @property
    def column(self) -> sa.ColumnElement[Any]:
        return issues.c[self.value]

    @property
    def is_time(self) -> bool:
        return self in (Sort.LAST_SEEN, Sort.FIRST_SEEN)


class Standing(StrEnum):
    """What people and releases made of an issue. One that has come back is unresolved, and regressed."""

    UNRESOLVED = "unresolved"
    REGRESSED = "regressed"
    RESOLVED = "resolved"
    IGNORED = "ignored"

    @property
    def condition(self) -> sa.ColumnElement[bool]:
        return issues.c.state == self.value if self is Standing.REGRESSED else issues.c.status == self.value


@dataclass(frozen=True, slots=True)
class Wanted:
    """All of it must hold. ``text`` is part of the title or the place, or a short id; ``verdict`` is that of the newest finished
    session; ``release`` is the first or the last that the issue was seen in."""

    text: str | None = None
    project: str | None = None
    level: str | None = None
    standing: Standing | None = None
    release: str | None = None
    verdict: str | None = None
    rule: str | None = None
    sort: Sort = Sort.LAST_SEEN


@dataclass(frozen=True, slots=True)
class Page:
    """``before`` and ``after`` are the places where the pages beside it end and begin; None where there is none."""

    issues: tuple[Issue, ...]
    before: str | None
    after: str | None


def find(connection: sa.Connection, wanted: Wanted, *, limit: int, after: str | None = None, before: str | None = None) -> Page:
    """The page after one place or before another, else the first. Raises ``BadInput`` for what is no place."""
    place = after or before
    column, back = wanted.sort.column, bool(before and not after)
    query = sa.select(*(issues.c[name] for name in Issue.__slots__)).where(*_conditions(wanted))
    if place:
        query = query.where(_beyond(column, *_read_place(place, wanted.sort), back=back))
    rows = [read_row(row) for row in _first(connection, query, wanted, limit + 1, back=back)]
    more, found = len(rows) > limit, rows[:limit]
    if back:
        found.reverse()
    has_newer, has_older = (more, True) if back else (bool(place), more)
    return Page(
        tuple(found),
        _place(found[0], wanted.sort) if found and has_newer else None,
        _place(found[-1], wanted.sort) if found and has_older else None,
    )


def _conditions(wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    same: Mapping[str, str | None] = {"project": wanted.project, "level": wanted.level, "rule": wanted.rule}
    conditions = [issues.c[name] == value for name, value in same.items() if value]
    if wanted.standing:
        conditions.append(wanted.standing.condition)
    if wanted.release:
        conditions.append(sa.or_(issues.c.last_release == wanted.release, issues.c.first_release == wanted.release))
    if wanted.verdict:
        conditions += _came_to(wanted.verdict)
    return conditions


def _first(
    connection: sa.Connection, query: sa.Select[tuple[object, ...]], wanted: Wanted, limit: int, *, back: bool
) -> Sequence[sa.RowMapping]:
    """The first rows that say the text. One that many say is found among those that come first, and one that few say by its
    trigrams, which for the many would be all of them."""
    query = query.order_by(*_order(issues.c, wanted.sort, back=back))
    if not wanted.text:
        return connection.execute(query.limit(limit)).mappings().all()
    near = query.limit(_NEAR).subquery()
    lately = sa.select(near).where(_says(near.c, wanted.text)).order_by(*_order(near.c, wanted.sort, back=back))
    found = connection.execute(lately.limit(limit)).mappings().all()
    if len(found) == limit:
        return found
    # As one set: beside an "or", the planner would read every issue in order.
    ways = (issues.c.short_id == wanted.text, containing(connection, wanted.text))
    said = sa.union(*(sa.select(issues.c.id).where(way) for way in ways)).subquery()
    return connection.execute(query.where(issues.c.id.in_(sa.select(said.c.id))).limit(limit)).mappings().all()


def _order(columns: Any, sort: Sort, *, back: bool) -> tuple[sa.ColumnElement[Any], ...]:
    by = columns[sort.value], columns.id
    return tuple(column.asc() if back else column.desc() for column in by)


def _says(columns: Any, text: str) -> sa.ColumnElement[bool]:
    within = (columns[name].icontains(text, autoescape=True) for name in ("title", "culprit"))
    return sa.or_(columns.short_id == text, *within)


def _came_to(verdict: str) -> tuple[sa.ColumnElement[bool], ...]:
    """By those sessions that came to it, which are few beside the issues; then whether each is its issue's newest."""
    finished = (sessions.c.state == "finished", sessions.c.verdict.is_not(None))
    ever = sa.select(sessions.c.issue_id).where(sessions.c.verdict == verdict, sessions.c.state == "finished")
    newest = sa.select(sessions.c.verdict).where(sessions.c.issue_id == issues.c.id, *finished)
    newest = newest.order_by(sessions.c.finished_at.desc()).limit(1).correlate(issues)
    return issues.c.id.in_(ever), newest.scalar_subquery() == verdict


def _beyond(column: sa.ColumnElement[Any], value: object, issue_id: int, *, back: bool) -> sa.ColumnElement[bool]:
    # The first half alone would do for an index; the second settles issues that share the value.
    if back:
        return sa.and_(column >= value, sa.or_(column > value, issues.c.id > issue_id))
    return sa.and_(column <= value, sa.or_(column < value, issues.c.id < issue_id))


def _place(issue: Issue, sort: Sort) -> str:
    value = getattr(issue, sort.value)
    return f"{(value - _EPOCH) // timedelta(microseconds=1) if sort.is_time else value}.{issue.id}"


def _read_place(text: str, sort: Sort) -> tuple[object, int]:
    parts = _PLACE.fullmatch(text)
    if parts is None:
        raise BadInput(f"There is no page at {text[:80]!r}.", remedy="Begin with the first page.")
    value = int(parts[1])
    return (_EPOCH + timedelta(microseconds=value) if sort.is_time else value), int(parts[2])

"""Sentry's REST answers as values. Every field may be missing or odd: servers differ by age and by make."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from paramedic.integrations.sentry.facts import Commit, Frequency, IssueFacts, Note, Release, Tag


def issue_facts(raw: object) -> IssueFacts:
    body = raw if isinstance(raw, dict) else {}
    project = body.get("project")
    return IssueFacts(
        id=str(body.get("id", "")),
        short_id=_text(body.get("shortId")),
        title=_text(body.get("title")) or "<unknown>",
        culprit=_text(body.get("culprit")) or "",
        level=_text(body.get("level")) or "error",
        status=_text(body.get("status")) or "unresolved",
        substatus=_text(body.get("substatus")),
        count=_number(body.get("count")),
        users=_number(body.get("userCount")),
        first_seen=moment(body.get("firstSeen")),
        last_seen=moment(body.get("lastSeen")),
        permalink=_text(body.get("permalink")),
        project=_text(project.get("slug")) if isinstance(project, dict) else None,
        first_release=_version(body.get("firstRelease")),
        last_release=_version(body.get("lastRelease")),
    )


def frequency(raw: object) -> Frequency | None:
    """From ``stats["24h"]`` of an issue: pairs of epoch seconds and a count; None when there is no such series."""
    stats = raw.get("stats") if isinstance(raw, dict) else None
    pairs = stats.get("24h") if isinstance(stats, dict) else None
    if not isinstance(pairs, list):
        return None
    hours = tuple(_buckets(pairs))
    return Frequency(hours[-24:]) if hours else None


def _buckets(pairs: list[object]) -> Iterator[tuple[datetime, int]]:
    for pair in pairs:
        if isinstance(pair, list) and len(pair) == 2:
            seconds, count = _number(pair[0]), _number(pair[1])
            if seconds is not None and count is not None and 0 <= seconds < 2**33:
                yield datetime.fromtimestamp(seconds, UTC), count


def counted(moments: list[datetime], now: datetime) -> Frequency:
    """The series from the times of single events, for servers that offer no statistics."""
    first = now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=23)
    hours = [first + timedelta(hours=offset) for offset in range(24)]
    return Frequency(tuple((hour, sum(hour <= at < hour + timedelta(hours=1) for at in moments)) for hour in hours))


def tag(key: str, raw: object) -> Tag:
    """From ``tags/{key}/`` (``topValues``) or ``tags/{key}/values/`` (a list)."""
    rows = raw.get("topValues") if isinstance(raw, dict) else raw
    values = [
        (_text(row.get("value")) or _text(row.get("name")) or "", _number(row.get("count")) or 0)
        for row in (rows if isinstance(rows, list) else [])
        if isinstance(row, dict)
    ]
    return Tag(key, tuple(value for value in values if value[0]))


def release(raw: object, commits: list[object]) -> Release:
    body = raw if isinstance(raw, dict) else {}
    read = tuple(commit for commit in map(read_commit, commits) if commit)
    last = body.get("lastCommit")
    newest = _text(last.get("id")) if isinstance(last, dict) else None
    reference = _text(body.get("ref"))
    return Release(
        version=_text(body.get("version")) or "",
        created=moment(body.get("dateCreated")),
        commit=newest or (read[0].sha if read else reference),
        commits=read,
    )


def read_commit(raw: object) -> Commit | None:
    if not isinstance(raw, dict) or not raw.get("id"):
        return None
    author, repository = raw.get("author"), raw.get("repository")
    named = (author.get("name") or author.get("email")) if isinstance(author, dict) else author
    return Commit(
        sha=str(raw["id"]),
        message=_text(raw.get("message")) or "",
        author=_text(named),
        date=moment(raw.get("dateCreated") or raw.get("timestamp")),
        repository=_text(repository.get("name")) if isinstance(repository, dict) else None,
    )


def suspects(raw: object) -> tuple[Commit, ...]:
    """From ``committers/``: authors, each with commits, the likeliest first."""
    rows = raw.get("committers") if isinstance(raw, dict) else None
    commits = [
        read_commit(commit if "author" in commit else {**commit, "author": row.get("author")})
        for row in (rows if isinstance(rows, list) else [])
        if isinstance(row, dict)
        for commit in (row.get("commits") or [])
        if isinstance(commit, dict)
    ]
    return tuple(commit for commit in commits if commit)


def note(raw: object) -> Note | None:
    if not isinstance(raw, dict) or raw.get("id") is None:
        return None
    data = raw.get("data")
    text = data.get("text") if isinstance(data, dict) else raw.get("text")
    return Note(str(raw["id"]), _text(text) or "")


def moment(value: object) -> datetime | None:
    """An aware UTC time from ISO 8601 text or epoch seconds."""
    if isinstance(value, (int, float)) and 0 < value < 2**33:
        return datetime.fromtimestamp(value, UTC)
    if not isinstance(value, str):
        return None
    try:
        read = datetime.fromisoformat(value)
        return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _version(value: object) -> str | None:
    return _text(value.get("version")) if isinstance(value, dict) else _text(value)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _number(value: object) -> int | None:
    """Counts arrive as numbers or as text."""
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, float)):
        return int(value) if math.isfinite(value) else None
    return int(value) if isinstance(value, str) and value.isdecimal() and len(value) < 15 else None

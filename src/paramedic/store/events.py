"""A bounded sample of events per issue: the first, the latest, and a uniform sample of the rest."""

from __future__ import annotations

import random
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from paramedic.store.schema import events

FIRST, LATEST, OTHERS = 0, 1, 20


@dataclass(frozen=True, slots=True)
class Sample:
    """One event as it came: ``body`` is its JSON."""

    event_id: str
    at: datetime
    body: bytes


def keep(connection: sa.Connection, news: Sequence[tuple[int, Sequence[Sample], int]]) -> None:
    """Put new events into the samples of issues: id, events (the oldest first), and how many were counted before.

    Each event of an issue has the same chance to be in its sample (reservoir sampling, Vitter 1985, algorithm R), so that
    the space an issue takes does not grow with its events.
    """
    rows = [
        _row(issue_id, slot, sample)
        for issue_id, samples, counted_before in news
        for slot, sample in _drawn(samples, counted_before).items()
    ]
    if rows:
        write = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(events)
        fresh = {name: write.excluded[name] for name in ("event_id", "at", "body")}
        connection.execute(write.on_conflict_do_update(index_elements=["issue_id", "slot"], set_=fresh), rows)


def _drawn(samples: Sequence[Sample], counted_before: int) -> dict[int, Sample]:
    slots: dict[int, Sample] = {}
    for number, sample in enumerate(samples, counted_before + 1):
        if number == 1:
            slots[FIRST] = sample
        position = number if number <= OTHERS else random.randint(1, number)  # noqa: S311  # a sample, not a secret
        if position <= OTHERS:
            slots[LATEST + position] = sample
    if samples:
        slots[LATEST] = samples[-1]
    return slots


def _row(issue_id: int, slot: int, sample: Sample) -> dict[str, object]:
    return {
        "issue_id": issue_id,
        "slot": slot,
        "event_id": sample.event_id,
        "at": sample.at,
        "body": zlib.compress(sample.body, 1),
    }


def event_body(connection: sa.Connection, issue_id: int, event_id: str | None = None) -> bytes | None:
    """The JSON of the named event when it is in the sample, else of the latest; None when the issue has none."""
    query = sa.select(events.c.body).where(events.c.issue_id == issue_id)
    if event_id is not None:
        named = connection.execute(query.where(events.c.event_id == event_id).limit(1)).scalar_one_or_none()
        if named is not None:
            return zlib.decompress(named)
    latest = connection.execute(query.order_by(sa.case((events.c.slot == LATEST, 0), else_=1), events.c.slot).limit(1))
    body = latest.scalar_one_or_none()
    return zlib.decompress(body) if body is not None else None


def sampled(connection: sa.Connection, issue_id: int) -> tuple[Sample, ...]:
    """All events that are kept for the issue, each once, the newest first."""
    query = sa.select(events.c.event_id, events.c.at, events.c.body).where(events.c.issue_id == issue_id)
    found = {row.event_id: Sample(row.event_id, row.at, zlib.decompress(row.body)) for row in connection.execute(query)}
    return tuple(sorted(found.values(), key=lambda sample: sample.at, reverse=True))

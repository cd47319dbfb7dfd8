"""The releases that events name, noted as they are digested: a new one may carry a fix, and an event of it may undo one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from paramedic.model.event import Event
from paramedic.model.outcome import SeenRelease
from paramedic.store import outcomes, releases


@dataclass(frozen=True, slots=True)
class HeardEvent:
    """A counted event; ``release`` is "" where it names none."""

    issue_id: int
    project: str
    release: str
    at: datetime
    event: Event


def note_releases(connection: sa.Connection, heard: Sequence[HeardEvent]) -> None:
    """Count them by project, and by issue where a fix is followed; fixes that they may tell of are looked at again."""
    if not heard:
        return
    named = [one for one in heard if one.release]
    by_project = {project: _summed(one for one in named if one.project == project) for project in {one.project for one in named}}
    fresh = releases.see(connection, by_project)
    if fresh:
        outcomes.look_again_in(connection, sorted(fresh))
    concerned = sorted(outcomes.followed(connection, sorted({one.issue_id for one in heard})))
    for issue_id in concerned:
        releases.see_in_issue(connection, issue_id, _summed(one for one in heard if one.issue_id == issue_id))
    if concerned:
        outcomes.look_again(connection, concerned)


def _summed(heard: Iterable[HeardEvent]) -> list[SeenRelease]:
    """By release, in the order of their names, so that two batches lock rows in the same one."""
    found: dict[str, list[HeardEvent]] = {}
    for one in heard:
        found.setdefault(one.release[:250], []).append(one)
    return [_one(version, events) for version, events in sorted(found.items())]


def _one(version: str, events: Sequence[HeardEvent]) -> SeenRelease:
    last = max(events, key=lambda one: one.at)
    return SeenRelease(version, min(one.at for one in events), last.at, len(events), (last.event.event_id or "")[:64])

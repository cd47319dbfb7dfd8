"""A priority from 0 to 100, with its parts, so that a list of issues can be read from the top."""

from __future__ import annotations

import math
from dataclasses import dataclass

from paramedic.model.event import Level
from paramedic.settings.file import State

_LEVELS = {Level.FATAL: 40, Level.ERROR: 25, Level.WARNING: 10, Level.INFO: 0, Level.DEBUG: 0}
_STATES = {State.REGRESSED: 15, State.ESCALATING: 15, State.NEW: 10, State.ONGOING: 0}


@dataclass(frozen=True, slots=True)
class Priority:
    score: int
    parts: tuple[tuple[str, int], ...]


def priority(level: Level, state: State, events_last_day: int, users: int) -> Priority:
    """Level up to 40, state up to 15, events of the last day up to 25 and users up to 20, both on a log scale."""
    parts = (
        (f"level {level.value}", _LEVELS[level]),
        (f"{state.value}", _STATES[state]),
        (f"{events_last_day} events in 24 h", min(25, round(8 * math.log10(1 + max(0, events_last_day))))),
        (f"{users} users", min(20, round(8 * math.log10(1 + max(0, users))))),
    )
    return Priority(sum(points for _name, points in parts), parts)

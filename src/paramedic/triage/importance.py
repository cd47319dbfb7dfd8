"""Whether an issue is worth a message: its level, and then how often, for how many, or that it came back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from paramedic.model.event import Level
from paramedic.settings.file import NotificationsConfig, State

_BACK = (State.REGRESSED, State.ESCALATING)


@dataclass(frozen=True, slots=True)
class Importance:
    """``state`` is what it is told of once; ``reason`` is for the log."""

    state: str
    reason: str


def importance(level: Level, state: State, status: str, count: int, users: int, config: NotificationsConfig) -> Importance | None:
    """None when the issue is not worth a message."""
    if level not in config.levels or status in ("resolved", "ignored"):
        return None
    if state in _BACK:
        return Importance(state.value, f"level {level.value}; the issue is {state.value}")
    enough = [f"{count} events"] * (count >= config.count) + [f"{users} users"] * (users >= config.users)
    return Importance("open", f"level {level.value}; {', '.join(enough)}") if enough else None


def is_quiet(now: datetime, config: NotificationsConfig) -> bool:
    """Whether ``now`` (aware) lies in the quiet hours, which may go past midnight."""
    if config.quiet_hours is None:
        return False
    begin, end = config.quiet_hours.split("-")
    clock = now.astimezone(ZoneInfo(config.timezone)).strftime("%H:%M")
    return begin <= clock < end if begin <= end else clock >= begin or clock < end

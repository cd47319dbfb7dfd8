"""One thing that was looked at, and how it is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Health(StrEnum):
    OK = "ok"
    OFF = "off"
    """Not configured, and nothing that is configured needs it."""
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Check:
    """One row. ``remedy`` says what to do, "" when there is nothing to do."""

    name: str
    health: Health
    text: str
    remedy: str = ""

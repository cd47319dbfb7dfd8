"""How much of a crash is written down."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """What one error event may cost. ``size`` is that of the whole snapshot; Sentry trims a context at 8 kB.

    ``depth`` counts steps from a variable, ``items`` those of one container or attributes of one object, ``text``
    characters of one string, ``frames`` the innermost of each exception.
    """

    size: int = 30_000
    seconds: float = 0.05
    objects: int = 1_000
    depth: int = 10
    items: int = 60
    text: int = 600
    frames: int = 40

"""Whether an issue's silence after its fix was released says anything: how many events were to be expected, and came not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from paramedic.model.outcome import Silence

BEFORE_HOURS = 7 * 24
"""The rate is that of so many hours before the merge, or of those since the issue is known."""
_VERSION = re.compile(r"^v?(\d{1,9}(?:\.\d{1,9}){0,5})(?![0-9A-Za-z])")


@dataclass(frozen=True, slots=True)
class Judgement:
    """``expected`` is how many events would have come since the release at the rate from before the merge."""

    silence: Silence
    expected: float


def rate_before(hours: Sequence[tuple[int, int]], merged_at: datetime, first_seen: datetime) -> float:
    """Events an hour, from epoch hours with their events. The hour of the merge itself counts to neither side."""
    merged, known = int(merged_at.timestamp()) // 3600, int(first_seen.timestamp()) // 3600
    first = max(merged - BEFORE_HOURS, known)
    counted = sum(count for hour, count in hours if first <= hour < merged)
    return counted / max(merged - first, 1)


def judge(
    per_hour: float, released_at: datetime, now: datetime, seen: int, *, least_expected: float, least_hours: float
) -> Judgement:
    """Silent only where enough events are missing, and time enough has passed for every hour of a day to have come.

    ``seen`` events came since the release from others without the fix: where they came from, nothing is missing.
    """
    hours = max((now - released_at).total_seconds() / 3600, 0.0)
    expected = per_hour * hours
    tells = hours >= least_hours and expected - seen >= least_expected
    return Judgement(Silence.SILENT if tells else Silence.WATCHING, expected)


def is_later(release: str, than: str | None) -> bool:
    """Whether ``release`` may come after ``than``: by their numbers where both have some, else nothing speaks against it."""
    if than is None:
        return True
    new, old = _numbers(release), _numbers(than)
    return release != than and (new is None or old is None or new > old)


def _numbers(release: str) -> tuple[int, ...] | None:
    found = _VERSION.match(release.rpartition("@")[2])
    return tuple(int(part) for part in found[1].split(".")) if found else None

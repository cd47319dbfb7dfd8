"""Bar charts as inline SVG: what the templates need to draw one, and the words that say the same."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache

HOUR, DAY = 1, 24
_HEIGHT = 100.0


@dataclass(frozen=True, slots=True)
class Bar:
    """``height`` and ``y`` are in hundredths of the chart's height."""

    x: int
    y: float
    height: float
    label: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A line in a chart, at the left edge of the bar ``x``."""

    x: int
    text: str
    is_dashed: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    bars: tuple[Bar, ...]
    total: int
    most: int
    words: str
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class Spark:
    """A chart so small that nobody points at its bars: one path, 10 wide and 100 high for each."""

    path: str
    width: int
    words: str


def spark(counts: Mapping[int, int], *, bars: int = 24) -> Spark:
    """Events by epoch hour; a list of issues has fifty of them, so they are made at once and not bar by bar."""
    heights, labels = _placed(counts, bars, HOUR, None)
    most = max(heights)
    drawn = [(place * 10 + 1, max(round(100 * height / most), 4)) for place, height in enumerate(heights) if height]
    path = "".join(f"M{x} 100v-{height}h8v{height}z" for x, height in drawn)
    return Spark(path, bars * 10, _words(heights, labels))


def frequency(
    counts: Mapping[int, int],
    *,
    bars: int,
    hours_each: int = HOUR,
    now: float | None = None,
    marks: Mapping[str, int] | None = None,
) -> Chart:
    """Events by epoch hour as ``bars`` bars of ``hours_each`` hours, the last of which is under way. ``marks`` are texts with
    their hours; those outside of the chart are left out."""
    chart = _chart(*_placed(counts, bars, hours_each, now))
    last = _last(hours_each, now)
    places = {text: hour // hours_each - last + bars - 1 for text, hour in (marks or {}).items()}
    return replace(chart, marks=tuple(Mark(place, text) for text, place in places.items() if 0 <= place < bars))


def _placed(counts: Mapping[int, int], bars: int, hours_each: int, now: float | None) -> tuple[list[int], list[str]]:
    """The bars' heights and labels, the oldest first."""
    last = _last(hours_each, now)
    heights = [0] * bars
    for hour, count in counts.items():
        place = hour // hours_each - last + bars - 1
        if 0 <= place < bars:
            heights[place] += count
    return heights, [_label((last - bars + 1 + place) * hours_each, hours_each) for place in range(bars)]


def _last(hours_each: int, now: float | None) -> int:
    return int(now or time.time()) // 3600 // hours_each


def _chart(heights: Sequence[int], labels: Sequence[str]) -> Chart:
    most = max(heights, default=0)
    bars = tuple(_bar(place, height, most, labels[place]) for place, height in enumerate(heights))
    return Chart(bars, sum(heights), most, _words(heights, labels))


def _bar(place: int, count: int, most: int, label: str) -> Bar:
    height = max(_HEIGHT * count / most, 4.0) if count else 0.0
    return Bar(place, round(_HEIGHT - height, 1), round(height, 1), f"{label}: {count}")


@lru_cache(maxsize=1_000)
def _label(hour: int, hours_each: int) -> str:
    moment = datetime.fromtimestamp(hour * 3600, UTC)
    return f"{moment:%d %b %H:00} UTC" if hours_each < DAY else f"{moment:%d %b}"


def _words(heights: Sequence[int], labels: Sequence[str]) -> str:
    total = sum(heights)
    if not total:
        return f"none since {labels[0]}"
    peak = max(range(len(heights)), key=heights.__getitem__)
    return f"{total} since {labels[0]}, most ({heights[peak]}) at {labels[peak]}"

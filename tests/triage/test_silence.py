"""Silence is told from absence only where enough is absent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from paramedic.model.outcome import Silence
from paramedic.triage.silence import is_later, judge, rate_before

MERGED = datetime(2026, 1, 10, 12, 30, tzinfo=UTC)
HOUR = int(MERGED.timestamp()) // 3600


@pytest.mark.parametrize(
    ("per_hour", "hours", "seen", "silence"),
    [
        (1.0, 24, 0, Silence.SILENT),
        (1.0, 23, 0, Silence.WATCHING),
        (100.0, 1, 0, Silence.WATCHING),
        (0.1, 49, 0, Silence.WATCHING),
        (0.1, 51, 0, Silence.SILENT),
        (0.0, 10_000, 0, Silence.WATCHING),
        (1.0, 24, 20, Silence.WATCHING),
        (1.0, 24, 19, Silence.SILENT),
        (1.0, -5, 0, Silence.WATCHING),
    ],
)
def test_silence_needs_missing_events_and_a_whole_day(per_hour: float, hours: float, seen: int, silence: Silence) -> None:
    now = MERGED + timedelta(hours=hours)
    assert judge(per_hour, MERGED, now, seen, least_expected=5, least_hours=24).silence is silence


@pytest.mark.parametrize(
    ("hours", "known_for", "rate"),
    [
        ([(HOUR - back, 2) for back in range(1, 11)], 10, 2.0),
        ([(HOUR - back, 2) for back in range(1, 11)], 40, 0.5),
        ([(HOUR - 300, 1000), (HOUR - 1, 168)], 400, 1.0),
        ([(HOUR, 50), (HOUR + 1, 50)], 10, 0.0),
        ([], 0, 0.0),
    ],
)
def test_the_rate_is_that_of_the_week_before_the_merge(hours: list[tuple[int, int]], known_for: int, rate: float) -> None:
    assert rate_before(hours, MERGED, MERGED - timedelta(hours=known_for)) == rate


@pytest.mark.parametrize(
    ("release", "than", "later"),
    [
        ("shop@1.0.1", "shop@1.0.0", True),
        ("shop@1.10.0", "shop@1.9.9", True),
        ("shop@1.0.1+build5", "shop@1.1", False),
        ("shop@1.0.0", "shop@1.0.0", False),
        ("v2", "1.9", True),
        ("deadbeefcafe", "shop@1.0.0", True),
        ("1a2b3c4d", "0f0f0f0f", True),
        ("shop@1.0.0", None, True),
    ],
)
def test_releases_are_ordered_by_their_numbers_where_they_have_some(release: str, than: str | None, later: bool) -> None:
    assert is_later(release, than) is later

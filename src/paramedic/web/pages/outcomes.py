"""What became of fixes, for the pages that show it: a block for each, with the events by hour around its release."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import sqlalchemy as sa

from paramedic.model.outcome import Outcome, ReviewComment
from paramedic.reports.outcome import fate_of, headline, silence_of
from paramedic.store import hours, outcomes
from paramedic.web.pages.charts import Chart, Mark, frequency

_BEFORE_HOURS = 24
_MOST_HOURS = 24 * 7
_MERGED = "merged (dashed)"


@dataclass(frozen=True, slots=True)
class Shown:
    """``chart`` is None before the merge; it has the merge dashed, and solid what came after."""

    outcome: Outcome
    headline: str
    fate: str
    silence: str
    comments: tuple[ReviewComment, ...]
    chart: Chart | None = None


def shown(connection: sa.Connection, found: Sequence[Outcome]) -> list[Shown]:
    """Each with its comments and its chart."""
    written = outcomes.comments(connection, [one.effect for one in found])
    return [_shown(connection, one, written.get(one.effect, ())) for one in found]


def _shown(connection: sa.Connection, one: Outcome, comments: tuple[ReviewComment, ...]) -> Shown:
    plain = Shown(one, headline(one), fate_of(one), silence_of(one), comments)
    if one.silence is None:
        return plain
    now = int(time.time()) // 3600
    marked = [(_hour(one.fate_at), _MERGED), (_hour(one.released_at), f"release {one.release} (solid)")]
    marked.append((_hour(one.regressed_at), "came back (solid)"))
    known = [(hour, text) for hour, text in marked if hour is not None]
    first = max(min(hour for hour, _text in known) - _BEFORE_HOURS, now - _MOST_HOURS)
    bars = max(now - first + 1, 2)
    chart = frequency(dict(hours.of_issue(connection, one.issue_id, first)), bars=bars)
    marks = tuple(Mark(hour - first, f"{_moment(hour)}: {text}", text == _MERGED) for hour, text in known if hour >= first)
    return replace(plain, chart=replace(chart, marks=marks))


def _hour(moment: datetime | None) -> int | None:
    return int(moment.timestamp()) // 3600 if moment else None


def _moment(hour: int) -> str:
    return f"{datetime.fromtimestamp(hour * 3600, UTC):%d %b %H:00} UTC"

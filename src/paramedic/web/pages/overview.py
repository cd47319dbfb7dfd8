"""What needs a person now, and what the night, the day or the week brought."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from starlette.responses import Response

from paramedic.effects import ledger
from paramedic.effects.values import EffectState, Recorded
from paramedic.sessions.condition import condition, integrations
from paramedic.store import alerts, issues, outcomes, sessions
from paramedic.store.alerts import Outcome
from paramedic.store.engine import reading
from paramedic.store.period import happened
from paramedic.store.sessions import SessionState
from paramedic.web.pages.charts import HOUR, frequency
from paramedic.web.pages.serving import Visit
from paramedic.web.pages.watch import Topic, version_of

_SHOWN = 8
_TROUBLE = timedelta(days=1)
_STORM = timedelta(hours=1)
_NIGHT_ENDS, _NIGHT_LASTS = 8, timedelta(hours=14)


@dataclass(frozen=True, slots=True)
class Period:
    """``bars`` of ``hours_each`` hours show it."""

    name: str
    words: str
    begin: datetime
    end: datetime
    bars: int
    hours_each: int = HOUR


@dataclass(frozen=True, slots=True)
class Asked:
    """What waits for a yes on one issue: it is looked at, and decided, together."""

    effects: tuple[Recorded, ...]

    @property
    def first(self) -> Recorded:
        return self.effects[0]

    @property
    def several(self) -> bool:
        return len(self.effects) > 1

    @property
    def kinds(self) -> str:
        return " and ".join(dict.fromkeys(one.effect.kind.value.replace("_", " ") for one in self.effects))

    @property
    def address(self) -> str:
        return f"/issues/{self.first.effect.issue_id}" if self.several else f"/approvals/{self.first.effect.key}"


def overview(visit: Visit) -> Response:
    now = datetime.now(UTC)
    period = _period(visit.asked("for"), now, ZoneInfo(visit.desk.configuration.notifications.timezone))
    with reading(visit.engine).connect() as connection:
        needed: dict[str, Any] = {
            "cursor": f"0.{version_of(connection, Topic('overview'))}",
            "approvals": _asked(ledger.listing(connection, states=(EffectState.PENDING,))),
            "failed": sessions.recent(connection, states=(SessionState.FAILED,), since=now - _TROUBLE, limit=_SHOWN),
            "questions": sessions.recent(connection, states=(SessionState.WAITING,), limit=_SHOWN),
            "storm": alerts.sent_since(connection, now - _STORM, Outcome.BATCHED),
        }
        heard = list(integrations(connection, visit.settings, visit.desk.configuration))
        found = happened(connection, period.begin, period.end)
        came_of = outcomes.counts(connection, period.begin)
        latest = sessions.recent(connection, limit=_SHOWN)
        newest = issues.listed(connection, limit=_SHOWN)
    ended = period.end.timestamp() - 1
    return visit.show(
        "overview.html",
        **needed,
        unhealthy=[one for one in heard if one.error],
        deaf=not any(one.last_seen for one in heard) and not newest,
        health=condition(visit.engine, visit.settings),
        period=period,
        happened=found,
        outcomes=came_of,
        events=frequency(found.events, bars=period.bars, hours_each=period.hours_each, now=ended),
        new=frequency(found.new_issues, bars=period.bars, hours_each=period.hours_each, now=ended),
        sessions=latest,
        issues=newest,
    )


def _asked(effects: Sequence[Recorded]) -> list[Asked]:
    """By issue, in the order in which they were proposed."""
    by_issue: dict[int, list[Recorded]] = {}
    for one in effects:
        by_issue.setdefault(one.effect.issue_id, []).append(one)
    return [Asked(tuple(together)) for together in by_issue.values()]


def _period(name: str | None, now: datetime, zone: ZoneInfo) -> Period:
    """The last day, unless it is asked for the night, which ended at eight in the morning or is not over, or for the week."""
    if name == "night":
        morning = now.astimezone(zone).replace(hour=_NIGHT_ENDS, minute=0, second=0, microsecond=0).astimezone(UTC)
        begin = morning - _NIGHT_LASTS
        return Period("night", "last night", begin, min(morning, now), 14)
    if name == "week":
        return Period("week", "in the last 7 days", now - timedelta(days=7), now, 28, 6)
    return Period("day", "in the last 24 hours", now - timedelta(days=1), now, 24)

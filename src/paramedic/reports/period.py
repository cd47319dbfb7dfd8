"""The report of a period: which issues were resolved, remain and came back, and what waits for a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

_SHOWN = 20
_BACK = ("regressed", "escalating")


@dataclass(frozen=True, slots=True)
class Seen:
    """An issue that was seen in the period. ``verdict`` is that of its last session, None when nobody looked."""

    title: str
    name: str
    status: str
    state: str
    level: str
    count: int
    verdict: str | None


@dataclass(frozen=True, slots=True)
class PeriodReport:
    """One text each; lists have a line per issue, the most frequent first."""

    summary: str
    resolved: str
    remaining: str
    recurring: str
    actions: str
    insights: str


def period_report(seen: Sequence[Seen]) -> PeriodReport:
    ordered = sorted(seen, key=lambda issue: (-issue.count, issue.name))
    resolved = [issue for issue in ordered if issue.status == "resolved"]
    back = [issue for issue in ordered if issue.state in _BACK and issue not in resolved]
    remaining = [issue for issue in ordered if issue not in resolved]
    events = sum(issue.count for issue in ordered)
    summary = f"{len(ordered)} issues were seen: {len(resolved)} resolved, {len(remaining)} remain, {len(back)} came back."
    return PeriodReport(
        summary=f"{summary} They had {events} events in all." if ordered else "No issue was seen.",
        resolved=_list(resolved),
        remaining=_list(remaining),
        recurring=_list(back),
        actions=_actions(remaining),
        insights=_insights(ordered, events),
    )


def _list(found: Sequence[Seen]) -> str:
    lines = [f"- {issue.name}: {issue.title} ({issue.count} events, {issue.level})" for issue in found[:_SHOWN]]
    more = [f"- and {len(found) - _SHOWN} more"] if len(found) > _SHOWN else []
    return "\n".join([*lines, *more]) or "None."


def _actions(remaining: Sequence[Seen]) -> str:
    ready = [f"- {issue.name}: a fix is proven; review and merge it." for issue in remaining if issue.verdict == "proven_fix"]
    unseen = [f"- {issue.name}: nobody has looked into it." for issue in remaining if issue.verdict is None]
    return "\n".join([*ready[:_SHOWN], *unseen[:_SHOWN]]) or "None."


def _insights(ordered: Sequence[Seen], events: int) -> str:
    if not ordered:
        return "None."
    top = ordered[: max(1, len(ordered) // 5)]
    share = round(100 * sum(issue.count for issue in top) / max(1, events))
    verdicts = Counter(issue.verdict or "not looked into" for issue in ordered)
    told = ", ".join(f"{name}: {count}" for name, count in sorted(verdicts.items()))
    return f"- {len(top)} of {len(ordered)} issues had {share} % of the events.\n- Verdicts: {told}."

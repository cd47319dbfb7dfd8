"""Feeding stored deliveries again, and asking what the rules would have done."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from paramedic.model.event import Level
from paramedic.settings import Configuration
from paramedic.settings.file import Action, State
from paramedic.store import deliveries, issues
from paramedic.store.issues import Issue
from paramedic.triage.rules import Decision, IssueFacts, decide

PAGE = 200


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What the rules would have said of an issue: at the first hour that called for more than nothing, else now."""

    issue: Issue
    at: datetime
    decision: Decision


def requeue_stored(connection: sa.Connection, since: float) -> int:
    """Let every delivery since then (epoch seconds) that still has its body be digested again; how many they are.

    Counting stays exact: a delivery whose event was counted has no body any more, and is not among them.
    """
    found = deliveries.stored(connection, since=since, states=("failed", "skipped", "processed"))
    for row in found:
        deliveries.requeue(connection, row.id)
    return len(found)


def rehearse(connection: sa.Connection, configuration: Configuration, days: float) -> Iterator[Rehearsed]:
    """Walk through the hours of the last ``days`` for every issue that was seen in them, with today's rules."""
    since = datetime.now(UTC) - timedelta(days=days)
    offset = 0
    while page := issues.listed(connection, limit=PAGE, offset=offset):
        for issue in page:
            if issue.last_seen < since:
                return
            yield _rehearse(connection, issue, configuration, since)
        offset += PAGE


def _rehearse(connection: sa.Connection, issue: Issue, configuration: Configuration, since: datetime) -> Rehearsed:
    hours = issues.hours_since(connection, issue.id, int(since.timestamp()) // 3600)
    for hour, _count in hours:
        # The end of the hour, when all its events had come.
        at = datetime.fromtimestamp(min((hour + 1) * 3600, time.time()), UTC)
        decision = decide(_facts_at(issue, hours, hour), configuration.rules, at)
        if decision.action is not Action.IGNORE:
            return Rehearsed(issue, at, decision)
    last = hours[-1][0] if hours else int(time.time()) // 3600
    return Rehearsed(issue, datetime.now(UTC), decide(_facts_at(issue, hours, last), configuration.rules, datetime.now(UTC)))


def _facts_at(issue: Issue, hours: tuple[tuple[int, int], ...], hour: int) -> IssueFacts:
    def events_within(minutes: int) -> int:
        first = hour - max(0, minutes // 60 - 1)
        return sum(count for when, count in hours if first <= when <= hour)

    return IssueFacts(
        project=issue.project,
        title=issue.title,
        level=Level(issue.level),
        environment=issue.environment,
        release=issue.last_release,
        state=State(issue.state),
        # What a person did to the issue since must not hide what the rules would have done then.
        status="unresolved",
        users=issue.users,
        events_within=events_within,
    )

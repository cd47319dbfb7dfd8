"""Ignoring an issue: it starts no sessions and tells nobody, and goes on being counted, until it is heeded again."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import sqlalchemy as sa
import structlog

from paramedic.integrations.sentry.event import parse_event
from paramedic.model.errors import BadInput
from paramedic.settings.file import State
from paramedic.store import alerts, events, ignores, issues
from paramedic.store.engine import reading
from paramedic.store.ignores import Ignore, Until
from paramedic.store.issues import Issue

log = structlog.get_logger()

LONGEST_REASON = 2000
MOST_DAYS = 365
_IGNORED, _OPEN = "ignored", "unresolved"


def ignore(
    connection: sa.Connection, issue_id: int, who: str, reason: str, until: Until, until_at: datetime | None = None
) -> None:
    """Ignore it from now on. Raises ``BadInput`` without a reason, and for a time that is not to come."""
    issue, reason = issues.read(connection, issue_id), reason.strip()
    if not reason or len(reason) > LONGEST_REASON:
        raise BadInput(
            "Why the issue is ignored is missing or too long.", remedy=f"Give a reason of {LONGEST_REASON} characters or fewer."
        )
    now = datetime.now(UTC)
    if (until is Until.TIME) != (until_at is not None) or (until_at is not None and until_at <= now):
        raise BadInput("An issue is ignored for a time that ends in the future, or without a time.")
    known = _releases(connection, issue)
    ignores.add(connection, Ignore(issue_id, who[:200], now, reason, until, until_at, known))
    alerts.drop(connection, issue_id)
    # A regression that was answered by ignoring it is none any more.
    answered = issue.state in (State.REGRESSED, State.ESCALATING)
    issues.learn(connection, issue_id, status=_IGNORED, state=State.ONGOING.value if answered else None)
    log.info("issue_ignored", issue_id=issue_id, who=who, until=until.value)


def heed(connection: sa.Connection, issue_id: int, who: str) -> None:
    """Have it matter again: the rules look at it anew. Raises ``BadInput`` when it is not ignored here."""
    if not ignores.end(connection, issue_id, who):
        raise BadInput(f"Issue {issue_id} is not ignored.", remedy="Load its page again.")
    issues.learn(connection, issue_id, status=_OPEN, needs_rules=True)


def held(connection: sa.Connection, issue: Issue) -> Issue:
    """The issue as rules and alerts are to see it: ignored while that holds, whatever Sentry calls it meanwhile."""
    standing = ignores.current(connection, issue.id)
    if standing is None:
        return issue
    if (why := _over(standing, issue)) is not None:
        ignores.end(connection, issue.id, why)
        state = State.REGRESSED.value if standing.until is Until.REGRESSION else issue.state
        issues.learn(connection, issue.id, status=_OPEN, state=state)
        return replace(issue, status=_OPEN, state=state)
    if issue.status == _OPEN:
        issues.learn(connection, issue.id, status=_IGNORED)
        return replace(issue, status=_IGNORED)
    return issue


def heed_lapsed(engine: sa.Engine) -> None:
    """Issues that were ignored for a time that is over matter again."""
    with reading(engine).connect() as connection:
        found = ignores.lapsed(connection, datetime.now(UTC))
    for issue_id in found:
        with engine.begin() as connection:
            heed(connection, issue_id, "the time was over")


def _over(standing: Ignore, issue: Issue) -> str | None:
    """What ended it, if anything did."""
    if standing.until_at is not None and standing.until_at <= datetime.now(UTC):
        return "the time was over"
    if standing.until is not Until.REGRESSION:
        return None
    if issue.state == State.REGRESSED:
        return "Sentry says that it regressed"
    release = issue.last_release
    return f"it was seen in release {release}" if release and release not in standing.releases else None


def _releases(connection: sa.Connection, issue: Issue) -> tuple[str, ...]:
    """Those in which the issue was seen, as far as that is kept."""
    kept = (parse_event(json.loads(sample.body), brief=True).release for sample in events.sampled(connection, issue.id))
    return tuple(dict.fromkeys(one for one in (issue.first_release, issue.last_release, *kept) if one))

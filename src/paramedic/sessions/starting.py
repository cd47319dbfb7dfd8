"""From a changed issue to a session: the rules look at it, their answer is kept, and where they say so a session starts."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import sqlalchemy as sa
import structlog

from paramedic.model.event import Level
from paramedic.sessions.alerting import consider
from paramedic.sessions.ignoring import held
from paramedic.settings import Configuration
from paramedic.settings.file import Action, State
from paramedic.store import hours, issues
from paramedic.store import sessions as store
from paramedic.store.engine import reading
from paramedic.store.issues import Issue
from paramedic.store.sessions import NewSession
from paramedic.triage.priority import priority
from paramedic.triage.rules import Decision, IssueFacts, decide

log = structlog.get_logger()

_AT_ONCE = 50
_WORK = (Action.DIAGNOSE, Action.FIX, Action.PULL_REQUEST)


def start_sessions(engine: sa.Engine, configuration: Configuration) -> bool:
    """Have the rules look at issues that changed; True when there may be more."""
    with reading(engine).connect() as connection:
        if not issues.needing_rules(connection, limit=1):
            return False
    with engine.begin() as connection:
        changed = issues.needing_rules(connection, limit=_AT_ONCE)
        for issue in changed:
            _look_at(connection, issue, configuration)
    return len(changed) == _AT_ONCE


def decide_now(connection: sa.Connection, issue: Issue, configuration: Configuration) -> Decision:
    """What the rules say of the issue at this moment, without keeping it."""
    return decide(_facts(connection, issue), configuration.rules, datetime.now(UTC))


def start_by_hand(
    connection: sa.Connection, issue: Issue, who: str, action: Action = Action.PULL_REQUEST, *, session_id: str | None = None
) -> tuple[str, bool]:
    """A session that a person asked for, whatever the rules say: its id, and whether it is a new one."""
    return _start(connection, issue, action, None, f"asked for by {who}", session_id)


def _look_at(connection: sa.Connection, issue: Issue, configuration: Configuration) -> None:
    issue = held(connection, issue)
    # Before a session starts, which takes a regression for answered.
    consider(connection, issue, configuration)
    decision = decide_now(connection, issue, configuration)
    score = priority(Level(issue.level), State(issue.state), _events_within(connection, issue.id, 1440), issue.users).score
    reason = decision.reason
    if decision.action in _WORK:
        session_id, fresh = _start(connection, issue, decision.action, decision.rule, decision.reason)
        reason = f"{reason}; {'started' if fresh else 'joined'} session {session_id}"
    issues.decided(connection, issue.id, action=decision.action.value, rule=decision.rule, reason=reason, priority=score)


def _start(
    connection: sa.Connection, issue: Issue, action: Action, rule: str | None, reason: str, session_id: str | None = None
) -> tuple[str, bool]:
    last = store.last_finished(connection, issue.id)
    new = NewSession(issue.id, issue.project, action.value, rule, reason[:500], earlier=last.id if last else None)
    session_id, fresh = store.start(connection, new, session_id)
    if fresh:
        store.answer_regression(connection, issue.id)
        log.info("session_started", session_id=session_id, issue_id=issue.id, reason=reason)
    return session_id, fresh


def _facts(connection: sa.Connection, issue: Issue) -> IssueFacts:
    recent = store.recent(connection, issue_id=issue.id, limit=1)
    return IssueFacts(
        project=issue.project,
        title=issue.title,
        level=Level(issue.level),
        environment=issue.environment,
        release=issue.last_release,
        state=State(issue.state),
        status=issue.status,
        users=issue.users,
        events_within=lambda minutes: _events_within(connection, issue.id, minutes),
        last_session_at=recent[0].created_at if recent else None,
    )


def _events_within(connection: sa.Connection, issue_id: int, minutes: int) -> int:
    """Events of the last ``minutes``, to the hour: the hour in which the window begins counts whole."""
    since = int(time.time() - minutes * 60) // 3600
    return sum(count for _hour, count in hours.of_issue(connection, issue_id, since))

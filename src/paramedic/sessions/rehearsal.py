"""What rules would have done with past issues, beside what those in force would have done. Nothing is done.

A pattern of a rule can be such that matching it takes for ever, and nothing in a process can stop that. So the web process,
which must acknowledge deliveries meanwhile, has the rehearsal done in a process that is ended when it takes too long.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from paramedic.model.errors import BadInput, ParamedicError
from paramedic.model.event import Level
from paramedic.settings.file import Action, Rule, State
from paramedic.store import hours, issues
from paramedic.store.engine import open_engine, reading
from paramedic.store.issues import NEW_FOR, Issue
from paramedic.triage.rules import Decision, IssueFacts, decide

MOST_ISSUES, MOST_DAYS = 1000, 30
LONGEST_SECONDS = 20.0
_AT_ONCE = 200
_places = threading.BoundedSemaphore(2)


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What the rules would have said of an issue: at the first hour that called for more than nothing, else now."""

    at: datetime
    decision: Decision


@dataclass(frozen=True, slots=True)
class Compared:
    """What the rules in force would have done with an issue, and what those that are tried would have."""

    issue: Issue
    today: Rehearsed
    tried: Rehearsed

    @property
    def differs(self) -> bool:
        before, after = self.today.decision, self.tried.decision
        return (before.action, before.rule) != (after.action, after.rule)


@dataclass(frozen=True, slots=True)
class Asked:
    """The rules, and how many of the issues that were last seen within ``days`` they are tried on."""

    today: tuple[Rule, ...]
    tried: tuple[Rule, ...]
    days: float = 7.0
    limit: int = 200


def rehearse(connection: sa.Connection, rules: tuple[Rule, ...], days: float) -> Iterator[tuple[Issue, Rehearsed]]:
    """Walk through the hours of the last ``days`` for every issue that was seen in them."""
    since = datetime.now(UTC) - timedelta(days=days)
    for issue, by_hour in _seen_since(connection, since):
        yield issue, _rehearse(issue, by_hour, rules)


def compare(connection: sa.Connection, asked: Asked) -> Iterator[Compared]:
    """Each issue under both sets of rules, the last seen first."""
    since = datetime.now(UTC) - timedelta(days=asked.days)
    for number, (issue, by_hour) in enumerate(_seen_since(connection, since)):
        if number >= asked.limit:
            return
        yield Compared(issue, _rehearse(issue, by_hour, asked.today), _rehearse(issue, by_hour, asked.tried))


def dry_run(connection: sa.Connection, asked: Asked) -> dict[str, Any]:
    """The comparison as a document: what changes first, then what is acted upon, then the rest."""
    found = sorted(compare(connection, asked), key=lambda one: (not one.differs, one.tried.decision.rule is None))
    matched = [one.tried.decision.rule for one in found]
    before = [one.today.decision.rule for one in found]
    return {
        "days": asked.days,
        "looked_at": len(found),
        "changed": sum(one.differs for one in found),
        "acted_upon": {"today": len(before) - before.count(None), "tried": len(matched) - matched.count(None)},
        "rules": [{"name": rule.name, "action": rule.action, "matched": matched.count(rule.name)} for rule in asked.tried],
        "issues": [_document(one) for one in found],
    }


def dry_run_apart(database: str, asked: Asked, seconds: float = LONGEST_SECONDS) -> dict[str, Any]:
    """``dry_run`` in a process of its own. Raises ``BadInput`` when it takes too long, or when two others are under way."""
    if not _places.acquire(blocking=False):
        raise BadInput("Two dry runs are under way.", remedy="Try again in a moment.")
    try:
        return _apart(database, asked, seconds)
    finally:
        _places.release()


def _apart(database: str, asked: Asked, seconds: float) -> dict[str, Any]:
    rules = {name: [rule.model_dump(mode="json") for rule in getattr(asked, name)] for name in ("today", "tried")}
    order = json.dumps({"database": database, "days": asked.days, "limit": asked.limit, **rules})
    command = [sys.executable, "-m", "paramedic.sessions.rehearsal"]
    try:
        done = subprocess.run(command, input=order, capture_output=True, text=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired as error:
        remedy = "A pattern under ignore may repeat a repetition, as in (a+)+: write it in another way. Or try fewer issues."
        raise BadInput(f"The dry run took more than {seconds:.0f} seconds and was ended.", remedy=remedy) from error
    if done.returncode:
        raise ParamedicError(f"The dry run failed: {done.stderr.strip().splitlines()[-1:]}.")
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def _seen_since(connection: sa.Connection, since: datetime) -> Iterator[tuple[Issue, Mapping[int, int]]]:
    offset = 0
    while page := issues.listed(connection, limit=_AT_ONCE, offset=offset):
        recent = [issue for issue in page if issue.last_seen >= since]
        counted = hours.of_issues(connection, [issue.id for issue in recent], int(since.timestamp()) // 3600)
        yield from ((issue, counted.get(issue.id, {})) for issue in recent)
        if len(recent) < len(page):
            return
        offset += _AT_ONCE


def _rehearse(issue: Issue, counted: Mapping[int, int], rules: tuple[Rule, ...]) -> Rehearsed:
    by_hour = sorted(counted.items())
    for hour, _count in by_hour:
        # The end of the hour, when all its events had come.
        at = datetime.fromtimestamp(min((hour + 1) * 3600, time.time()), UTC)
        decision = decide(_facts_at(issue, by_hour, hour, at), rules, at)
        if decision.action is not Action.IGNORE:
            return Rehearsed(at, decision)
    now = datetime.now(UTC)
    last = by_hour[-1][0] if by_hour else int(time.time()) // 3600
    return Rehearsed(now, decide(_facts_at(issue, by_hour, last, now), rules, now))


def _facts_at(issue: Issue, by_hour: Sequence[tuple[int, int]], hour: int, at: datetime) -> IssueFacts:
    def events_within(minutes: int) -> int:
        first = hour - max(0, minutes // 60 - 1)
        return sum(count for when, count in by_hour if first <= when <= hour)

    return IssueFacts(
        project=issue.project,
        title=issue.title,
        level=Level(issue.level),
        environment=issue.environment,
        release=issue.last_release,
        state=_state_at(issue, at),
        # What a person did to the issue since must not hide what the rules would have done then.
        status="unresolved",
        users=issue.users,
        events_within=events_within,
    )


def _state_at(issue: Issue, at: datetime) -> State:
    """An issue that is ongoing by now was new once."""
    was_new = issue.state == State.ONGOING and at - issue.first_seen <= NEW_FOR
    return State.NEW if was_new else State(issue.state)


def _document(one: Compared) -> dict[str, Any]:
    return {
        "issue_id": one.issue.id,
        "title": one.issue.title,
        "project": one.issue.project,
        "count": one.issue.count,
        "differs": one.differs,
        "today": _said(one.today),
        "tried": _said(one.tried),
    }


def _said(rehearsed: Rehearsed) -> dict[str, Any]:
    decision = rehearsed.decision
    at = rehearsed.at.isoformat() if decision.rule else None
    return {"action": decision.action, "rule": decision.rule, "reason": decision.reason, "at": at}


def main() -> None:
    order = json.load(sys.stdin)
    today, tried = (tuple(map(Rule.model_validate, order[name])) for name in ("today", "tried"))
    asked = Asked(today, tried, order["days"], order["limit"])
    with reading(open_engine(order["database"])).connect() as connection:
        json.dump(dry_run(connection, asked), sys.stdout)


if __name__ == "__main__":
    main()

"""Which action an issue deserves now. Every answer says why, in words that an operator can check."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from fnmatch import fnmatchcase

from paramedic.model.event import Level
from paramedic.settings.file import Action, Rule, State

ASSUMED_ENVIRONMENT = "production"


@dataclass(frozen=True, slots=True)
class IssueFacts:
    """What the rules look at. ``events_within`` gives the number of events in the last so many minutes."""

    project: str
    title: str
    level: Level
    environment: str | None
    release: str | None
    state: State
    status: str
    users: int
    events_within: Callable[[int], int]
    last_session_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """One condition of a rule and how it came out."""

    condition: str
    passed: bool
    text: str


@dataclass(frozen=True, slots=True)
class Decision:
    """``rule`` is None when no rule applied; ``checks`` are those of the rule that decided or came nearest."""

    action: Action
    rule: str | None
    reason: str
    checks: tuple[Check, ...] = ()


def decide(facts: IssueFacts, rules: tuple[Rule, ...], now: datetime) -> Decision:
    """The first rule whose conditions all hold decides; when none does, the one that came nearest says why not."""
    if facts.status in ("resolved", "ignored"):
        return Decision(Action.IGNORE, None, f"skipped: the issue is {facts.status}")
    nearest: tuple[int, Rule, tuple[Check, ...]] | None = None
    for rule in rules:
        checks = _checks(facts, rule, now)
        failed = [check for check in checks if not check.passed]
        if not failed:
            reason = f"rule {rule.name}: " + "; ".join(check.text for check in checks if check.condition in ("state", "count"))
            return Decision(rule.action, rule.name, reason, checks)
        if nearest is None or len(failed) < nearest[0]:
            nearest = (len(failed), rule, checks)
    if nearest is None:
        return Decision(Action.IGNORE, None, "skipped: there are no rules")
    _count, rule, checks = nearest
    why = "; ".join(check.text for check in checks if not check.passed)
    return Decision(Action.IGNORE, None, f"skipped by rule {rule.name}: {why}", checks)


def conditions(rule: Rule) -> tuple[str, ...]:
    """What must hold for the rule to match, in words, without what holds for every issue."""
    said = [
        f"{words} {', '.join(patterns)}"
        for words, patterns in (
            ("project", rule.projects),
            ("environment", rule.environments),
            ("level", rule.levels),
            ("release", rule.releases),
            ("state", rule.states),
        )
        if patterns != ("*",)
    ]
    said.append(f"more than {rule.more_than} events in {rule.window_minutes} minutes")
    if rule.users:
        said.append(f"at least {rule.users} users")
    said += [f"the title does not match {pattern!r}" for pattern in rule.ignore]
    return (*said, f"no session in the last {rule.cooldown_minutes} minutes, unless it regressed")


def _checks(facts: IssueFacts, rule: Rule, now: datetime) -> tuple[Check, ...]:
    return (
        _named("project", facts.project, rule.projects),
        _environment(facts.environment, rule.environments),
        _level(facts.level, rule.levels),
        _release(facts.release, rule.releases),
        _state(facts.state, rule.states),
        _title(facts.title, rule.ignore),
        _count(facts.events_within(rule.window_minutes), rule),
        _users(facts.users, rule.users),
        _cooldown(facts, rule, now),
    )


def _named(condition: str, value: str, patterns: tuple[str, ...]) -> Check:
    passed = any(fnmatchcase(value, pattern) for pattern in patterns)
    return Check(condition, passed, f"{condition} {value}" + ("" if passed else f" is not one of {', '.join(patterns)}"))


def _environment(environment: str | None, patterns: tuple[str, ...]) -> Check:
    check = _named("environment", environment or ASSUMED_ENVIRONMENT, patterns)
    note = "" if environment else " (none named, so production is assumed)"
    return Check(check.condition, check.passed, check.text + note)


def _level(level: Level, levels: tuple[Level, ...]) -> Check:
    passed = level in levels
    return Check("level", passed, f"level {level.value}" + ("" if passed else f" is not {' or '.join(levels)}"))


def _release(release: str | None, patterns: tuple[str, ...]) -> Check:
    if "*" in patterns:
        return Check("release", True, f"release {release or 'not named'}")
    return _named("release", release or "", patterns)


def _state(state: State, states: tuple[State, ...]) -> Check:
    passed = state in states
    return Check("state", passed, f"the issue is {state.value}" + ("" if passed else f", not {' or '.join(states)}"))


def _title(title: str, patterns: tuple[str, ...]) -> Check:
    found = next((pattern for pattern in patterns if re.search(pattern, title[:500])), None)
    return Check("title", found is None, f"the title matches ignore pattern {found!r}" if found else "no ignore pattern matches")


def _count(count: int, rule: Rule) -> Check:
    seen = f"{count} events in {rule.window_minutes} minutes"
    passed = count > rule.more_than
    return Check("count", passed, seen if passed else f"{seen}, needs more than {rule.more_than}")


def _users(users: int, least: int) -> Check:
    passed = users >= least
    return Check("users", passed, f"{users} users" + ("" if passed else f", needs {least}"))


def _cooldown(facts: IssueFacts, rule: Rule, now: datetime) -> Check:
    if facts.last_session_at is None or facts.state in (State.REGRESSED, State.ESCALATING):
        return Check("cool-down", True, "no session within the cool-down")
    since = now - facts.last_session_at
    passed = since >= timedelta(minutes=rule.cooldown_minutes)
    minutes = int(since.total_seconds() // 60)
    return Check(
        "cool-down",
        passed,
        f"the last session was {minutes} minutes ago" + ("" if passed else f", within the cool-down of {rule.cooldown_minutes}"),
    )

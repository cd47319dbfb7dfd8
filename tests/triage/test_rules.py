"""The first rule whose conditions all hold decides; every skip says why."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from paramedic.model.event import Level
from paramedic.settings.file import Action, Rule, State
from paramedic.triage.priority import priority
from paramedic.triage.rules import IssueFacts, decide

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
DEFAULT = (Rule(name="default"),)
HOT = IssueFacts("shop", "KeyError: 'x'", Level.ERROR, "production", "1.0", State.NEW, "unresolved", 3, lambda minutes: minutes)


def test_the_default_rule_acts_on_a_new_error_that_is_frequent() -> None:
    decision = decide(HOT, DEFAULT, NOW)
    assert (decision.action, decision.rule) == (Action.PULL_REQUEST, "default")
    assert decision.reason == "rule default: the issue is new; 60 events in 60 minutes"


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        (replace(HOT, events_within=lambda _: 50), "50 events in 60 minutes, needs more than 50"),
        (replace(HOT, environment="staging"), "environment staging is not one of production"),
        (replace(HOT, level=Level.WARNING), "level warning is not error or fatal"),
        (replace(HOT, state=State.ONGOING), "the issue is ongoing, not new or regressed"),
        (replace(HOT, status="resolved"), "the issue is resolved"),
        (
            replace(HOT, last_session_at=NOW - timedelta(minutes=30)),
            "the last session was 30 minutes ago, within the cool-down of 1440",
        ),
    ],
)
def test_a_skip_says_why(facts: IssueFacts, why: str) -> None:
    decision = decide(facts, DEFAULT, NOW)
    assert decision.action is Action.IGNORE
    assert why in decision.reason
    assert decision.reason.startswith("skipped")


def test_an_unnamed_environment_counts_as_production_and_says_so() -> None:
    decision = decide(replace(HOT, environment=None), DEFAULT, NOW)
    assert decision.action is Action.PULL_REQUEST
    assert any("production is assumed" in check.text for check in decision.checks)


def test_a_regression_breaks_the_cool_down() -> None:
    facts = replace(HOT, state=State.REGRESSED, last_session_at=NOW - timedelta(minutes=5))
    assert decide(facts, DEFAULT, NOW).action is Action.PULL_REQUEST


def test_the_first_rule_that_matches_decides() -> None:
    rules = (Rule(name="noise", ignore=(), projects=("shop",), action=Action.OBSERVE, more_than=0), *DEFAULT)
    assert decide(HOT, rules, NOW).rule == "noise"


def test_the_nearest_rule_explains_a_skip() -> None:
    far = Rule(name="far", projects=("other",), environments=("lab",), levels=(Level.FATAL,))
    decision = decide(replace(HOT, events_within=lambda _: 1), (far, *DEFAULT), NOW)
    assert "skipped by rule default" in decision.reason


def test_ignore_patterns_skip_by_title() -> None:
    rules = (Rule(name="default", ignore=("^KeyError",)),)
    assert "matches ignore pattern" in decide(HOT, rules, NOW).reason


def test_no_rules_act_on_nothing() -> None:
    assert decide(HOT, (), NOW).reason == "skipped: there are no rules"


def test_priority_grows_with_what_matters_and_explains_itself() -> None:
    quiet = priority(Level.WARNING, State.ONGOING, 1, 0)
    loud = priority(Level.FATAL, State.REGRESSED, 10_000, 5_000)
    assert (quiet.score, loud.score) == (12, 100)
    assert sum(points for _name, points in loud.parts) == loud.score

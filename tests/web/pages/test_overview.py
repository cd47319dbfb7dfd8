"""The overview and the health page: what needs a person now, what a period brought, and how each integration is."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from paramedic.effects import ledger
from paramedic.effects.values import Effect, Patch
from paramedic.sessions.condition import condition, integrations
from paramedic.sessions.doctor_running import examine_running
from paramedic.settings import Settings
from paramedic.settings.file import Configuration, Policy
from paramedic.store import alerts, deliveries, issues, sessions
from paramedic.store.alerts import Outcome
from paramedic.store.deliveries import Delivery, Kind
from paramedic.store.issues import Sighting
from paramedic.store.period import happened
from paramedic.store.schema import budgets
from paramedic.store.schema import deliveries as deliveries_table
from paramedic.store.sessions import NewSession, SessionState
from paramedic.web.pages.overview import _period

from .conftest import Browser, forget

NOW = datetime.now(UTC)


def sighting(key: str, ago: timedelta, count: int) -> Sighting:
    at = NOW - ago
    seen = Sighting("shop", key, f"KeyError: {key}", "", "error", "python", {}, first_seen=at, last_seen=at)
    seen.count, seen.hours = count, {int(at.timestamp()) // 3600: count}
    return seen


def received(connection: sa.Connection, kind: Kind, key: str, reason: str = "") -> None:
    deliveries.insert_many(connection, [Delivery(key, kind, None, None, "", b"{", time.time())])
    if reason:
        change = sa.update(deliveries_table).where(deliveries_table.c.key == key)
        connection.execute(change.values(state="failed", reason=reason))


def ended(connection: sa.Connection, issue_id: int, state: SessionState, verdict: str | None) -> str:
    session_id, _fresh = sessions.start(connection, NewSession(issue_id, "shop", "fix", None, "a test"))
    sessions.finish(connection, session_id, state, verdict=verdict, summary=f"it {state.value}")
    return session_id


@pytest.fixture(scope="module")
def night(browser: Browser) -> Iterator[Browser]:
    """Two issues of today and one of last month; a storm, a proven fix, a failure, a question and what cannot be read."""
    with browser.engine.begin() as connection:
        found = (("today", 1, 40), ("also", 2, 2), ("ancient", 24 * 40, 7))
        issues.record(connection, [sighting(key, timedelta(hours=hours), count) for key, hours, count in found])
        ids = {issue.group_key: issue.id for issue in issues.listed(connection)}
        fixed = ended(connection, ids["today"], SessionState.FINISHED, "proven_fix")
        ended(connection, ids["also"], SessionState.FAILED, None)
        connection.execute(sa.insert(budgets).values(scope=f"session:{fixed}", micro_dollars=1_250_000, tokens=9))
        ledger.propose(connection, Effect(Patch("fix.patch", "--- a\n"), ids["today"], fixed), Policy.ASK, 24)
        for key in ("today", "also"):
            alerts.note(connection, ids[key], "open", "many")
        alerts.settle(connection, alerts.waiting(connection), Outcome.BATCHED)
        received(connection, "envelope", "broken", "ValueError: <b>no JSON</b>")
    yield browser
    forget(browser.engine)


def test_what_needs_a_person_comes_first(night: Browser) -> None:
    page = night.get("/")
    for words in (
        "Patch waits for your yes",
        "Look and decide",
        "A storm",
        "<strong>2</strong> issues in the last hour",
        "A session failed",
        "it failed",
        "No worker lives",
    ):
        assert words in page, words
        assert page.index(words) < page.index("What happened in the last 24 hours"), words


def test_a_period_tells_what_it_brought(night: Browser) -> None:
    day, week = night.get("/"), night.get("/?for=week")
    for page in (day, week):
        assert "<dt>events</dt><dd>42</dd>" in page
        assert "<dt>new issues</dt><dd>2</dd>" in page
        assert "<dt>spent</dt><dd>$1.25</dd>" in page
        assert 'href="/issues?verdict=proven_fix"' in page
    assert '<a href="/?for=week#happened" aria-current="true">' in week
    assert "What happened last night" in night.get("/?for=night")
    assert "What happened in the last 24 hours" in night.get("/?for=century")


def test_what_is_outside_a_period_is_not_counted(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        issues.record(connection, [sighting("in", timedelta(hours=3), 5), sighting("out", timedelta(hours=30), 7)])
        last_week = happened(connection, NOW - timedelta(days=7), NOW - timedelta(days=1))
        today = happened(connection, NOW - timedelta(hours=4), NOW)
    assert (sum(last_week.events.values()), sum(last_week.new_issues.values()), [one.title for one in last_week.worst]) == (
        7,
        1,
        ["KeyError: out"],
    )
    assert (sum(today.events.values()), today.sessions, today.dollars) == (5, {}, 0.0)


@pytest.mark.parametrize(
    ("now", "begin", "end"),
    [
        ("2026-03-02T07:00", "2026-03-01T17:00", "2026-03-02T07:00"),
        ("2026-03-02T06:30", "2026-03-01T17:00", "2026-03-02T06:30"),
        ("2026-03-02T22:00", "2026-03-01T17:00", "2026-03-02T07:00"),
        ("2026-03-02T23:30", "2026-03-02T17:00", "2026-03-02T23:30"),
    ],
)
def test_the_night_is_that_of_the_team(now: str, begin: str, end: str) -> None:
    """In Berlin, an hour before UTC: from six in the evening to eight in the morning."""
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    period = _period("night", moment, ZoneInfo("Europe/Berlin"))
    assert [f"{one:%Y-%m-%dT%H:%M}" for one in (period.begin, period.end)] == [begin, end]


def test_health_tells_of_each_integration_and_what_to_do(night: Browser) -> None:
    page = night.get("/status")
    for words in ("1</strong> delivery could not be read", "Set SENTRY_CLIENT_SECRET.", "not set up", "SQLite", "free of"):
        assert words in page or (words == "SQLite" and "PostgreSQL" in page), words
    assert "<b>no JSON</b>" not in night.client.get("/status").text
    assert night.client.get("/health").json()["status"] == "degraded"


def test_an_error_is_told_until_it_works_again(engine: sa.Engine) -> None:
    settings = Settings(sentry_client_secret="s3cret")

    def webhook() -> tuple[bool, str | None, str]:
        with engine.connect() as connection:
            found = {one.name: one for one in integrations(connection, settings, Configuration())}["Sentry webhook"]
        return found.last_seen is not None, found.error, found.remedy

    assert webhook() == (False, None, "Nothing has come yet. Send a test from the integration's alert rule.")
    with engine.begin() as connection:
        received(connection, "hook", "a", "ValueError: no JSON")
    assert webhook()[1] == "ValueError: no JSON"
    with engine.begin() as connection:
        received(connection, "hook", "b")
    assert webhook() == (True, None, "")
    assert condition(engine, settings).unreadable == 1


def test_doctor_says_the_same(engine: sa.Engine) -> None:
    url = engine.url.render_as_string(hide_password=False)
    checks = {check.name: check for check in examine_running(Settings(database_url=url), Configuration())}
    assert checks["workers"].health == "warning"
    assert checks["inbox"].text == "0 deliveries wait, 0 could not be read"
    assert checks["last of Sentry webhook"].remedy == "Set SENTRY_CLIENT_SECRET."
    assert not list(examine_running(Settings(database_url="sqlite://"), Configuration()))

"""Issues that a person has ignored: counted, and neither worked on nor told of, until what was agreed on happens."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from paramedic.model.errors import BadInput
from paramedic.sessions.ignoring import heed, heed_lapsed, ignore
from paramedic.sessions.starting import start_sessions
from paramedic.settings import Configuration
from paramedic.store import alerts, ignores, issues, sessions
from paramedic.store.ignores import Until
from paramedic.store.issues import Issue, Sighting, StatusChange
from paramedic.store.schema import ignores as table

EAGER = Configuration.model_validate(
    {"rules": [{"name": "all", "more_than": 0, "cooldown_minutes": 0}], "notifications": {"count": 1}}
)


def see(engine: sa.Engine, release: str | None = "1.0") -> Issue:
    """One more event, at which the rules look."""
    now = datetime.now(UTC)
    seen = Sighting("shop", "k", "KeyError", "", "error", "python", {}, release=release)
    seen.count, seen.first_seen, seen.last_seen, seen.hours = 1, now, now, {int(now.timestamp()) // 3600: 1}
    with engine.begin() as connection:
        issues.record(connection, [seen])
    start_sessions(engine, EAGER)
    return read(engine)


def read(engine: sa.Engine) -> Issue:
    with engine.begin() as connection:
        return issues.read(connection, issues.listed(connection)[0].id)


def ignored(engine: sa.Engine, until: Until, until_at: datetime | None = None) -> int:
    """An issue that was seen and is ignored before any rule looked at it."""
    with engine.begin() as connection:
        issue_id = issues.adopt(connection, Sighting("shop", "k", "KeyError", "", "error", "python", {}, release="1.0"))
        ignore(connection, issue_id, "ann", "The vendor's.", until, until_at)
    return issue_id


def live(engine: sa.Engine, issue_id: int) -> str | None:
    with engine.begin() as connection:
        return sessions.live_of(connection, issue_id)


def told(engine: sa.Engine, issue_id: int) -> tuple[tuple[str, str, str], ...]:
    with engine.begin() as connection:
        return alerts.listed(connection, issue_id)


def test_an_ignored_issue_is_counted_and_starts_nothing(engine: sa.Engine) -> None:
    issue_id = ignored(engine, Until.EVER)
    for release in ("1.0", "2.0", None):
        issue = see(engine, release)
    assert (issue.count, issue.status) == (3, "ignored")
    assert issue.decision == "skipped: the issue is ignored"
    assert (live(engine, issue_id), told(engine, issue_id)) == (None, ())
    with engine.begin() as connection:
        heed(connection, issue_id, "bob")
        (was,) = ignores.of_issue(connection, issue_id)
    assert (was.by, was.reason, was.ended_by) == ("ann", "The vendor's.", "bob")
    start_sessions(engine, EAGER)
    assert live(engine, issue_id) is not None
    assert told(engine, issue_id) != ()


def test_until_it_regresses_a_release_that_was_known_is_none_and_a_new_one_is(engine: sa.Engine) -> None:
    issue_id = ignored(engine, Until.REGRESSION)
    assert see(engine, "1.0").status == "ignored"
    assert see(engine, None).status == "ignored"
    assert live(engine, issue_id) is None
    assert see(engine, "1.1").status == "unresolved"
    assert live(engine, issue_id) is not None
    with engine.begin() as connection:
        assert ignores.of_issue(connection, issue_id)[0].ended_by == "it was seen in release 1.1"


@pytest.mark.parametrize(("until", "expected"), [(Until.REGRESSION, "unresolved"), (Until.EVER, "ignored")])
def test_a_regression_that_sentry_reports_ends_only_what_waits_for_one(engine: sa.Engine, until: Until, expected: str) -> None:
    issue_id = ignored(engine, until)
    see(engine)
    again = Sighting("shop", "k", "KeyError", "", "error", "python", {})
    again.last_seen = datetime.now(UTC)
    with engine.begin() as connection:
        issues.change_status(connection, StatusChange(again, status="unresolved", state="regressed"))
    start_sessions(engine, EAGER)
    assert read(engine).status == expected
    assert (live(engine, issue_id) is None) is (expected == "ignored")


def test_when_its_time_is_over_it_matters_again_by_itself(engine: sa.Engine) -> None:
    now = datetime.now(UTC)
    issue_id = ignored(engine, Until.TIME, now + timedelta(days=1))
    heed_lapsed(engine)
    assert see(engine).status == "ignored"
    with engine.begin() as connection:
        connection.execute(sa.update(table).values(until_at=now - timedelta(seconds=1)))
    heed_lapsed(engine)
    heed_lapsed(engine)
    start_sessions(engine, EAGER)
    assert read(engine).status == "unresolved"
    assert live(engine, issue_id) is not None


def test_an_alert_that_waits_is_dropped_and_odd_wishes_are_refused(engine: sa.Engine) -> None:
    issue = see(engine)
    assert [outcome for _state, _occasion, outcome in told(engine, issue.id)] == ["waiting"]
    future, past = datetime.now(UTC) + timedelta(days=1), datetime.now(UTC) - timedelta(days=1)
    with engine.begin() as connection:
        for reason, until, until_at in (
            (" ", Until.EVER, None), ("x" * 2001, Until.EVER, None), ("x", Until.EVER, future),
            ("x", Until.TIME, None), ("x", Until.TIME, past),
        ):  # fmt: skip
            with pytest.raises(BadInput):
                ignore(connection, issue.id, "ann", reason, until, until_at)
        with pytest.raises(BadInput, match="not ignored"):
            heed(connection, issue.id, "ann")
        ignore(connection, issue.id, "ann", "x", Until.EVER)
    assert [outcome for _state, _occasion, outcome in told(engine, issue.id)] == ["unsent"]

"""Deliveries become counts exactly once, on both databases, whatever order things happen in."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from paramedic.sessions.digest import digest
from paramedic.sessions.rehearsal import rehearse
from paramedic.sessions.replaying import requeue_stored
from paramedic.settings import Configuration
from paramedic.settings.file import Action
from paramedic.store import deliveries, events, hours, issues
from paramedic.store.deliveries import Delivery
from paramedic.store.issues import Issue
from paramedic.store.migrate import downgrade, upgrade


def event(number: int, kind: str = "KeyError", **more: object) -> Delivery:
    frames = [{"module": "desk", "function": "close", "context_line": "close()", "in_app": True}]
    body = {
        "event_id": f"{number:032x}",
        "platform": "python",
        "timestamp": time.time(),
        "exception": {"values": [{"type": kind, "value": str(number), "stacktrace": {"frames": frames}}]},
        "user": {"id": number % 3},
        **more,
    }
    return Delivery(f"event:7:{number}", "event", "desk", None, "", json.dumps(body).encode(), time.time())


def hook(action: str, moment: str, **issue: object) -> Delivery:
    body = {
        "action": action,
        "installation": {"uuid": "i-1"},
        "data": {
            "issue": {
                "id": "77",
                "title": "KeyError: 'x'",
                "level": "error",
                "count": "1",
                "project": {"slug": "desk"},
                "lastSeen": moment,
                "url": "https://sentry.io/api/0/organizations/acme/issues/77/",
                **issue,
            }
        },
    }
    return Delivery(f"hook:{action}:{moment}", "hook", "desk", "issue", "", json.dumps(body).encode(), time.time())


def receive(engine: sa.Engine, *received: Delivery) -> None:
    with engine.begin() as connection:
        deliveries.insert_many(connection, received)
    while digest(engine):
        pass


def all_issues(engine: sa.Engine) -> tuple[Issue, ...]:
    with engine.connect() as connection:
        return issues.listed(connection)


def test_equal_crashes_are_counted_in_one_issue(engine: sa.Engine) -> None:
    receive(engine, *(event(number) for number in range(30)))
    (issue,) = all_issues(engine)
    assert (issue.count, issue.users, issue.title, issue.state) == (30, 3, "KeyError: 0", "new")
    with engine.connect() as connection:
        assert sum(count for _hour, count in hours.of_issue(connection, issue.id, 0)) == 30


def test_the_sum_of_all_issues_is_kept_by_hour(engine: sa.Engine) -> None:
    receive(engine, *(event(number, kind) for number, kind in enumerate(("KeyError", "TypeError", "KeyError"))))
    receive(engine, event(7, "ValueError"), event(0))
    with engine.connect() as connection:
        each = hours.of_issues(connection, [issue.id for issue in all_issues(engine)], 0)
        assert sum(count for _hour, count in hours.of_all(connection, 0)) == 4
        assert sum(count for counted in each.values() for count in counted.values()) == 4


def test_a_repeated_delivery_counts_once(engine: sa.Engine) -> None:
    for _ in range(3):
        receive(engine, event(1))
    assert [issue.count for issue in all_issues(engine)] == [1]


def test_a_digest_that_was_cut_off_counts_nothing_twice(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        deliveries.insert_many(connection, [event(1), event(2)])
    with engine.connect() as connection:
        ids = [row.id for row in deliveries.waiting(connection, 10)]
    # Another worker settles the first while this one is still parsing.
    with engine.begin() as connection:
        deliveries.settle(connection, ids[:1], "processed", keep_body=False)
    digest(engine)
    assert [issue.count for issue in all_issues(engine)] == [1]


def test_the_sample_is_bounded_and_keeps_the_first_and_the_latest(engine: sa.Engine) -> None:
    for start in range(0, 200, 50):
        receive(engine, *(event(number) for number in range(start, start + 50)))
    (issue,) = all_issues(engine)
    with engine.connect() as connection:
        kept = {sample.event_id for sample in events.sampled(connection, issue.id)}
        rows = connection.execute(sa.text("SELECT count(*) FROM events")).scalar_one()
        latest = events.event_body(connection, issue.id)
    assert rows == events.OTHERS + 2
    assert {f"{0:032x}", f"{199:032x}"} <= kept
    assert latest is not None
    assert json.loads(latest)["event_id"] == f"{199:032x}"


def test_what_cannot_be_read_is_tried_thrice_and_kept(engine: sa.Engine) -> None:
    broken = Delivery("broken", "event", "desk", None, "", b'{"a":', time.time())
    receive(engine, broken, event(1))
    with engine.connect() as connection:
        (kept,) = deliveries.stored(connection, states=("failed",))
    assert (kept.delivery.body, kept.attempts) == (b'{"a":', 3)
    assert [issue.count for issue in all_issues(engine)] == [1]


def test_hooks_move_an_issue_through_its_states(engine: sa.Engine) -> None:
    receive(engine, hook("created", "2026-01-01T00:00:00Z", substatus="new"))
    assert [(issue.status, issue.state, issue.upstream_id) for issue in all_issues(engine)] == [("unresolved", "new", "77")]
    receive(engine, hook("resolved", "2026-01-02T00:00:00Z"))
    assert [issue.status for issue in all_issues(engine)] == ["resolved"]
    receive(engine, hook("unresolved", "2026-01-03T00:00:00Z", substatus="regressed"))
    assert [(issue.status, issue.state) for issue in all_issues(engine)] == [("unresolved", "regressed")]
    receive(engine, hook("ignored", "2026-01-04T00:00:00Z"))
    assert [issue.status for issue in all_issues(engine)] == ["ignored"]


def test_an_event_in_a_newer_release_reopens_a_resolved_issue(engine: sa.Engine) -> None:
    receive(engine, event(1, release="1.0"))
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE issues SET status = 'resolved', resolved_release = '1.0'"))
    receive(engine, event(2, release="1.0"))
    assert [issue.status for issue in all_issues(engine)] == ["resolved"]
    receive(engine, event(3, release="1.1"))
    assert [(issue.status, issue.state) for issue in all_issues(engine)] == [("unresolved", "regressed")]


def test_one_issue_of_sentrys_is_one_here_whatever_the_hook_calls_its_project(engine: sa.Engine) -> None:
    alert = {"event": {"event_id": "e" * 32, "issue_id": "77", "exception": {"values": [{"type": "KeyError", "value": "x"}]}}}
    body = json.dumps({"action": "triggered", "data": alert}).encode()
    receive(engine, Delivery("alert", "hook", None, "event_alert", "", body, time.time()))
    assert [(issue.project, issue.count) for issue in all_issues(engine)] == [("unknown", 1)]
    receive(engine, hook("created", "2026-01-01T00:00:00Z", count="12", userCount=4))
    assert [(issue.project, issue.count, issue.users) for issue in all_issues(engine)] == [("desk", 12, 4)]


def test_a_client_cannot_claim_an_issue_of_sentrys(engine: sa.Engine) -> None:
    receive(engine, hook("created", "2026-01-01T00:00:00Z"), event(1, issue_id="77", web_url="https://evil.example"))
    assert sorted((issue.upstream_id or "", issue.count, issue.url) for issue in all_issues(engine)) == [
        ("", 1, None),
        ("77", 1, None),
    ]


@pytest.mark.parametrize("wrong", [4_000_000_000, 0, 10**18])
def test_a_clock_that_is_wrong_is_not_believed(engine: sa.Engine, wrong: float) -> None:
    receive(engine, event(1, timestamp=wrong))
    (issue,) = all_issues(engine)
    assert abs(issue.last_seen - datetime.now(UTC)) < timedelta(minutes=1)


def test_text_that_postgresql_refuses_is_cleaned(engine: sa.Engine) -> None:
    receive(engine, event(1, "Bad\0Type\ud800"))
    assert all_issues(engine)[0].title == "Bad\N{REPLACEMENT CHARACTER}Type?: 1"


def test_a_rehearsal_says_what_the_rules_would_have_done(engine: sa.Engine) -> None:
    receive(engine, *(event(number) for number in range(60)), event(100, "IndexError"))
    with engine.connect() as connection:
        rehearsed = rehearse(connection, Configuration().rules, days=1)
        found = {issue.title.split(":")[0]: row.decision for issue, row in rehearsed}
    assert found["KeyError"].action is Action.PULL_REQUEST
    assert "1 events in 60 minutes, needs more than 50" in found["IndexError"].reason


def test_a_replay_counts_nothing_twice(engine: sa.Engine) -> None:
    receive(engine, event(1), hook("created", "2026-01-01T00:00:00Z"))
    with engine.begin() as connection:
        assert requeue_stored(connection, 0.0) == 1
    while digest(engine):
        pass
    assert sorted(issue.count for issue in all_issues(engine)) == [1, 1]


def test_settled_deliveries_are_forgotten_and_waiting_ones_kept(engine: sa.Engine) -> None:
    receive(engine, event(1))
    with engine.begin() as connection:
        deliveries.insert_many(connection, [event(2)])
        assert deliveries.purge(connection, time.time() + 1) == 1
        assert deliveries.depth(connection) == 1


def test_migrations_go_both_ways(engine: sa.Engine) -> None:
    downgrade(engine, "base")
    assert "issues" not in sa.inspect(engine).get_table_names()
    upgrade(engine)
    receive(engine, event(1))
    assert len(all_issues(engine)) == 1

"""Every shape of an event gives the same event; nothing that is JSON makes the reader fail."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paramedic.integrations.sentry.event import UNLABELED, parse_event
from paramedic.integrations.sentry.reading import issue_facts
from paramedic.integrations.sentry.webhook import Carries, read_hook, read_legacy
from paramedic.model.event import Level, Origin

STORED: dict[str, Any] = {
    "event_id": "9f1c0f3a4b5d4e6f8a7b6c5d4e3f2a1b",
    "platform": "python",
    "level": "fatal",
    "timestamp": 1767225600.5,
    "release": "desk@2.1.0",
    "environment": "production",
    "transaction": "desk.views.close_ticket",
    "exception": {
        "values": [
            {
                "type": "KeyError",
                "value": "'owner'",
                "stacktrace": {"frames": [{"function": "owner_of", "module": "desk.tickets"}]},
            },
            {
                "type": "CloseFailed",
                "value": "ticket 7\nsecond line",
                "module": "desk.errors",
                "mechanism": {"type": "wsgi", "handled": False, "exception_id": 0},
                "stacktrace": {
                    "frames": [
                        {"function": "wsgi", "module": "server", "filename": "server.py", "lineno": 9, "in_app": False},
                        None,
                        {
                            "function": "close",
                            "module": "desk.tickets",
                            "filename": "desk/tickets.py",
                            "abs_path": "/srv/desk/tickets.py",
                            "lineno": 31,
                            "in_app": True,
                            "pre_context": ["def close(ticket):"],
                            "context_line": "    raise CloseFailed(ticket)",
                            "post_context": [""],
                            "vars": {"ticket": "<Ticket 7>", "tags": ["'late'"]},
                        },
                    ]
                },
            },
        ]
    },
    "tags": [["browser", "Firefox"], ["browser.version", 120], [None]],
    "user": {"id": 42},
    "request": {"url": "https://desk.example/t/7", "method": "POST", "headers": [["Host", "desk.example"]]},
    "breadcrumbs": {"values": [{"timestamp": "2026-01-01T00:00:00Z", "category": "query", "message": "SELECT 1"}, None]},
    "modules": {"desk": "2.1.0"},
    "contexts": {"runtime": {"name": "CPython", "version": "3.12.1"}},
}


def rest(stored: dict[str, Any]) -> dict[str, Any]:
    """The same event as the REST API answers it."""
    exception = copy.deepcopy(stored["exception"])
    for value in exception["values"]:
        for frame in filter(None, value["stacktrace"]["frames"]):
            frame["lineNo"], frame["absPath"], frame["inApp"] = (frame.pop(k, None) for k in ("lineno", "abs_path", "in_app"))
            if "context_line" in frame:
                line = frame["lineNo"]
                folded = [[line - 1, frame.pop("pre_context")[0]], [line, frame.pop("context_line")]]
                frame["context"] = [*folded, [line + 1, frame.pop("post_context")[0]]]
    return {
        "eventID": stored["event_id"],
        "groupID": "77",
        "projectID": "5",
        "dateCreated": "2026-01-01T00:00:00.500Z",
        "release": {"version": stored["release"]},
        "packages": stored["modules"],
        "tags": [{"key": "level", "value": "fatal"}, {"key": "environment", "value": "production"}],
        "entries": [
            {"type": "exception", "data": exception},
            {"type": "breadcrumbs", "data": stored["breadcrumbs"]},
            {"type": "request", "data": stored["request"]},
        ],
        "platform": "python",
        "culprit": stored["transaction"],
        "contexts": stored["contexts"],
        "user": {"id": "42"},
    }


SHAPES = {
    "stored": STORED,
    "rest": rest(STORED),
    "webhook event_alert": {"action": "triggered", "data": {"event": STORED, "triggered_rule": "r"}},
    "webhook error": {"action": "created", "data": {"error": STORED}},
    "legacy plugin": {"id": "77", "project": "desk", "level": "fatal", "event": STORED},
}


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_gives_the_same_event(shape: str) -> None:
    event = parse_event(SHAPES[shape])
    crash = event.crash
    assert crash is not None
    assert (event.event_id, event.title, event.level) == (STORED["event_id"], "CloseFailed: ticket 7", Level.FATAL)
    assert (event.culprit, event.release, event.environment) == ("desk.views.close_ticket", "desk@2.1.0", "production")
    assert event.timestamp == datetime(2026, 1, 1, 0, 0, 0, 500000, UTC)
    assert [value.type for value in event.exceptions] == ["KeyError", "CloseFailed"]
    frame = crash.frames[-1]
    assert (frame.function, frame.abs_path, frame.lineno, frame.in_app) == ("close", "/srv/desk/tickets.py", 31, True)
    assert (frame.pre_context, frame.context_line) == (("def close(ticket):",), "    raise CloseFailed(ticket)")
    assert frame.variables == {"ticket": "<Ticket 7>", "tags": ["'late'"]}
    assert event.user.key == "id:42"
    assert event.runtime == ("CPython", "3.12.1")
    assert event.modules == {"desk": "2.1.0"}
    assert event.request is not None
    assert event.request.headers == {"Host": "desk.example"}
    assert [crumb.category for crumb in event.breadcrumbs] == ["query"]


def test_what_cannot_be_read_is_noted_with_its_path() -> None:
    event = parse_event({"exception": {"values": [{"type": "E", "stacktrace": {"frames": "none"}}]}, "timestamp": "yesterday"})
    assert "exception[0].stacktrace.frames: expected a list, got a text" in event.notes
    assert "timestamp: expected a time, got a text" in event.notes


@pytest.mark.parametrize(
    ("raw", "title"),
    [
        ({"message": "Disk almost full\nnow"}, "Disk almost full"),
        ({"logentry": {"message": "user %s", "formatted": "user 7"}}, "user 7"),
        ({"exception": [{"type": "OSError", "value": None}]}, "OSError"),
        ({"exception": {"type": "OSError", "value": "gone"}}, "OSError: gone"),
        ({"exception": None}, UNLABELED),
        ({}, UNLABELED),
        ([], UNLABELED),
    ],
)
def test_titles(raw: object, title: str) -> None:
    assert parse_event(raw).title == title


@pytest.mark.parametrize(
    ("given_level", "level"), [("warn", Level.WARNING), ("sample", Level.INFO), (7, Level.ERROR), (None, Level.ERROR)]
)
def test_odd_levels(given_level: object, level: Level) -> None:
    assert parse_event({"level": given_level}).level is level


def test_text_that_no_database_takes_is_cleaned() -> None:
    event = parse_event(json.loads('{"message": "a\\u0000b \\ud800"}'))
    assert event.message == "a\N{REPLACEMENT CHARACTER}b ?"


def test_sizes_are_bounded() -> None:
    frames = [{"function": f"f{n}"} for n in range(5000)]
    event = parse_event({"exception": [{"type": "RecursionError", "stacktrace": {"frames": frames}}], "message": "x" * 100_000})
    assert event.crash is not None
    assert (len(event.crash.frames), event.crash.frames[-1].function) == (1000, "f4999")
    assert event.message is not None
    assert len(event.message) == 8192
    assert any("5000 entries" in note for note in event.notes)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.just(10**4000),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    *STORED,
                    "values",
                    "frames",
                    "stacktrace",
                    "data",
                    "event",
                    "entries",
                    "type",
                    "id",
                    "x",
                    "issue",
                    "error",
                    "firstSeen",
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=25,
)


@settings(max_examples=300, deadline=None)
@given(json_values)
def test_no_json_makes_the_reader_fail(raw: object) -> None:
    event = parse_event(raw)
    assert isinstance(event.title, str)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_no_wrong_value_anywhere_in_a_real_event_makes_the_reader_fail(data: st.DataObject) -> None:
    event = copy.deepcopy(data.draw(st.sampled_from(list(SHAPES.values()))))
    place: Any = event
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = data.draw(st.sampled_from(keys))
        if not isinstance(place[key], dict | list) or not place[key] or data.draw(st.booleans()):
            place[key] = data.draw(json_values)
            break
        place = place[key]
    assert parse_event(event).level in set(Level)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(["issue", "error", "event_alert", "comment", "", "new_thing"]), json_values)
def test_no_json_makes_the_hook_reader_fail(resource: str, raw: object) -> None:
    assert read_hook(resource, raw).key
    assert read_legacy(raw).key


@pytest.mark.parametrize(
    "odd", [[], {}, 10**5000, "\0\ud800" * 5000, None, True], ids=["list", "object", "huge", "text", "null", "true"]
)
@pytest.mark.parametrize("name", ["id", "level", "title", "count", "firstSeen", "project", "statusDetails", "web_url"])
def test_no_odd_value_in_an_issue_makes_the_hook_reader_fail(name: str, odd: object) -> None:
    hook = read_hook("issue", {"action": "created", "data": {"issue": {"id": "7", "level": "error", name: odd}}})
    if hook.issue is not None:
        texts = [hook.issue.id, hook.issue.title, hook.issue.url or "", hook.project or ""]
        assert all("\0" not in text and len(text.encode()) <= 1500 for text in texts)


def test_numbers_of_any_length_are_cut_like_texts() -> None:
    event = parse_event({"release": 10**4000, "platform": 10**5000, "tags": [["n", 10**5000]], "fingerprint": [10**5000]})
    assert event.release is not None
    assert (len(event.release), event.platform, event.tags, event.fingerprint) == (250, "…", (("n", "…"),), ("…",))


@pytest.mark.parametrize("odd", ["²", float("inf"), float("nan"), "1" * 5000, [], True])
def test_odd_counts_and_dates_of_an_issue_are_none(odd: object) -> None:
    facts = issue_facts({"id": 1, "count": odd, "userCount": odd, "firstSeen": "0001-01-01T00:00:00+14:00"})
    assert (facts.count, facts.users, facts.first_seen) == (None, None, None)


PAYLOADS = Path(__file__).parents[3] / "shared" / "payloads" / "sentry"
EVENTS = sorted(PAYLOADS.glob("event-*.json")) + sorted(PAYLOADS.glob("api-event-*.json"))


@pytest.mark.skipif(not EVENTS, reason="the collection of real payloads is not here")
def test_real_events_are_read_whole() -> None:
    for path in EVENTS:
        raw = json.loads(path.read_text(encoding="utf-8"))
        event = parse_event(raw)
        assert event.title != UNLABELED, path.name
        wire = raw.get("exception") or next((e["data"] for e in raw.get("entries", []) if e["type"] == "exception"), None)
        values = wire.get("values", []) if isinstance(wire, dict) else wire or []
        frames = [len([f for f in ((v.get("stacktrace") or {}).get("frames") or []) if f]) for v in values if v]
        assert [len(value.frames) for value in event.exceptions] == frames, path.name
        assert event.notes == (), path.name


@pytest.mark.skipif(not EVENTS, reason="the collection of real payloads is not here")
def test_real_hooks_are_routed_by_resource() -> None:
    carried = {"event_alert": Carries.EVENT, "error": Carries.EVENT, "issue": Carries.ISSUE}
    for path in sorted(PAYLOADS.glob("webhook-*.json")):
        resource = path.name.removeprefix("webhook-").split(".")[0]
        hook = read_hook(resource, json.loads(path.read_text(encoding="utf-8")))
        assert hook.carries is carried.get(resource, Carries.NOTHING), path.name
        assert hook.reason if hook.carries is Carries.NOTHING else hook.issue or hook.event, path.name
    for path in sorted(PAYLOADS.glob("legacy-*.json")):
        hook = read_legacy(json.loads(path.read_text(encoding="utf-8")))
        assert parse_event(hook.event).origin is Origin.STORED
        assert parse_event(hook.event).issue_id, path.name

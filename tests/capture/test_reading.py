"""A snapshot is as hostile as the event that it comes with."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from tests.capture.crashing import sent

from paramedic.integrations.sentry.event import parse_event


def crash(first: int, second: list[int]) -> None:
    raise ValueError(first, second)


@pytest.fixture(scope="module")
def event() -> dict[str, Any]:
    return sent(lambda: crash(1, [2]))


def with_entry(event: dict[str, Any], entry: object) -> dict[str, Any]:
    changed = copy.deepcopy(event)
    changed["contexts"]["paramedic"]["e99"] = entry if isinstance(entry, str) else json.dumps(entry)
    return changed


@pytest.mark.parametrize(
    "entry",
    [
        "",
        "[",
        "[" * 9_000,
        "[1]",
        "9" * 9_000,
        '["frame",1,1,"crash",1e999,{}]',
        '["frame",1,1,"crash",NaN,{}]',
        ["frame", 1, 1, "other", 14, {"first": 3}],
        ["frame", 1, 90, "crash", 14, {"first": 3}],
        ["frame", -1, True, "crash", 14, {"first": 3}],
        ["frame", 1, 1, "crash", 14, []],
        [-5, "list", []],
        [5, "list", {}],
        [5, "list", [["@"]]],
        [5, "list", [["@", 10**9]]],
        [5, "list", [["unheard", 1]]],
        [5, "list", [["bytes", "***"]]],
        [5, "list", [["int", "zz"]]],
        [5, "list", [["float", "much"]]],
        [5, "list", [["class", "os;system:x"]]],
        [5, "list", [["member", "a:B", "c()"]]],
        [5, "list", [["call", "eval(1):x", []]]],
        [5, "dict", [[1]]],
        [5, "object", "a:B", {}, []],
        [5, "object", "a:B", {}, {"content": ["exec", 1]}],
        [5, "object", "a:B", {}, {"fields": [1]}],
    ],
)
def test_an_odd_entry_is_passed_over_and_the_rest_is_read(event: dict[str, Any], entry: object) -> None:
    parsed = parse_event(with_entry(event, entry))
    assert parsed.notes == ("contexts.paramedic: 1 entries of the snapshot could not be read",)
    assert parsed.snapshot is not None
    assert parsed.snapshot.frames[1, 1]["first"] == 1


@pytest.mark.parametrize("context", [[], "x", 7, {}, {"version": "1"}, {"version": 2, "e1": "[]"}])
def test_what_is_no_snapshot_is_none(event: dict[str, Any], context: object) -> None:
    assert parse_event(event | {"contexts": {"paramedic": context}}).snapshot is None


def test_a_snapshot_is_not_shown_among_the_contexts(event: dict[str, Any]) -> None:
    assert not [name for name in parse_event(event).contexts if name.startswith("paramedic")]

"""What the integration writes down, and what it never touches."""

from __future__ import annotations

import collections
import datetime
import decimal
import enum
import io
import json
import threading
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

import pytest
from tests.capture.crashing import read, sent

from paramedic.integrations.sentry.event import parse_event
from paramedic.model.event import Event
from paramedic.model.snapshot import Absent, Beginning, Held, Made, Named, Ref, Thing, Typed
from paramedic_capture import Limits, ParamedicCapture
from paramedic_capture.privacy import Secrets
from paramedic_capture.snapshot import Snapshot


class Colour(enum.Enum):
    RED = 1


class Bag(dict[str, Any]):
    pass


class Slotted:
    __slots__ = ("left", "right")


@dataclass
class Order:
    number: int
    lines: list[Any]


def fail(**_held: object) -> None:
    raise ValueError("no")


def crash_with(value: object) -> Event:
    return read(lambda: fail(value=value))


def variable(event: Event, name: str = "_held", frame: int = 1) -> Any:
    """A variable with one step of its references followed."""
    assert event.snapshot is not None
    return followed(event, event.snapshot.frames[1, frame][name])


def followed(event: Event, value: Typed) -> Any:
    assert event.snapshot is not None
    return event.snapshot.objects[value.number] if isinstance(value, Ref) else value


def one(value: object) -> Any:
    event = crash_with(value)
    return followed(event, dict(variable(event).pairs)["value"])


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, None),
        (True, True),
        (12, 12),
        (2**80, 2**80),
        (-(2**80), -(2**80)),
        (1.5, 1.5),
        (float("inf"), float("inf")),
        ("tea", "tea"),
        ("\ud800", "\ud800"),
        (b"\0\xff", b"\0\xff"),
        (1j, Made("builtins.complex", (0.0, 1.0))),
        (decimal.Decimal("1.10"), Made("decimal.Decimal", ("1.10",))),
        (datetime.date(2020, 2, 29), Made("datetime.date", (2020, 2, 29))),
        (PurePosixPath("a/b"), Made("pathlib.PurePosixPath", ("a/b",))),
        (Colour.RED, Named("member", f"{__name__}.Colour.RED")),
        (Colour, Named("class", f"{__name__}.Colour")),
        (json.dumps, Named("function", "json.dumps")),
        (json, Named("module", "json")),
        ([1, "a"], Held("list", (1, "a"))),
        ((1,), Held("tuple", (1,))),
        (frozenset({3}), Held("frozenset", (3,))),
        ({1: "a"}, Held("dict", pairs=((1, "a"),))),
        (collections.deque([1]), Held("deque", (1,))),
        (
            collections.defaultdict(list, a=1),
            Thing(
                "collections.defaultdict",
                {"default_factory": Named("class", "builtins.list")},
                content=Held("dict", pairs=(("a", 1),)),
                builtin="dict",
                native=True,
            ),
        ),
        (io.BytesIO(b"tea"), Made("io.BytesIO", (b"tea",))),
    ],
)
def test_values_keep_their_types(value: object, written: object) -> None:
    assert one(value) == written


def test_what_cannot_be_read_costs_nothing_else() -> None:
    closed = io.BytesIO()
    closed.close()
    event = crash_with([closed, {"odd\ud800": 1}])
    odd, rest = followed(event, dict(variable(event).pairs)["value"]).items
    assert odd == Absent("left out of the snapshot, which was full")
    assert followed(event, rest).pairs == (("odd\ud800", 1),)


def test_not_a_number_is_one() -> None:
    assert one(float("nan")) != one(float("nan"))


def test_objects_are_their_class_and_their_attributes() -> None:
    slotted = Slotted()
    slotted.left = 1
    assert one(slotted) == Thing(f"{__name__}.Slotted", {"left": 1})
    bag = Bag(a=1)
    bag.owner = "me"  # type: ignore[attr-defined]
    assert one(bag) == Thing(f"{__name__}.Bag", {"owner": "me"}, content=Held("dict", pairs=(("a", 1),)), builtin="dict")


def test_what_is_shared_stays_shared_and_circles_stay_round() -> None:
    lines: list[Any] = [1]
    lines.append(lines)
    event = crash_with((Order(1, lines), Order(2, lines)))
    pair = followed(event, dict(variable(event).pairs)["value"])
    first, second = (followed(event, item) for item in pair.items)
    assert first.attributes["lines"] == second.attributes["lines"] == followed(event, first.attributes["lines"]).items[1]


class Lying:
    """Every door that a class can put up is locked behind it."""

    def __init__(self) -> None:
        object.__setattr__(self, "inside", 7)

    def _trap(self, *_: object) -> Any:
        TRAPPED.append(self)
        raise SystemExit("the program's own code ran")

    __getattribute__ = __setattr__ = __eq__ = __bool__ = __len__ = __iter__ = __str__ = __format__ = _trap  # type: ignore[assignment]
    __hash__ = object.__hash__
    __class__ = property(_trap)  # type: ignore[assignment]


TRAPPED: list[object] = []


class Trapped(Bag):
    __slots__ = ()

    def items(self) -> Any:
        TRAPPED.append(self)

    __iter__ = __getitem__ = keys = values = __len__ = items  # type: ignore[assignment]


def test_no_line_of_the_program_runs() -> None:
    """The SDK itself is less careful when it shows variables, so the walk is watched by itself."""
    held = {"lying": Lying(), "trapped": Trapped(a=1)}
    event = sent(lambda: fail(held=[held]))
    before = len(TRAPPED)
    snapshot = Snapshot(Limits(), Secrets(None, pii=True), 3_000)
    snapshot.frame((1, 1, "fail", 1), [("held", held)])
    snapshot.objects()
    assert len(TRAPPED) == before
    assert any('"inside":7' in entry for entry in snapshot.entries)
    assert any('["dict",[["a",1]]]' in entry for entry in snapshot.entries)
    assert "paramedic" in event["contexts"]


def secret_crash(password: str, api_key: str, token: str) -> None:
    session = {"userToken": 1, "nested": {"X-Api-Key": "k1", "plain": 1}, "headers": [("Authorization", "k2")]}
    order = Bag()
    order.private_key, order.note = "k3", "Bearer abcdefghijklmnop"  # type: ignore[attr-defined]
    database = "postgres://me:k4@db/shop"
    held = (session["nested"], session["headers"], order, database)
    raise ValueError(held[0]["plain"])  # type: ignore[index,call-overload]


def test_secrets_never_leave() -> None:
    event = sent(lambda: secret_crash("k5", "k6", "k7"), data_collection={"user_info": True})
    written = json.dumps({name: value for name, value in event["contexts"].items() if name.startswith("paramedic")})
    assert not [secret for secret in ("k1", "k2", "k3", "k4", "k5", "k6", "k7", "abcdefghij") if secret in written]
    assert variable(parse_event(event), "password") == Absent("filtered before it was sent")


def personal_crash(email: str, phone: int) -> None:
    note = "write to bob@example.com today"
    raise ValueError(len(note))


def test_personal_data_keeps_its_shape_alone_unless_the_sdk_is_told_to_send_it() -> None:
    hidden = read(lambda: personal_crash("bob@example.com", 5551234))
    assert variable(hidden, "email") == "xxx@xxxxxxx.xxx"
    assert variable(hidden, "phone") == 1111111
    assert variable(hidden, "note") == "write to xxx@xxxxxxx.xxx today"
    assert (
        variable(read(lambda: personal_crash("bob@example.com", 1), data_collection={"user_info": True}), "email")
        == "bob@example.com"
    )


def test_ones_own_names_are_hidden_too() -> None:
    event = read(lambda: fail(margin=3), ParamedicCapture(denylist=["Margin"]))
    assert variable(event).pairs == (("margin", Absent("filtered before it was sent")),)


@pytest.mark.parametrize("variables", [False, {"mode": "off"}, {"mode": "allowlist", "terms": ["b"]}])
def test_no_variables_means_no_snapshot(variables: object) -> None:
    assert "paramedic" not in sent(lambda: fail(a=1), data_collection={"stack_frame_variables": variables})["contexts"]


def test_the_older_option_for_no_variables_counts_too() -> None:
    assert "paramedic" not in sent(lambda: fail(a=1), include_local_variables=False)["contexts"]


def test_frames_of_libraries_are_left_out() -> None:
    event = read(lambda: json.loads("{", object_hook=fail))
    assert event.snapshot is not None
    assert {place for place in event.snapshot.frames if place[1] == 1} == set()
    assert event.crash is not None
    assert event.crash.frames[-1].function == "raw_decode"


def test_causes_have_their_own_frames() -> None:
    def wrap(outer: int) -> None:
        try:
            fail(inner=1)
        except ValueError as error:
            raise KeyError(outer) from error

    event = read(lambda: wrap(2))
    assert event.snapshot is not None
    assert event.snapshot.frames[1, 1]["outer"] == 2
    assert followed(event, event.snapshot.frames[2, 1]["_held"]).pairs == (("inner", 1),)


def huge() -> object:
    return {f"k{number}": [Order(number, list(range(1000)))] * 3 for number in range(2_000)}


def test_a_huge_value_costs_no_more_than_allowed() -> None:
    value = huge()
    limits = Limits(size=5_000)
    event = sent(lambda: fail(value=value), ParamedicCapture(limits))
    contexts = {name: part for name, part in event["contexts"].items() if name.startswith("paramedic")}
    texts = [text for part in contexts.values() for name, text in part.items() if name[0] == "e"]
    assert 2_000 < sum(len(text) for text in texts) <= 5_000
    assert not parse_event(event).notes


def test_every_context_stays_under_what_a_server_trims() -> None:
    event = sent(lambda: fail(value=[["tea " * 100] for _ in range(200)]))
    contexts = {name: part for name, part in event["contexts"].items() if name.startswith("paramedic")}
    assert len(contexts) > 1
    assert max(len(json.dumps(part)) for part in contexts.values()) < 8_192 * 1.2


def test_short_values_of_an_old_sdk_hold_whole_entries() -> None:
    event = sent(lambda: fail(value=["tea" * 60] * 30), max_value_length=1024)
    parsed = parse_event(event)
    assert not parsed.notes
    assert parsed.snapshot is not None
    assert len(parsed.snapshot.objects) >= 2


def test_a_long_text_is_cut() -> None:
    assert one("tea" * 10_000) == Beginning("tea" * 200)


def test_a_container_that_another_thread_changes_is_no_error() -> None:
    changing: dict[int, int] = {}
    stop = threading.Event()

    def change() -> None:
        while not stop.is_set():
            changing.update(dict.fromkeys(range(50), 1))
            changing.clear()

    thread = threading.Thread(target=change)
    thread.start()
    try:
        events = [crash_with([changing] * 5) for _ in range(5)]
    finally:
        stop.set()
        thread.join()
    assert all(event.snapshot is not None and not event.notes for event in events)

"""Equal crashes share a key, different ones do not, and the key says what it is made of."""

from __future__ import annotations

from dataclasses import replace

import pytest

from paramedic.model.event import Event, ExceptionValue, Frame
from paramedic.triage.grouping import group, parameterised

FRAMES = (
    Frame(function="run", module="server.wsgi", in_app=False),
    Frame(function="close", module="desk.tickets", lineno=31, context_line="    ticket.close()", in_app=True),
)
CRASH = ExceptionValue("KeyError", "'owner-17'", frames=FRAMES)
EVENT = Event("1", platform="python", exceptions=(CRASH,), release="1.0", title="KeyError: 'owner-17'")


def key(event: Event) -> str:
    return group(event).key


def with_frames(*frames: Frame) -> Event:
    return replace(EVENT, exceptions=(replace(CRASH, frames=frames),))


def test_lines_values_and_releases_do_not_split_an_issue() -> None:
    moved = replace(FRAMES[1], lineno=90)
    other = replace(with_frames(FRAMES[0], moved), release="2.0", event_id="2")
    other = replace(other, exceptions=(replace(other.exceptions[0], value="'owner-99'"),))
    assert key(other) == key(EVENT)


def test_another_line_of_code_is_another_issue() -> None:
    assert key(with_frames(FRAMES[0], replace(FRAMES[1], context_line="    ticket.reopen()"))) != key(EVENT)


def test_another_type_is_another_issue() -> None:
    assert key(replace(EVENT, exceptions=(replace(CRASH, type="IndexError"),))) != key(EVENT)


def test_frames_of_frameworks_do_not_count_beside_own_ones() -> None:
    assert key(with_frames(replace(FRAMES[0], function="serve"), FRAMES[1])) == key(EVENT)


def test_without_own_frames_all_count() -> None:
    foreign = [replace(frame, in_app=False) for frame in FRAMES]
    assert key(with_frames(*foreign)) != key(with_frames(replace(foreign[0], function="serve"), foreign[1]))


def test_a_recursion_of_any_depth_is_one_issue() -> None:
    walk = Frame(function="walk", module="tree", context_line="walk(child)", in_app=True)
    assert key(with_frames(*[walk] * 20)) == key(with_frames(*[walk] * 50))


@pytest.mark.parametrize("cycle", [1, 2, 6])
def test_the_depth_of_a_recursion_moves_neither_its_callers_nor_its_phase(cycle: int) -> None:
    steps = [Frame(function=f"step{n}", module="tree", context_line=f"step{n}()", in_app=True) for n in range(cycle)]
    assert len({key(with_frames(FRAMES[1], *steps * rounds, *steps[:1])) for rounds in (5, 20, 120)}) == 1


def test_a_fingerprint_overrides() -> None:
    first, second = replace(EVENT, fingerprint=("payments",)), replace(EVENT, fingerprint=("payments",), exceptions=())
    assert key(first) == key(second)
    assert group(first).method == "fingerprint"


def test_the_default_in_a_fingerprint_subdivides() -> None:
    eu, us = (replace(EVENT, fingerprint=("{{ default }}", region)) for region in ("eu", "us"))
    assert len({key(eu), key(us), key(EVENT)}) == 3
    assert key(replace(EVENT, fingerprint=("{{default}}",))) == key(EVENT)


def test_messages_group_by_what_does_not_vary() -> None:
    one, two = (Event(n, message=f"order {n}00 of ann@shop.example failed after {n}.5 s") for n in "12")
    assert key(one) == key(two)
    assert group(one).components == ("order <number> of <email> failed after <number> s",)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("took 0x7f3a at 2026-01-02T03:04:05Z", "took <hex> at <time>"),
        ("id 123e4567-e89b-12d3-a456-426614174000", "id <uuid>"),
        ("peer 10.0.0.7 said 'no'", "peer <ip> said <text>"),
        ("  ", ""),
    ],
)
def test_parts_that_vary(text: str, expected: str) -> None:
    assert parameterised(text) == expected


def test_the_key_explains_itself() -> None:
    grouping = group(EVENT)
    assert grouping.method == "stack trace"
    assert grouping.components == ("type KeyError", "frame desk.tickets | close | ticket.close()")

"""The values of an event's snapshot: exact where the captured texts are not, and the same object wherever it is met."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from paramedic.model.snapshot import Absent, Beginning, Held, Made, Named, Ref, Snapshot, Thing, Typed
from paramedic.reproduction.captured import Constructed, Instance, Items, Kept, Literal, Member, Pairs, Reference, Unknown, Value

_BY_SIMPLE_NAME = ("pathlib.", "decimal.", "fractions.", "uuid.", "ipaddress.", "functools.", "io.", "builtins.")
_DEEPEST = 40


class Graph:
    """A snapshot as values. A container that only one place holds is written where it stands; all else is ``Kept``."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.objects = snapshot.objects
        self._frames = snapshot.frames
        self._shared = _shared(snapshot)

    def frame(self, position: int) -> dict[str, Value]:
        """Variables of a frame of the exception that was raised last, counted from the crash, which is 1.

        A variable of which the snapshot tells no more than its text does is left to that.
        """
        found = {name: self.value(typed) for name, typed in self._frames.get((1, position), {}).items()}
        return {name: value for name, value in found.items() if not isinstance(value, Unknown | Instance)}

    def names(self) -> Iterator[tuple[str, int]]:
        """Variables that hold an object, with its number."""
        for variables in self._frames.values():
            for name, typed in variables.items():
                if isinstance(typed, Ref):
                    yield name, typed.number

    def shared(self, number: int) -> bool:
        return number in self._shared

    def value(self, typed: Typed, depth: int = 0) -> Value:
        """What one entry stands for."""
        if isinstance(typed, Absent):
            return Unknown("", typed.reason)
        if isinstance(typed, Ref):
            return self._referred(typed.number, depth)
        if isinstance(typed, Beginning):
            return Literal(typed.value, complete=False)
        if isinstance(typed, Named):
            return _named(typed)
        return self._made(typed, depth) if isinstance(typed, Made) else Literal(typed)

    def _referred(self, number: int, depth: int) -> Value:
        found = self.objects.get(number)
        if found is None or depth > _DEEPEST:
            return Unknown("", "left out of the snapshot, which was full")
        if isinstance(found, Thing):
            bare = found.native and found.content is None
            return Instance(found.name.removeprefix("builtins.")) if bare else Kept(number, found.name)
        return Kept(number, found.kind) if number in self._shared else self.held(found, depth)

    def held(self, held: Held, depth: int = 0) -> Value:
        """A container as it is written."""
        if held.kind == "dict":
            pairs = tuple((self.value(key, depth + 1), self.value(item, depth + 1)) for key, item in held.pairs)
            return Pairs(pairs, complete=held.complete)
        items = tuple(self.value(item, depth + 1) for item in held.items)
        if held.kind == "deque":
            return Constructed("collections.deque", (Items("list", items, complete=held.complete),))
        return Items(held.kind, items, complete=held.complete)

    def _made(self, made: Made, depth: int) -> Value:
        simple = made.name.startswith(_BY_SIMPLE_NAME)
        return Constructed(
            made.name.rpartition(".")[2] if simple else made.name,
            tuple(self.value(item, depth + 1) for item in made.arguments),
            tuple((name, self.value(item, depth + 1)) for name, item in made.keywords),
        )


def _named(named: Named) -> Value:
    if named.kind == "member":
        return Member(*named.name.rsplit(".", 1))
    if named.kind == "constant":
        return Unknown(named.name, "a constant of the interpreter")
    return Reference(named.kind, named.name)


def _shared(snapshot: Snapshot) -> frozenset[int]:
    """Objects that two places hold, in one frame or below it; so every circle has one."""
    inside = Counter(number for found in snapshot.objects.values() for number in _held_by(found))
    frames = [
        Counter(number for typed in variables.values() for number in _numbers(typed)) for variables in snapshot.frames.values()
    ]
    most: Counter[int] = Counter()
    for counted in frames:
        most |= counted
    return frozenset(number for number, count in (inside + most).items() if count > 1) | _circles(snapshot.objects)


def _circles(objects: Mapping[int, Held | Thing]) -> frozenset[int]:
    """Objects that hold themselves by way of others; walked without recursion, for the depth is the sender's choice."""
    state: dict[int, bool] = {}
    found: set[int] = set()
    for start in objects:
        pending = [(start, iter(_held_by(objects[start])))] if start not in state else []
        state.setdefault(start, False)
        while pending:
            number, rest = pending[-1]
            following = next(rest, None)
            if following is None:
                state[number] = True
                pending.pop()
            elif following not in state and following in objects:
                state[following] = False
                pending.append((following, iter(_held_by(objects[following]))))
            elif state.get(following) is False:
                found.add(following)
    return frozenset(found)


def _held_by(found: Held | Thing) -> list[int]:
    if isinstance(found, Held):
        return [number for item in (*found.items, *(part for pair in found.pairs for part in pair)) for number in _numbers(item)]
    content = found.content
    inside = _held_by(content) if isinstance(content, Held) else list(_numbers(content))
    return [*(number for item in found.attributes.values() for number in _numbers(item)), *inside]


def _numbers(typed: Typed) -> Iterator[int]:
    if isinstance(typed, Ref):
        yield typed.number
    elif isinstance(typed, Made):
        for item in (*typed.arguments, *(item for _, item in typed.keywords)):
            yield from _numbers(item)

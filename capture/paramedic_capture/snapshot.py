"""The walk over what a crash's frames hold, nearest first, until the limits are reached.

A snapshot is a list of short JSON texts, each readable alone: the variables of a frame, or one object by its number. Objects
are met breadth-first, so that what is cut is what lies furthest from the frames; one that is met twice is written once.
"""

from __future__ import annotations

import collections
import json
import time
import types
from typing import Any, Callable, Iterable, Iterator

from paramedic_capture import plain, still
from paramedic_capture.limits import Limits
from paramedic_capture.privacy import Secrets

_FACTORY = collections.defaultdict.__dict__["default_factory"].__get__
FILTERED = ["filtered"]
CUT = ["cut"]
_CONTENTS: tuple[tuple[type, str, Callable[[Any], Iterable[Any]]], ...] = (
    (dict, "dict", dict.items),
    (list, "list", list.__iter__),
    (tuple, "tuple", tuple.__iter__),
    (set, "set", set.__iter__),
    (frozenset, "frozenset", frozenset.__iter__),
    (collections.deque, "deque", collections.deque.__iter__),
)
_LEAVES: dict[type, Callable[[Any], Any]] = {
    str: str.__str__,
    bytes: bytes.__bytes__ if hasattr(bytes, "__bytes__") else lambda value: bytes.__getitem__(value, slice(None)),
    int: int.__int__,
    float: float.__float__,
}


class Snapshot:
    """One event's. ``longest`` is how long each text may be; ``entries`` holds them, in the order of their worth."""

    def __init__(self, limits: Limits, secrets: Secrets, longest: int) -> None:
        self._limits = limits
        self._secrets = secrets
        self._longest = longest
        self._deadline = time.perf_counter() + limits.seconds
        self._numbers: dict[int, int] = {}
        self._met: collections.deque[tuple[int, Any, int]] = collections.deque()
        self._kept: list[Any] = []
        self._size = 0
        self.entries: list[str] = []

    def frame(self, place: Iterable[Any], variables: Iterable[tuple[str, Any]]) -> None:
        """Write down variables of the frame at ``place``, in as many entries as they need."""
        together: dict[str, Any] = {}
        size = 0
        for name, value in variables:
            written = self._named(name, value, 0)
            length = len(name) + len(_text_of(written)) + 4
            if together and size + length > self._longest - 300:
                self._add(["frame", *place, together])
                together, size = {}, 0
            together[name] = written
            size += length
        if together:
            self._add(["frame", *place, together])

    def objects(self) -> None:
        """Write down the objects that were met, and what is met on the way."""
        while self._met and time.perf_counter() < self._deadline:
            number, value, depth = self._met.popleft()
            most = self._limits.items
            while most and not self._add([number, *self._object(value, depth + 1, most)]):
                if self._size >= self._limits.size:
                    return
                most //= 2

    def _add(self, entry: list[Any]) -> bool:
        text = _text_of(entry)
        length = len(text.encode())
        if length > self._longest:
            return False
        if self._size + length > self._limits.size:
            self._size = self._limits.size
            return False
        self._size += length + 1
        self.entries.append(text)
        return True

    def _named(self, name: str, value: Any, depth: int) -> Any:
        if value is not None and self._secrets.hides(name):
            return FILTERED
        return self._value(value, depth, personal=self._secrets.personal(name))

    def _value(self, value: Any, depth: int, *, personal: bool = False) -> Any:
        kind = type(value)
        if value is None or kind is bool:
            return value
        if kind in _LEAVES:
            return self._leaf(kind, value, personal)
        if kind in plain.CALLS:
            return self._call(kind, value, depth)
        found = plain.named(value)
        return found if found is not None else self._reference(value, depth)

    def _leaf(self, kind: type, value: Any, personal: bool) -> Any:
        if kind is str:
            return self._text(value, personal)
        if kind is bytes:
            return FILTERED if self._secrets.leaks(value[:4_000].decode("latin-1")) else plain.octets(value, self._limits.text)
        if kind is float:
            return plain.fraction(value)
        return plain.number(int("1" * len(str(value))) if personal and 999 < value < 10**18 else value)

    def _text(self, text: str, personal: bool) -> Any:
        most = self._limits.text
        if self._secrets.leaks(text[:4_000]):
            return FILTERED
        head = self._secrets.masked(text[:most], personal)
        if len(text) > most:
            return ["text", head, len(text)]
        return head

    def _call(self, kind: type, value: Any, depth: int) -> Any:
        if depth > self._limits.depth:
            return CUT
        try:
            call = plain.CALLS[kind](value)
        except (ValueError, AttributeError, TypeError):
            # A closed file, or an object that was never set up.
            return CUT
        arguments = [self._value(item, depth + 1) for item in call.arguments]
        keywords = {name: self._named(name, item, depth + 1) for name, item in call.keywords.items()}
        return ["call", call.name, arguments, keywords] if keywords else ["call", call.name, arguments]

    def _reference(self, value: Any, depth: int) -> list[Any]:
        number = self._numbers.get(id(value))
        if number is None:
            if depth > self._limits.depth or len(self._numbers) >= self._limits.objects:
                return CUT
            number = self._numbers[id(value)] = len(self._numbers)
            self._met.append((number, value, depth))
            self._kept.append(value)
        return ["@", number]

    def _object(self, value: Any, depth: int, most: int) -> list[Any]:
        kind = type(value)
        for parent, word, items in _CONTENTS:
            if kind is parent:
                return self._content(word, value, items, depth, most)
        held = still.attributes(value)
        if issubclass(kind, collections.defaultdict):
            held["default_factory"] = _FACTORY(value)
        chosen = dict(list(held.items())[:most])
        written = {name: self._named(name, item, depth) for name, item in chosen.items()}
        return [
            "object",
            still.class_name(kind),
            written,
            {**self._about(kind, held, most), **self._inherited(value, depth, most)},
        ]

    def _content(self, word: str, value: Any, items: Callable[[Any], Iterable[Any]], depth: int, most: int) -> list[Any]:
        chosen = list(self._few(items(value), most + 1))
        if word == "dict":
            written = [[self._value(key, depth), self._item(key, item, depth)] for key, item in chosen[:most]]
        elif word == "tuple" and len(chosen) == 2:
            written = [self._value(chosen[0], depth), self._item(chosen[0], chosen[1], depth)]
        else:
            written = [self._value(item, depth) for item in chosen[:most]]
        return [word, written] if len(chosen) <= most else [word, written, len(value)]

    @staticmethod
    def _few(items: Iterable[Any], most: int) -> Iterator[Any]:
        """The first items; fewer when another thread changes the container meanwhile."""
        try:
            for number, item in enumerate(items):
                if number >= most:
                    return
                yield item
        except RuntimeError:
            return

    def _item(self, key: Any, item: Any, depth: int) -> Any:
        return self._named(key, item, depth) if type(key) is str else self._value(item, depth)

    def _inherited(self, value: Any, depth: int, most: int) -> dict[str, Any]:
        """What an object of a class derived from one of the interpreter's holds as such: a dict's items, a str's text."""
        kind = type(value)
        for parent, word, items in _CONTENTS:
            if issubclass(kind, parent):
                return {"content": self._content(word, value, items, depth, most)}
        for parent, read in _LEAVES.items():
            if issubclass(kind, parent):
                return {"content": [parent.__name__, self._leaf(parent, read(value), personal=False)]}
        if issubclass(kind, BaseException):
            arguments = BaseException.__dict__["args"].__get__(value)
            return {"content": ["error", [self._value(item, depth) for item in arguments[:most]]]}
        return {}

    @staticmethod
    def _about(kind: type, held: dict[str, Any], most: int) -> dict[str, Any]:
        """What one must know to make such an object anew."""
        found: dict[str, Any] = {}
        if len(held) > most:
            found["cut"] = len(held)
        if still.native(kind):
            found["native"] = True
        if type(still.found_in(kind, "__new__")[1]) is staticmethod:
            found["new"] = True
        setter = still.found_in(kind, "__setattr__")[1]
        if type(setter) is not types.WrapperDescriptorType or any(_guarded(kind, name) for name in held):
            found["set"] = True
        fields = still.found_in(kind, "_fields")[1]
        if issubclass(kind, tuple) and type(fields) is tuple:
            found["fields"] = [name for name in fields if type(name) is str]
        return found


def _text_of(entry: Any) -> str:
    """Readable where it can be; with a lone surrogate in it, which no transport takes, escaped throughout."""
    text = json.dumps(entry, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(entry, separators=(",", ":"), allow_nan=False)
    return text


def _guarded(kind: type, name: str) -> bool:
    """Whether the class answers for an attribute itself, as a property does."""
    return type(still.found_in(kind, name)[1]) is property

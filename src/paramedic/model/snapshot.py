"""Typed values of a crash's frames, as the capture integration attaches them to an event. Untrusted as all of an event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Absent:
    """A value that was left out: ``reason`` in words for a reader."""

    reason: str


@dataclass(frozen=True, slots=True)
class Beginning:
    """The beginning of a longer text or of longer bytes."""

    value: str | bytes


@dataclass(frozen=True, slots=True)
class Ref:
    """An object by its number; the same number is the same object."""

    number: int


@dataclass(frozen=True, slots=True)
class Named:
    """A ``class``, ``function``, ``module`` or ``member`` of an enumeration, by dotted name."""

    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Made:
    """What calling ``name`` gives: an instant, a decimal, a path."""

    name: str
    arguments: tuple[Typed, ...] = ()
    keywords: tuple[tuple[str, Typed], ...] = ()


@dataclass(frozen=True, slots=True)
class Held:
    """A container. ``kind`` is its builtin class; a dict's ``items`` are pairs."""

    kind: str
    items: tuple[Typed, ...] = ()
    pairs: tuple[tuple[Typed, Typed], ...] = ()
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Thing:
    """An object of class ``name``, dotted.

    ``content`` is what it holds as an object of a builtin class that its own derives from. ``own_new`` and ``own_set``: the
    class defines ``__new__``, or guards the setting of attributes. ``fields`` are those of a named tuple.
    """

    name: str
    attributes: Mapping[str, Typed] = field(default_factory=dict)
    content: Held | Typed = None
    builtin: str = ""
    own_new: bool = False
    own_set: bool = False
    native: bool = False
    complete: bool = True
    fields: tuple[str, ...] = ()


Typed: TypeAlias = "bool | int | float | complex | str | bytes | Absent | Beginning | Ref | Named | Made | None"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """``frames`` maps (exception, frame), both counted from the last, which is 1, to variables; ``objects`` numbers to what
    they are. Variables show the state when the exception was caught."""

    frames: Mapping[tuple[int, int], Mapping[str, Typed]]
    objects: Mapping[int, Held | Thing]

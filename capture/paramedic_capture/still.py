"""Looking at objects while they hold still: no line of theirs runs.

Their classes may override ``__getattribute__``, ``__class__``, ``__dict__``, ``__iter__`` and the rest; what is asked here are
the slots of the interpreter below that, which no class can replace.
"""

from __future__ import annotations

import types
from typing import Any

_order = type.__dict__["__mro__"].__get__
_space = type.__dict__["__dict__"].__get__
_qualname = type.__dict__["__qualname__"].__get__
_module = type.__dict__["__module__"].__get__
_HOLDERS = (types.GetSetDescriptorType, types.MemberDescriptorType)


def order(kind: type) -> tuple[type, ...]:
    """The classes that ``kind`` is looked up in, as the interpreter holds them."""
    found: tuple[type, ...] = _order(kind)
    return found


def found_in(kind: type, name: str) -> tuple[type | None, Any]:
    """The first class of the order that defines ``name``, and what it defines; nothing is bound or called."""
    for parent in order(kind):
        space = _space(parent)
        if name in space:
            return parent, space[name]
    return None, None


def native(kind: type) -> bool:
    """Whether no class of the order keeps attributes: such an object is more than can be seen from here."""
    return not any("__dict__" in space or "__slots__" in space for space in map(_space, order(kind)))


def plain(text: object) -> str | None:
    """``text`` as an exact ``str``, None when it is something else."""
    return str.__str__(text) if issubclass(type(text), str) else None


def class_name(kind: type) -> str:
    """``module:Outer.Inner``."""
    return f"{plain(_module(kind)) or '?'}:{plain(_qualname(kind)) or '?'}"


def attributes(value: object) -> dict[str, Any]:
    """What an object holds in its slots and its dictionary; never a property, never a class's own attribute."""
    found: dict[str, Any] = {}
    holder: Any = None
    for kind in order(type(value)):
        space = _space(kind)
        if holder is None and "__dict__" in space:
            holder = space["__dict__"]
        if "__slots__" in space:
            found.update(_slots(value, space))
    if type(holder) in _HOLDERS:
        held = holder.__get__(value)
        found.update((name, item) for name, item in list(dict.items(held)) if type(name) is str)
    return found


def _slots(value: object, space: Any) -> dict[str, Any]:
    found = {}
    for name, item in list(space.items()):
        if type(item) is types.MemberDescriptorType:
            try:
                found[name] = item.__get__(value)
            except AttributeError:
                continue
    return found

"""Values that are written where they stand: nothing in them can be shared, changed or go round in a circle.

A JSON scalar stands for itself; everything else is a list whose first item says what it is.
"""

from __future__ import annotations

import base64
import datetime
import decimal
import enum
import fractions
import functools
import io
import ipaddress
import math
import pathlib
import re
import types
import uuid
from typing import Any, Callable, NamedTuple

from paramedic_capture import still

_EXACT = 2**53
_BITS = 4_096


def number(value: int) -> Any:
    if -_EXACT < value < _EXACT:
        return value
    return ["int", int.__format__(value, "x")] if int.bit_length(value) <= _BITS else ["cut"]


def fraction(value: float) -> Any:
    return value if math.isfinite(value) else ["float", float.__repr__(value)]


def octets(value: bytes, most: int) -> list[Any]:
    """The bytes, or their beginning and how many there are."""
    head = base64.b64encode(value[:most]).decode("ascii")
    return ["bytes", head] if len(value) <= most else ["bytes", head, len(value)]


class Call(NamedTuple):
    """A callable's ``module:name`` and what it is given, still as objects."""

    name: str
    arguments: tuple[Any, ...]
    keywords: dict[str, Any]


def _timezone(value: datetime.timezone) -> Call:
    return _made(value, *value.__getinitargs__())  # type: ignore[attr-defined]


def _fields(*names: str) -> Callable[[Any], Call]:
    return lambda value: _made(value, *(getattr(value, name) for name in names))


def _texts(value: object) -> Call:
    return _made(value, type(value).__str__(value))


def _made(value: object, *arguments: object) -> Call:
    return Call(still.class_name(type(value)), arguments, {})


_DATE = ("year", "month", "day")
_TIME = ("hour", "minute", "second", "microsecond", "tzinfo")
CALLS: dict[type, Callable[[Any], Call]] = {
    decimal.Decimal: _texts,
    uuid.UUID: _texts,
    fractions.Fraction: _fields("numerator", "denominator"),
    complex: _fields("real", "imag"),
    datetime.date: _fields(*_DATE),
    datetime.time: _fields(*_TIME),
    datetime.datetime: _fields(*_DATE, *_TIME),
    datetime.timedelta: _fields("days", "seconds", "microseconds"),
    datetime.timezone: _timezone,
    range: _fields("start", "stop", "step"),
    slice: _fields("start", "stop", "step"),
    functools.partial: lambda value: Call("functools:partial", (value.func, *value.args), value.keywords),
    re.Pattern: lambda value: Call("re:compile", (value.pattern, int(value.flags)), {}),
    io.StringIO: lambda value: Call("io:StringIO", (value.getvalue(),), {}),
    io.BytesIO: lambda value: Call("io:BytesIO", (value.getvalue(),), {}),
    **dict.fromkeys((pathlib.PurePosixPath, pathlib.PureWindowsPath, pathlib.PosixPath, pathlib.WindowsPath), _texts),
    **dict.fromkeys((ipaddress.IPv4Address, ipaddress.IPv6Address, ipaddress.IPv4Network, ipaddress.IPv6Network), _texts),
}  # fmt: skip
"""Exact classes of the interpreter and its library that are made anew by a call with what they hold. Their own methods are
called here, never those of a class derived from them."""


def named(value: Any) -> list[Any] | None:
    """Classes, functions, modules and members of enumerations: what is found again by its name."""
    kind = type(value)
    if issubclass(kind, type):
        return ["class", still.class_name(value)]
    if kind is types.FunctionType:
        return ["function", f"{still.plain(value.__module__) or '?'}:{still.plain(value.__qualname__) or '?'}"]
    if kind is types.BuiltinFunctionType and type(value.__self__) in (types.ModuleType, type(None)):
        return ["function", f"{still.plain(value.__module__) or 'builtins'}:{value.__qualname__}"]
    if kind is types.ModuleType:
        return ["module", still.plain(still.attributes(value).get("__name__")) or "?"]
    if issubclass(kind, enum.Enum):
        name = still.plain(still.attributes(value).get("_name_"))
        return ["member", still.class_name(kind), name] if name and "|" not in name else None
    if value is Ellipsis or value is NotImplemented:
        return ["constant", repr(value)]
    return None

"""Captured values as expressions. What cannot be told exactly is left to ``instances``."""

from __future__ import annotations

import builtins
import math
from collections.abc import Callable, Iterable

from paramedic.reproduction.captured import (
    Constructed,
    Instance,
    Items,
    Kept,
    Literal,
    Matched,
    Member,
    Opened,
    Pairs,
    Reference,
    Unknown,
    Value,
)  # fmt: skip
from paramedic.reproduction.code import Code, Import, joined
from paramedic.reproduction.names import Names
from paramedic.reproduction.rebuilt import Rebuilder

_FACTORIES: dict[str, Code] = {
    "io.BytesIO": Code("io.BytesIO()", frozenset((Import("io"),)), invented=True),
    "io.StringIO": Code("io.StringIO()", frozenset((Import("io"),)), invented=True),
    "io.BufferedReader": Code("io.BufferedReader(io.BytesIO())", frozenset((Import("io"),)), invented=True),
    "io.TextIOWrapper": Code("io.TextIOWrapper(io.BytesIO())", frozenset((Import("io"),)), invented=True),
    "list_iterator": Code("iter([])", invented=True),
    "tuple_iterator": Code("iter(())", invented=True),
    "generator": Code("iter([])", invented=True),
    "object": Code("object()"),
    "threading.Lock": Code("threading.Lock()", frozenset((Import("threading"),))),
    "unlocked": Code("threading.Lock()", frozenset((Import("threading"),))),
}
_ALIASES = {
    "_io.BytesIO": "io.BytesIO",
    "_io.StringIO": "io.StringIO",
    "_io.BufferedReader": "io.BufferedReader",
    "_io.TextIOWrapper": "io.TextIOWrapper",
}
_PLACES = {
    "argparse": "Namespace", "collections": "OrderedDict defaultdict Counter deque ChainMap", "decimal": "Decimal",
    "fractions": "Fraction", "functools": "partial", "io": "StringIO BytesIO", "types": "mappingproxy namespace",
    "ipaddress": "IPv4Address IPv6Address IPv4Network IPv6Network", "urllib.parse": "ParseResult SplitResult", "uuid": "UUID",
    "pathlib": "PosixPath PurePosixPath WindowsPath PureWindowsPath Path", "zoneinfo": "ZoneInfo",
}  # fmt: skip
_KNOWN_CALLS = {name: module for module, names in _PLACES.items() for name in names.split()}
_RENAMED = {
    "PosixPath": "Path",
    "WindowsPath": "PureWindowsPath",
    "mappingproxy": "MappingProxyType",
    "namespace": "SimpleNamespace",
}
_QUALIFIED = ("datetime.", "decimal.", "uuid.", "re.", "collections.", "fractions.", "zoneinfo.", "pathlib.", "functools.")
_PLAIN_CALLS = {"bytearray", "range", "slice", "complex", "list", "tuple", "dict", "set", "frozenset", "iter"}
_ERRORS = {name for name, item in vars(builtins).items() if isinstance(item, type) and issubclass(item, BaseException)}


class Recipes:
    """Turns values into expressions as seen from one module (``path`` None: from nowhere in the repository)."""

    def __init__(self, names: Names, rebuilder: Rebuilder | None = None) -> None:
        self._names = names
        self._rebuilder = rebuilder
        self._by_kind: dict[type, Callable[..., Code | None]] = {
            Literal: self._literal, Items: self._items, Pairs: self._pairs, Constructed: self._constructed,
            Instance: self._instance, Reference: self._reference, Member: self._member, Opened: self._opened,
            Matched: self._matched, Kept: self._kept, Unknown: self._unknown,
        }  # fmt: skip

    def express(self, value: Value, path: str | None = None) -> Code | None:
        """An expression that gives the value anew, None when it cannot be told from its repr."""
        return self._by_kind[type(value)](value, path)

    def _literal(self, value: Literal, _path: str | None) -> Code | None:
        plain = value.value
        if isinstance(plain, float) and not math.isfinite(plain):
            return Code(f"float({str(plain)!r})")
        return Code(repr(plain), invented=not value.complete)

    def _items(self, value: Items, path: str | None) -> Code | None:
        parts = self._all(value.items, path)
        if parts is None:
            return None
        inside = ", ".join(part.text for part in parts)
        if value.kind == "tuple":
            text = f"({inside},)" if len(parts) == 1 else f"({inside})"
        elif value.kind == "set":
            text = f"{{{inside}}}" if parts else "set()"
        elif value.kind == "frozenset":
            text = f"frozenset([{inside}])"
        else:
            text = f"[{inside}]"
        return joined(parts, text)

    def _all(self, values: Iterable[Value], path: str | None) -> list[Code] | None:
        parts = [self.express(item, path) for item in values]
        known = [part for part in parts if part is not None]
        return known if len(known) == len(parts) else None

    def _pairs(self, value: Pairs, path: str | None) -> Code | None:
        keys = self._all((key for key, _ in value.items), path)
        items = self._all((item for _, item in value.items), path)
        if keys is None or items is None:
            return None
        inside = ", ".join(f"{key.text}: {item.text}" for key, item in zip(keys, items, strict=True))
        return joined([*keys, *items], f"{{{inside}}}")

    def _constructed(self, value: Constructed, path: str | None) -> Code | None:
        callee = self._callee(value.name, path)
        arguments = self._all(value.arguments, path)
        keywords = self._all((item for _, item in value.keywords), path)
        if callee is None or arguments is None or keywords is None:
            return None
        named = [f"{name}={item.text}" for (name, _), item in zip(value.keywords, keywords, strict=True)]
        inside = ", ".join([*(item.text for item in arguments), *named])
        return joined([callee, *arguments, *keywords], f"{callee.text}({inside})")

    def _callee(self, name: str, path: str | None) -> Code | None:
        if name in _PLAIN_CALLS or name in _ERRORS:
            return Code(name)
        own = None if name in _KNOWN_CALLS else self._names.near(name, path) if "." not in name else self._names.dotted(name)
        if own is not None and not hasattr(builtins, own.text):
            return own
        if name in _KNOWN_CALLS:
            module, plain = _KNOWN_CALLS[name], _RENAMED.get(name, name)
            return Code(plain, frozenset((Import(module, plain),)))
        if name.startswith(_QUALIFIED):
            root = name.split(".", maxsplit=1)[0]
            return Code(name, frozenset((Import(root),)))
        return None

    def _instance(self, value: Instance, _path: str | None) -> Code | None:
        return _FACTORIES.get(_ALIASES.get(value.name, value.name))

    def _reference(self, value: Reference, path: str | None) -> Code | None:
        if value.kind == "type" or "<" in value.name:
            return None
        plain = value.name.removeprefix("builtins.")
        if value.kind == "class" and hasattr(builtins, plain):
            return Code("type(None)" if plain == "NoneType" else plain)
        if value.kind == "module":
            return Code(value.name, frozenset((Import(value.name),))) if self._names.module(value.name) else None
        return self._names.dotted(value.name) if "." in value.name else self._names.near(value.name, path)

    def _member(self, value: Member, path: str | None) -> Code | None:
        owner = value.enumeration
        if owner == "re":
            return Code(f"re.{value.name}", frozenset((Import("re"),)))
        known = self._names.dotted(owner) if "." in owner else self._names.near(owner, path)
        return known.inside(f"{known.text}.{value.name}") if known else None

    def _opened(self, value: Opened, _path: str | None) -> Code | None:
        return _FACTORIES["io.BytesIO" if "b" in value.mode else "io.StringIO"]

    def _matched(self, value: Matched, _path: str | None) -> Code | None:
        padding = " " * min(value.start, 200)
        text = f"re.compile(re.escape({value.text!r})).search({padding + value.text!r})"
        return Code(text, frozenset((Import("re"),)), invented=True)

    def _kept(self, value: Kept, path: str | None) -> Code | None:
        return self._rebuilder.code(value, lambda inner: self.express(inner, path)) if self._rebuilder else None

    def _unknown(self, _value: Unknown, _path: str | None) -> Code | None:
        return None

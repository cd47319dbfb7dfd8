"""The snapshot that the capture integration writes into an event's contexts: short JSON texts, each readable alone.

Hostile as the rest of an event: what is not of the known form is passed over with a note, and nothing grows beyond what was
sent.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from paramedic.integrations.sentry.wire import Node
from paramedic.model.event import ExceptionValue
from paramedic.model.snapshot import Absent, Beginning, Held, Made, Named, Ref, Snapshot, Thing, Typed

VERSION = 1
_CONTEXT = re.compile(r"paramedic(?:_\d{1,2})?")
_NAME = re.compile(r"[^\W\d]\w*|<\w+>")
_MOST_ENTRIES = 3_000
_LONGEST = 16_000
_DEEPEST = 24
_CONTAINERS = frozenset(("dict", "list", "tuple", "set", "frozenset", "deque"))
_LEAVES = frozenset(("str", "bytes", "int", "float"))


class _Odd(ValueError):
    """An entry is not of the known form."""


def own_context(name: str) -> bool:
    """Whether a context of this name is a part of a snapshot."""
    return _CONTEXT.fullmatch(name) is not None


def read_snapshot(event: Node, exceptions: tuple[ExceptionValue, ...]) -> Snapshot | None:
    """The snapshot of an event; None when there is none that can be read."""
    contexts = event.raw.get("contexts")
    if not isinstance(contexts, dict) or not isinstance(contexts.get("paramedic"), dict):
        return None
    if contexts["paramedic"].get("version") != VERSION:
        event.notes.add("contexts.paramedic: a snapshot of an unknown version; not read")
        return None
    frames: dict[tuple[int, int], dict[str, Typed]] = {}
    objects: dict[int, Held | Thing] = {}
    odd = 0
    for text in _entries(contexts):
        try:
            _read(_parsed(text), exceptions, frames, objects)
        except (ValueError, LookupError, RecursionError):
            odd += 1
    if odd:
        event.notes.add(f"contexts.paramedic: {odd} entries of the snapshot could not be read")
    return Snapshot(frames, objects)


def _entries(contexts: Mapping[str, Any]) -> Iterator[str]:
    names = sorted((name for name in contexts if own_context(name)), key=lambda name: (len(name), name))
    texts = (text for name in names if isinstance(contexts[name], dict) for key, text in contexts[name].items() if key[:1] == "e")
    for _, text in zip(range(_MOST_ENTRIES), texts, strict=False):
        if isinstance(text, str):
            yield text


def _parsed(text: str) -> list[Any]:
    if len(text) > _LONGEST:
        raise _Odd
    entry = json.loads(text, parse_constant=_constant)
    if not isinstance(entry, list) or len(entry) < 2:
        raise _Odd
    return entry


def _constant(name: str) -> float:
    raise _Odd(name)


def _read(
    entry: list[Any],
    exceptions: tuple[ExceptionValue, ...],
    frames: dict[tuple[int, int], dict[str, Typed]],
    objects: dict[int, Held | Thing],
) -> None:
    if entry[0] == "frame":
        _kind, exception, frame, function, line, variables = _of_length(entry, 6)
        place = _integer(exception), _integer(frame)
        if not _fits(exceptions, place, function, line):
            raise _Odd
        frames.setdefault(place, {}).update(_named(variables, 0))
    else:
        objects.setdefault(_integer(entry[0]), _object(entry[1:]))


def _fits(exceptions: tuple[ExceptionValue, ...], place: tuple[int, int], function: object, line: object) -> bool:
    """Whether the frame at ``place`` is the one that the entry speaks of."""
    exception, frame = place
    if not 1 <= exception <= len(exceptions) or not 1 <= frame <= len(exceptions[-exception].frames):
        return False
    shown = exceptions[-exception].frames[-frame]
    return (shown.function, shown.lineno) == (function, line)


def _object(entry: list[Any]) -> Held | Thing:
    kind = _text(entry[0])
    if kind in _CONTAINERS:
        return _held(entry, 0)
    if kind != "object":
        raise _Odd
    _kind, name, attributes, about = _of_length(entry, 4)
    if not isinstance(about, dict):
        raise _Odd
    content = about.get("content")
    return Thing(
        name=_dotted(name),
        attributes=_named(attributes, 0),
        content=_content(content) if content is not None else None,
        builtin=_text(content[0]) if isinstance(content, list) and content else "",
        own_new=about.get("new") is True,
        own_set=about.get("set") is True,
        native=about.get("native") is True,
        complete="cut" not in about,
        fields=tuple(_text(name) for name in _list(about.get("fields", []))),
    )


def _content(entry: Any) -> Held | Typed:
    kind = _text(_list(entry)[0]) if entry else ""
    if kind in _CONTAINERS:
        return _held(entry, 0)
    if kind == "error":
        return Held("tuple", _all(_of_length(entry, 2)[1], 1))
    if kind in _LEAVES:
        return _typed(_of_length(entry, 2)[1], 1)
    raise _Odd


def _held(entry: list[Any], depth: int) -> Held:
    if len(entry) not in (2, 3):
        raise _Odd
    kind, complete = _text(entry[0]), len(entry) == 2
    if kind == "dict":
        pairs = [_of_length(_list(pair), 2) for pair in _list(entry[1])]
        return Held(
            kind, pairs=tuple((_typed(key, depth + 1), _typed(item, depth + 1)) for key, item in pairs), complete=complete
        )
    return Held(kind, _all(entry[1], depth), complete=complete)


def _all(items: Any, depth: int) -> tuple[Typed, ...]:
    return tuple(_typed(item, depth + 1) for item in _list(items))


def _named(variables: Any, depth: int) -> dict[str, Typed]:
    if not isinstance(variables, dict):
        raise _Odd
    return {name[:200]: _typed(value, depth + 1) for name, value in variables.items()}


def _typed(value: Any, depth: int) -> Typed:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if not isinstance(value, list) or not value or depth > _DEEPEST:
        raise _Odd
    reader = _READERS.get(_text(value[0]))
    if reader is None:
        raise _Odd
    return reader(value[1:], depth)


def _made(rest: list[Any], depth: int) -> Made:
    if len(rest) not in (2, 3):
        raise _Odd
    keywords = _named(rest[2], depth) if len(rest) == 3 else {}
    return Made(_dotted(rest[0]), _all(rest[1], depth), tuple(keywords.items()))


def _bytes(rest: list[Any], _depth: int) -> bytes | Beginning:
    value = base64.b64decode(_text(rest[0]), validate=True)
    return value if len(rest) == 1 else Beginning(value)


def _member(rest: list[Any], _depth: int) -> Named:
    owner, name = _of_length(rest, 2)
    return Named("member", f"{_dotted(owner)}.{_identifier(name)}")


_READERS: dict[str, Callable[[list[Any], int], Typed]] = {
    "@": lambda rest, _: Ref(_integer(rest[0])),
    "int": lambda rest, _: int(_text(rest[0])[:2_000], 16),
    "float": lambda rest, _: {"inf": float("inf"), "-inf": float("-inf"), "nan": float("nan")}[_text(rest[0])],
    "text": lambda rest, _: Beginning(_text(rest[0])),
    "bytes": _bytes,
    "filtered": lambda _rest, _: Absent("filtered before it was sent"),
    "cut": lambda _rest, _: Absent("left out of the snapshot, which was full"),
    "member": _member,
    "call": _made,
    "class": lambda rest, _: Named("class", _dotted(rest[0])),
    "function": lambda rest, _: Named("function", _dotted(rest[0])),
    "module": lambda rest, _: Named("module", _dotted(rest[0])),
    "constant": lambda rest, _: Named("constant", _dotted(rest[0])),
}  # fmt: skip


def _dotted(value: Any) -> str:
    """``module:Outer.Inner`` as a dotted name; any other text is not a name."""
    text = _text(value)
    if len(text) > 400 or not all(_NAME.fullmatch(part) for part in re.split("[.:]", text)):
        raise _Odd
    return text.replace(":", ".", 1)


def _identifier(value: Any) -> str:
    if not _text(value).isidentifier():
        raise _Odd
    return str(value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise _Odd
    return value


def _integer(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 100_000:
        raise _Odd
    return value


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise _Odd
    return value


def _of_length(value: list[Any], length: int) -> list[Any]:
    if len(value) != length:
        raise _Odd
    return value

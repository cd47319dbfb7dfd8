"""Reading values of unknown shape. What is not as expected is noted with its path, never raised."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from paramedic.model.event import Captured

MOST_NOTES = 30
LONGEST_TEXT = 8192
DEEPEST = 12
MOST_ENTRIES = 200
_KINDS = {dict: "an object", list: "a list", str: "a text", bool: "true or false", int: "a number", float: "a number"}


def kind_of(value: object) -> str:
    return "null" if value is None else _KINDS.get(type(value), type(value).__name__)


@dataclass(slots=True)
class Notes:
    """What could not be read, bounded."""

    lines: list[str] = field(default_factory=list)

    def expected(self, path: str, what: str, value: object) -> None:
        self.add(f"{path}: expected {what}, got {kind_of(value)}")

    def add(self, line: str) -> None:
        if len(self.lines) < MOST_NOTES and line not in self.lines:
            self.lines.append(line)


@dataclass(frozen=True, slots=True)
class Node:
    """An object somewhere in an event, with its path for notes."""

    raw: Mapping[str, Any]
    path: str
    notes: Notes

    def child(self, key: str) -> Node:
        """The object under ``key``; an empty one when it is absent or something else."""
        value = self.raw.get(key)
        where = self._at(key)
        if value is not None and not isinstance(value, dict):
            self.notes.expected(where, "an object", value)
        return Node(value if isinstance(value, dict) else {}, where, self.notes)

    def text(self, *keys: str, limit: int = LONGEST_TEXT) -> str | None:
        """The first of ``keys`` with a text; a number is taken as its digits."""
        for key in keys:
            value = self.raw.get(key)
            if value is None or value == "":
                continue
            if isinstance(value, str):
                return clean(value, limit)
            if isinstance(value, int | float) and not isinstance(value, bool):
                return as_text(value, limit)
            self.notes.expected(self._at(key), "a text", value)
        return None

    def number(self, *keys: str) -> int | None:
        """The first of ``keys`` with a whole number of sane size."""
        for key in keys:
            value = self.raw.get(key)
            if value is None:
                continue
            if isinstance(value, str) and value.isdecimal() and len(value) < 12:
                return int(value)
            if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 2**31:
                return int(value)
            self.notes.expected(self._at(key), "a number", value)
        return None

    def flag(self, *keys: str) -> bool | None:
        for key in keys:
            value = self.raw.get(key)
            if isinstance(value, bool):
                return value
            if value is not None:
                self.notes.expected(self._at(key), "true or false", value)
        return None

    def moment(self, *keys: str) -> datetime | None:
        for key in keys:
            value = self.raw.get(key)
            if value is None:
                continue
            moment = read_moment(value)
            if moment is not None:
                return moment
            self.notes.expected(self._at(key), "a time", value)
        return None

    def items(self, key: str, limit: int) -> Iterator[tuple[int, Any]]:
        """The entries of a list, which may be wrapped as ``{"values": […]}``, or be a single object. Nulls are passed over."""
        value = self.raw.get(key)
        if isinstance(value, dict):
            value = value.get("values", [value] if value else [])
        if value is None:
            return
        if not isinstance(value, list):
            self.notes.expected(self._at(key), "a list", value)
            return
        if len(value) > limit:
            self.notes.add(f"{self._at(key)}: {len(value)} entries, the last {limit} were read")
        first = max(0, len(value) - limit)
        for index, entry in enumerate(value[first:], first):
            if entry is not None:
                yield index, entry

    def nodes(self, key: str, limit: int) -> Iterator[Node]:
        """The objects of such a list; entries of other kinds are noted."""
        for index, entry in self.items(key, limit):
            where = f"{self._at(key)}[{index}]"
            if isinstance(entry, dict):
                yield Node(entry, where, self.notes)
            else:
                self.notes.expected(where, "an object", entry)

    def captured(self, key: str) -> Captured:
        return captured(self.raw.get(key))

    def captures(self, key: str) -> dict[str, Captured]:
        value = captured(self.child(key).raw)
        return value if isinstance(value, dict) else {}

    def _at(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key


def clean(text: str, limit: int = LONGEST_TEXT) -> str:
    """Without lone surrogates and NULs, which no database takes, and cut to ``limit``."""
    if len(text) > limit:
        text = text[:limit]
    if not text.isascii():
        text = text.encode("utf-8", "replace").decode("utf-8")
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}") if "\0" in text else text


def as_text(value: object, limit: int = LONGEST_TEXT) -> str:
    """Any JSON as text, cut to ``limit``; an ellipsis for what Python itself refuses to write out."""
    try:
        return clean(str(value), limit)
    except (ValueError, RecursionError):
        # Whole numbers of thousands of digits, and nesting deeper than the stack.
        return "…"


def captured(value: object, depth: int = 0) -> Captured:
    """Any JSON, bounded in depth and breadth."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, int) and abs(value) >= 2**64:
        # No JSON writer takes it as a number.
        return as_text(value)
    if value is None or isinstance(value, bool | int | float):
        return value
    if depth >= DEEPEST:
        return "…"
    if isinstance(value, list):
        return [captured(item, depth + 1) for item in value[:MOST_ENTRIES]]
    if isinstance(value, dict):
        entries = list(value.items())[:MOST_ENTRIES]
        return {clean(str(key), 200): captured(item, depth + 1) for key, item in entries}
    return as_text(value)


def read_moment(value: object) -> datetime | None:
    """An aware UTC time from epoch seconds or ISO 8601; without a zone it is taken as UTC."""
    try:
        if isinstance(value, bool):
            return None
        if isinstance(value, int | float):
            return datetime.fromtimestamp(value, UTC)
        if isinstance(value, str):
            moment = datetime.fromisoformat(value.strip())
            return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return None

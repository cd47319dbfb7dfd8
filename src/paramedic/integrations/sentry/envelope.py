"""Sentry envelopes: a header line, then items of a header line and a payload.

Format: Sentry's developer documentation, "Envelopes". An item's ``length`` is in bytes; without it the payload ends at the
next newline.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from paramedic.integrations.sentry.wire import clean
from paramedic.model.errors import BadInput

MOST_ITEMS = 200


@dataclass(frozen=True, slots=True)
class Item:
    """One item. ``payload`` is as it came; ``type`` is "" when the header does not say it."""

    type: str
    payload: bytes


@dataclass(frozen=True, slots=True)
class Envelope:
    """``event_id`` and ``dsn`` are what the header says, None where it does not."""

    items: tuple[Item, ...]
    event_id: str | None = None
    dsn: str | None = None


def parse_envelope(body: bytes) -> Envelope:
    """Raises ``BadInput`` with the byte where the format is broken. Items of any type are kept."""
    line, position = _line(body, 0)
    header = _header(line, 0, "envelope header")
    items: list[Item] = []
    while position < len(body):
        line, after = _line(body, position)
        if not line.strip():
            position = after
            continue
        if len(items) == MOST_ITEMS:
            raise BadInput(f"The envelope holds more than {MOST_ITEMS} items.")
        item = _header(line, position, "item header")
        payload, position = _payload(body, after, item.get("length"))
        items.append(Item(_text(item.get("type")) or "", payload))
    return Envelope(tuple(items), _text(header.get("event_id")), _text(header.get("dsn")))


def _line(body: bytes, start: int) -> tuple[bytes, int]:
    end = body.find(b"\n", start)
    return (body[start:], len(body)) if end < 0 else (body[start:end], end + 1)


def _header(line: bytes, offset: int, what: str) -> Mapping[str, Any]:
    try:
        header = json.loads(line)
    except UnicodeDecodeError as error:
        raise BadInput(f"The {what} at byte {offset} is not UTF-8.") from error
    except (ValueError, RecursionError) as error:
        # A ValueError that is no JSONDecodeError: a whole number with more digits than Python takes.
        where = offset + (error.pos if isinstance(error, json.JSONDecodeError) else 0)
        raise BadInput(f"The {what} is not valid JSON at byte {where}.") from error
    if not isinstance(header, dict):
        raise BadInput(f"The {what} at byte {offset} is not an object.")
    return header


def _payload(body: bytes, start: int, length: object) -> tuple[bytes, int]:
    if length is None:
        return _line(body, start)
    if not isinstance(length, int) or isinstance(length, bool) or length < 0:
        raise BadInput(f"The item before byte {start} has a length that is not a number of bytes.")
    end = start + length
    if end > len(body):
        raise BadInput(f"The item at byte {start} claims {length} bytes, but only {len(body) - start} follow.")
    if end < len(body) and body[end : end + 1] != b"\n":
        raise BadInput(f"The item at byte {start} does not end with a newline after its {length} bytes.")
    return body[start:end], end + 1


def _text(value: object) -> str | None:
    return clean(value) if isinstance(value, str) else None

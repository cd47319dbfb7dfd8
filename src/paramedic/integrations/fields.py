"""Fields of documents that somebody else wrote, and may have written wrong on purpose. Nothing here raises."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

_NOTHING: Mapping[str, Any] = {}


def mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else _NOTHING


def rows(value: object) -> list[Mapping[str, Any]]:
    """The objects in a list."""
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def text(value: object, limit: int) -> str:
    """Cut to ``limit``, without lone surrogates and NULs, which no database takes; "" for what is no text."""
    if not isinstance(value, str):
        return ""
    return value[:limit].encode("utf-8", "replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}")


def number(value: object) -> int | None:
    """A count or an id that a database takes; ``True`` is none."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31 else None


def name(value: object) -> str:
    """An id of any size as text."""
    return str(value)[:60] if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**50 else text(value, 60)


def moment(value: object) -> datetime | None:
    """ISO 8601, and ``2026-01-02 03:04:05 UTC``, which GitLab's webhooks say."""
    if not isinstance(value, str) or len(value) > 40:
        return None
    try:
        read = datetime.fromisoformat(value.removesuffix(" UTC"))
        return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except (ValueError, OverflowError):
        return None

"""The audit log: who did what, on what, from where, and what came of it. Rows are added, and never changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa

from paramedic.store.moments import aware
from paramedic.store.schema import audit_log

_LENGTHS = {"who": 200, "way": 20, "address": 64, "action": 80, "target": 300, "outcome": 20, "detail": 1000}


@dataclass(frozen=True, slots=True)
class Entry:
    """``way`` is dashboard, API, command line, chat or the like; ``outcome`` is done, refused or failed."""

    who: str
    way: str
    action: str
    target: str = ""
    address: str = ""
    outcome: str = "done"
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Recorded:
    id: int
    at: datetime
    entry: Entry


def record(connection: sa.Connection, entry: Entry) -> None:
    """Never fails for what is in it: whatever cannot be kept is left out."""
    values = {name: getattr(entry, name).replace("\0", "")[:length] for name, length in _LENGTHS.items()}
    kept = {name: value.encode("utf-8", "replace").decode() for name, value in values.items()}
    connection.execute(sa.insert(audit_log).values(at=datetime.now(UTC), **kept))


def page(
    connection: sa.Connection, *, text: str | None = None, before: int | None = None, limit: int = 50
) -> tuple[Recorded, ...]:
    """The newest first, from before number ``before``; ``text`` is looked for in who, action, target, address and outcome."""
    query = sa.select(audit_log).order_by(audit_log.c.id.desc()).limit(limit)
    if before is not None:
        query = query.where(audit_log.c.id < before)
    if text:
        searched = (audit_log.c[name] for name in ("who", "action", "target", "address", "outcome", "way"))
        query = query.where(sa.or_(*(column.icontains(text, autoescape=True) for column in searched)))
    return tuple(_recorded(row) for row in connection.execute(query).mappings())


def _recorded(row: sa.RowMapping) -> Recorded:
    return Recorded(row["id"], aware(row["at"]), Entry(**{name: row[name] for name in _LENGTHS}))

"""Knowledge with all its versions. A removed note keeps its versions, since sessions refer to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from uuid import uuid4

import sqlalchemy as sa

from paramedic.model.errors import BadInput
from paramedic.model.library import Note
from paramedic.store.moments import aware
from paramedic.store.schema import knowledge, knowledge_versions


@dataclass(frozen=True, slots=True)
class Draft:
    """What a version says."""

    name: str
    trigger: str
    body: str
    pinned_to: str | None = None
    folder: str | None = None
    enabled: bool = True


def create(connection: sa.Connection, org_id: str, draft: Draft, author: str) -> Note:
    note_id = f"note-{uuid4().hex}"
    row = {"id": note_id, "org_id": org_id, "version": 1, "created_at": _now(), "created_by": author}
    connection.execute(sa.insert(knowledge).values(row))
    _add_version(connection, note_id, 1, draft, author)
    return read(connection, org_id, note_id)


def edit(connection: sa.Connection, org_id: str, note_id: str, draft: Draft, author: str) -> Note:
    """The next version; a draft that says what stands adds none."""
    before = read(connection, org_id, note_id, lock=True)
    if draft == Draft(before.name, before.trigger, before.body, before.pinned_to, before.folder, before.enabled):
        return before
    connection.execute(sa.update(knowledge).where(knowledge.c.id == note_id).values(version=before.version + 1))
    _add_version(connection, note_id, before.version + 1, draft, author)
    return read(connection, org_id, note_id)


def remove(connection: sa.Connection, org_id: str, note_id: str) -> Note:
    gone = read(connection, org_id, note_id)
    connection.execute(sa.update(knowledge).where(knowledge.c.id == note_id).values(removed_at=_now()))
    return gone


def read(connection: sa.Connection, org_id: str, note_id: str, *, lock: bool = False) -> Note:
    """Raises ``BadInput`` when the organisation has no such note."""
    query = _current(org_id).where(knowledge.c.id == note_id)
    row = connection.execute(query.with_for_update(of=knowledge) if lock else query).mappings().first()
    if row is None:
        raise BadInput(f"There is no knowledge {note_id[:200]!r}.", remedy="See `paramedic knowledge list`.")
    return _note(row)


def read_many(connection: sa.Connection, org_id: str, note_ids: Sequence[str]) -> tuple[Note, ...]:
    """Those of them that there are."""
    rows = connection.execute(_current(org_id).where(knowledge.c.id.in_(note_ids))).mappings()
    return tuple(_note(row) for row in rows)


def pinned(connection: sa.Connection, org_id: str) -> tuple[Note, ...]:
    rows = connection.execute(_current(org_id).where(knowledge_versions.c.pinned_to.is_not(None))).mappings()
    return tuple(_note(row) for row in rows)


def listed(connection: sa.Connection, org_id: str) -> tuple[Note, ...]:
    """By name."""
    rows = connection.execute(_current(org_id).order_by(knowledge_versions.c.name, knowledge.c.id)).mappings()
    return tuple(_note(row) for row in rows)


def versions(connection: sa.Connection, note_id: str) -> tuple[Note, ...]:
    """All versions, the oldest first, those of a removed note too."""
    query = _joined(knowledge.c.id == knowledge_versions.c.knowledge_id).where(knowledge.c.id == note_id)
    return tuple(_note(row) for row in connection.execute(query.order_by(knowledge_versions.c.version)).mappings())


def _joined(condition: sa.ColumnElement[bool]) -> sa.Select[tuple[object, ...]]:
    version = knowledge_versions.c
    return sa.select(
        knowledge.c.id, knowledge.c.org_id, knowledge.c.created_at, knowledge.c.created_by,
        version.version, version.name, version.trigger, version.body, version.pinned_to, version.folder, version.enabled,
        version.at.label("updated_at"), version.author.label("updated_by"),
    ).select_from(knowledge.join(knowledge_versions, condition))  # fmt: skip


def _current(org_id: str) -> sa.Select[tuple[object, ...]]:
    stands = sa.and_(knowledge.c.id == knowledge_versions.c.knowledge_id, knowledge.c.version == knowledge_versions.c.version)
    return _joined(stands).where(knowledge.c.org_id == org_id, knowledge.c.removed_at.is_(None))


def _add_version(connection: sa.Connection, note_id: str, version: int, draft: Draft, author: str) -> None:
    row = {"knowledge_id": note_id, "version": version, "at": _now(), "author": author, **asdict(draft)}
    connection.execute(sa.insert(knowledge_versions).values(row))


def _note(row: sa.RowMapping) -> Note:
    return Note(**{**row, "created_at": aware(row["created_at"]), "updated_at": aware(row["updated_at"])})


def _now() -> datetime:
    return datetime.now(UTC)

"""Playbooks with all their versions. A removed one keeps its versions, since sessions refer to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

import sqlalchemy as sa

from paramedic.model.errors import BadInput
from paramedic.model.library import Playbook
from paramedic.store.moments import aware
from paramedic.store.schema import playbook_versions, playbooks

_LOCK = 0x9A2A3ED1D


@dataclass(frozen=True, slots=True)
class Draft:
    """What a version says; ``macro`` begins with an exclamation mark."""

    title: str
    body: str
    macro: str | None = None
    output_schema: Mapping[str, object] | None = None


def create(connection: sa.Connection, org_id: str, draft: Draft, author: str) -> Playbook:
    """Raises ``BadInput`` when another playbook has the macro."""
    _refuse_taken(connection, org_id, draft.macro, None)
    playbook_id = f"playbook-{uuid4().hex[:24]}"
    row = {"id": playbook_id, "org_id": org_id, "macro": draft.macro, "version": 1, "created_at": _now(), "created_by": author}
    connection.execute(sa.insert(playbooks).values(row))
    _add_version(connection, playbook_id, 1, draft, author)
    return read(connection, org_id, playbook_id)


def edit(connection: sa.Connection, org_id: str, playbook_id: str, draft: Draft, author: str) -> Playbook:
    """The next version; a draft that says what stands adds none."""
    before = read(connection, org_id, playbook_id, lock=True)
    if draft == Draft(before.title, before.body, before.macro, before.output_schema):
        return before
    _refuse_taken(connection, org_id, draft.macro, playbook_id)
    change = sa.update(playbooks).where(playbooks.c.id == playbook_id)
    connection.execute(change.values(version=before.version + 1, macro=draft.macro))
    _add_version(connection, playbook_id, before.version + 1, draft, author)
    return read(connection, org_id, playbook_id)


def remove(connection: sa.Connection, org_id: str, playbook_id: str) -> Playbook:
    """Take it away from lists and prompts; its macro is free again."""
    gone = read(connection, org_id, playbook_id)
    connection.execute(sa.update(playbooks).where(playbooks.c.id == playbook_id).values(removed_at=_now()))
    return gone


def read(connection: sa.Connection, org_id: str, name: str, *, lock: bool = False) -> Playbook:
    """By id or macro. Raises ``BadInput`` when the organisation has none of that name."""
    query = _current(org_id).where(sa.or_(playbooks.c.id == name, playbooks.c.macro == name))
    row = connection.execute(query.with_for_update(of=playbooks) if lock else query).mappings().first()
    if row is None:
        raise BadInput(f"There is no playbook {name[:200]!r}.", remedy="See `paramedic playbook list`.")
    return _playbook(row)


def find(connection: sa.Connection, org_id: str, macro: str) -> Playbook | None:
    row = connection.execute(_current(org_id).where(playbooks.c.macro == macro)).mappings().first()
    return _playbook(row) if row else None


def listed(connection: sa.Connection, org_id: str) -> tuple[Playbook, ...]:
    """By title."""
    rows = connection.execute(_current(org_id).order_by(playbook_versions.c.title, playbooks.c.id)).mappings()
    return tuple(_playbook(row) for row in rows)


def versions(connection: sa.Connection, playbook_id: str) -> tuple[Playbook, ...]:
    """All versions, the oldest first, those of a removed playbook too."""
    query = _joined(playbooks.c.id == playbook_versions.c.playbook_id).where(playbooks.c.id == playbook_id)
    return tuple(_playbook(row) for row in connection.execute(query.order_by(playbook_versions.c.version)).mappings())


def had(connection: sa.Connection, org_id: str, macro: str) -> bool:
    """Whether the organisation ever had a playbook of that macro, removed or not."""
    query = sa.select(playbooks.c.id).where(playbooks.c.org_id == org_id, playbooks.c.macro == macro)
    return connection.execute(query).first() is not None


def _joined(condition: sa.ColumnElement[bool]) -> sa.Select[tuple[object, ...]]:
    return sa.select(
        playbooks.c.id, playbooks.c.org_id, playbooks.c.macro, playbooks.c.created_at, playbooks.c.created_by,
        playbook_versions.c.version, playbook_versions.c.title, playbook_versions.c.body, playbook_versions.c.output_schema,
        playbook_versions.c.at.label("updated_at"), playbook_versions.c.author.label("updated_by"),
    ).select_from(playbooks.join(playbook_versions, condition))  # fmt: skip


def _current(org_id: str) -> sa.Select[tuple[object, ...]]:
    stands = sa.and_(playbooks.c.id == playbook_versions.c.playbook_id, playbooks.c.version == playbook_versions.c.version)
    return _joined(stands).where(playbooks.c.org_id == org_id, playbooks.c.removed_at.is_(None))


def _add_version(connection: sa.Connection, playbook_id: str, version: int, draft: Draft, author: str) -> None:
    row = {
        "playbook_id": playbook_id,
        "version": version,
        "title": draft.title,
        "body": draft.body,
        "output_schema": draft.output_schema,
        "at": _now(),
        "author": author,
    }
    connection.execute(sa.insert(playbook_versions).values(row))


def hold(connection: sa.Connection) -> None:
    """Have others wait with changing playbooks until this transaction ends, so that a macro is not given away twice."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))


def _refuse_taken(connection: sa.Connection, org_id: str, macro: str | None, but: str | None) -> None:
    hold(connection)
    taken = find(connection, org_id, macro) if macro else None
    if taken is not None and taken.id != but:
        raise BadInput(f"The macro {macro} is that of playbook {taken.id}.", remedy="Choose another, or edit that playbook.")


def _playbook(row: sa.RowMapping) -> Playbook:
    return Playbook(**{**row, "created_at": aware(row["created_at"]), "updated_at": aware(row["updated_at"])})


def _now() -> datetime:
    return datetime.now(UTC)

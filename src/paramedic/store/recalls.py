"""What sessions were given of playbooks and knowledge, in which version, and whether their answers cited it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from paramedic.model.library import Recalled, Shelf
from paramedic.store.moments import aware
from paramedic.store.schema import knowledge_versions, playbook_versions, recalls, sessions

_LETTERS = {Shelf.PLAYBOOK: "P", Shelf.KNOWLEDGE: "K"}


@dataclass(frozen=True, slots=True)
class Given:
    """An entry in one version, and why the session gets it."""

    shelf: Shelf
    source_id: str
    version: int
    why: str


@dataclass(frozen=True, slots=True)
class Use:
    """How many sessions were given an entry, how many answers cited it, and when the newest of those sessions began."""

    given: int
    cited: int
    last: datetime


def add(connection: sa.Connection, session_id: str, given: Given) -> str | None:
    """The label under which the session has it from now on; None when it had it before."""
    rows = connection.execute(sa.select(recalls.c.kind, recalls.c.source_id).where(recalls.c.session_id == session_id)).all()
    if any(row.source_id == given.source_id for row in rows):
        return None
    label = f"{_LETTERS[given.shelf]}{sum(row.kind == given.shelf for row in rows) + 1}"
    row = {
        "session_id": session_id,
        "label": label,
        "kind": given.shelf.value,
        "source_id": given.source_id,
        "version": given.version,
        "why": given.why[:500],
    }
    connection.execute(sa.insert(recalls).values(row))
    return label


def of(connection: sa.Connection, session_id: str) -> tuple[Recalled, ...]:
    """Playbooks first, each with the text of the version that was given."""
    found = [*_playbooks(connection, session_id), *_notes(connection, session_id)]
    return tuple(
        Recalled(row.label, Shelf(row.kind), row.source_id, row.version, row.title, row.body, row.why, row.cited) for row in found
    )


def uses(connection: sa.Connection, shelf: Shelf, source_id: str | None = None) -> dict[str, Use]:
    """By entry, how often sessions were given it; entries that no session had are not among them."""
    query = sa.select(
        recalls.c.source_id,
        sa.func.count().label("given"),
        sa.func.sum(sa.case((recalls.c.cited, 1), else_=0)).label("cited"),
        sa.func.max(sessions.c.created_at).label("last"),
    ).join(sessions, sessions.c.id == recalls.c.session_id)
    query = query.where(recalls.c.kind == shelf.value).group_by(recalls.c.source_id)
    if source_id is not None:
        query = query.where(recalls.c.source_id == source_id)
    return {row.source_id: Use(row.given, int(row.cited), aware(row.last)) for row in connection.execute(query)}


def mark(connection: sa.Connection, session_id: str, label: str, *, cited: bool) -> None:
    change = sa.update(recalls).where(recalls.c.session_id == session_id, recalls.c.label == label)
    connection.execute(change.values(cited=cited))


def _playbooks(connection: sa.Connection, session_id: str) -> list[sa.Row[tuple[object, ...]]]:
    version = playbook_versions.c
    same = sa.and_(version.playbook_id == recalls.c.source_id, version.version == recalls.c.version)
    query = sa.select(recalls, version.title, version.body).select_from(recalls.join(playbook_versions, same))
    return _in_order(connection, session_id, query)


def _notes(connection: sa.Connection, session_id: str) -> list[sa.Row[tuple[object, ...]]]:
    version = knowledge_versions.c
    same = sa.and_(version.knowledge_id == recalls.c.source_id, version.version == recalls.c.version)
    query = sa.select(recalls, version.name.label("title"), version.body).select_from(recalls.join(knowledge_versions, same))
    return _in_order(connection, session_id, query)


def _in_order(
    connection: sa.Connection, session_id: str, query: sa.Select[tuple[object, ...]]
) -> list[sa.Row[tuple[object, ...]]]:
    found = connection.execute(query.where(recalls.c.session_id == session_id)).all()
    return sorted(found, key=lambda row: int(row.label[1:]))

"""What sessions were asked for, under which names and tags, and the lists that callers ask for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from paramedic.model.errors import BadInput
from paramedic.store.schema import request_names, requests, session_tags, sessions
from paramedic.store.service_users import HOME_ORGANISATION

MOST_TAGS = 50
PREFIX = "devin-"
COMMIT = "commit"
"""The option under which a session's commit is kept."""


@dataclass(frozen=True, slots=True)
class Request:
    """``name`` is what the caller calls the session; ``options`` are the fields of the call that have an effect here."""

    session_id: str
    org_id: str
    name: str
    origin: str
    asked_by: str
    title: str | None
    prompt: str
    playbook_id: str | None
    options: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which sessions a list is to hold. All conditions must hold; a session with any of ``tags`` does."""

    org_id: str
    tags: tuple[str, ...] = ()
    playbook_id: str | None = None
    origins: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    created_after: datetime | None = None
    created_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Session ids, the newest first; ``total`` counts all that are wanted."""

    ids: tuple[str, ...]
    total: int
    more: bool = field(default=False)


def standard_name(session_id: str) -> str:
    return PREFIX + session_id


def claim(connection: sa.Connection, org_id: str, name: str, session_id: str) -> str:
    """The session that ``name`` stands for: ``session_id``, unless another had it before."""
    write = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(request_names)
    row = {"org_id": org_id, "name": name, "session_id": session_id}
    connection.execute(write.values(row).on_conflict_do_nothing())
    query = sa.select(request_names.c.session_id).where(request_names.c.org_id == org_id, request_names.c.name == name)
    return str(connection.execute(query).scalar_one())


def repoint(connection: sa.Connection, org_id: str, planned: str, session_id: str) -> None:
    """Names that were claimed for a session that was not needed stand for the one that it joined."""
    change = sa.update(request_names).where(request_names.c.org_id == org_id, request_names.c.session_id == planned)
    connection.execute(change.values(session_id=session_id))


def add(connection: sa.Connection, request: Request) -> bool:
    """Keep what a session was asked for; False when somebody had asked for it before."""
    write = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(requests)
    row = {name: getattr(request, name) for name in Request.__slots__}
    added = write.values(row).on_conflict_do_nothing().returning(requests.c.session_id)
    return connection.execute(added).first() is not None


def pin(connection: sa.Connection, session_id: str, commit: str) -> str:
    """The commit that the session looks at: that of its first turn, which is ``commit`` where none was kept before."""
    row = requests.c.session_id == session_id
    options = dict(connection.execute(sa.select(requests.c.options).where(row)).scalar_one())
    kept = options.setdefault(COMMIT, commit)
    connection.execute(sa.update(requests).where(row).values(options=options))
    return str(kept)


def add_tags(connection: sa.Connection, session_id: str, tags: Iterable[str]) -> None:
    """Up to ``MOST_TAGS`` in all; those beyond are refused with ``BadInput``."""
    write = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(session_tags)
    rows = [{"session_id": session_id, "tag": tag} for tag in dict.fromkeys(tags)]
    if rows:
        connection.execute(write.values(rows).on_conflict_do_nothing())
    query = sa.select(sa.func.count()).select_from(session_tags).where(session_tags.c.session_id == session_id)
    if connection.execute(query).scalar_one() > MOST_TAGS:
        raise BadInput(f"A session has at most {MOST_TAGS} tags.", remedy="Send fewer.")


def replace_tags(connection: sa.Connection, session_id: str, tags: Iterable[str]) -> None:
    connection.execute(sa.delete(session_tags).where(session_tags.c.session_id == session_id))
    add_tags(connection, session_id, tags)


def tags_of(connection: sa.Connection, session_ids: Sequence[str]) -> dict[str, list[str]]:
    query = sa.select(session_tags.c.session_id, session_tags.c.tag).where(session_tags.c.session_id.in_(session_ids))
    found: dict[str, list[str]] = {session_id: [] for session_id in session_ids}
    for row in connection.execute(query.order_by(session_tags.c.tag)):
        found[row.session_id].append(row.tag)
    return found


def read(connection: sa.Connection, session_ids: Sequence[str]) -> dict[str, Request]:
    """By session; those that rules started are not among them."""
    query = sa.select(requests).where(requests.c.session_id.in_(session_ids))
    return {row["session_id"]: Request(**row) for row in connection.execute(query).mappings()}


def find(connection: sa.Connection, org_id: str | None, name: str) -> str | None:
    """The id of the organisation's session that is called ``name``: as its caller did, ``devin-…``, or by its bare id.
    Without an organisation, of anybody's."""
    named = sa.select(request_names.c.session_id).where(request_names.c.name == name)
    bare = (_of(org_id) if org_id else sa.select(sessions.c.id)).where(sessions.c.id == name.removeprefix(PREFIX))
    for query in (named.where(request_names.c.org_id == org_id) if org_id else named, bare):
        row = connection.execute(query.limit(1)).first()
        if row is not None:
            return str(row[0])
    return None


def known_as(connection: sa.Connection, name: str) -> str:
    """The id of the session that is called ``name``, or whose id begins with it when it is the only one (at least 4
    characters). Raises ``BadInput`` when there is none, or more than one."""
    if found := find(connection, None, name):
        return found
    beginning = name.removeprefix(PREFIX)
    query = sa.select(sessions.c.id).where(sessions.c.id.startswith(beginning, autoescape=True)).order_by(sessions.c.id)
    ids = list(connection.scalars(query.limit(4))) if len(beginning) >= 4 else []
    if len(ids) == 1:
        return str(ids[0])
    if ids:
        some = ", ".join(ids[:3]) + (", …" if len(ids) > 3 else "")
        raise BadInput(f"More than one session begins with {name[:80]!r}: {some}.", remedy="Give more of its id.")
    raise BadInput(f"There is no session {name[:80]!r}.", remedy="See `paramedic sessions list`.")


def page(connection: sa.Connection, wanted: Wanted, *, limit: int, after: str | None = None, offset: int = 0) -> Page:
    """``after`` is the id of the last session of the page before. Raises ``BadInput`` for one that is not there."""
    query = _wanted(wanted)
    total = connection.execute(sa.select(sa.func.count()).select_from(query.subquery())).scalar_one()
    if after is not None:
        query = query.where(_beyond(connection, after))
    ordered = query.order_by(sessions.c.created_at.desc(), sessions.c.id.desc()).limit(limit + 1).offset(offset)
    ids: tuple[str, ...] = tuple(connection.scalars(ordered))
    return Page(ids[:limit], int(total), len(ids) > limit)


def organisations(connection: sa.Connection) -> tuple[str, ...]:
    found = connection.execute(sa.select(requests.c.org_id).distinct()).scalars()
    return tuple(sorted({HOME_ORGANISATION, *found}))


def _beyond(connection: sa.Connection, after: str) -> sa.ColumnElement[bool]:
    last = connection.execute(sa.select(sessions.c.created_at).where(sessions.c.id == after)).scalar_one_or_none()
    if last is None:
        raise BadInput(f"{after[:80]!r} is not the cursor of a page.", remedy="Send the end_cursor of the page before.")
    older = sessions.c.created_at < last
    return sa.or_(older, sa.and_(sessions.c.created_at == last, sessions.c.id < after))


def _of(org_id: str) -> sa.Select[tuple[str]]:
    """Sessions that rules started belong to the home organisation."""
    query = sa.select(sessions.c.id).select_from(sessions.outerjoin(requests))
    owner = requests.c.org_id == org_id
    return query.where(sa.or_(owner, requests.c.org_id.is_(None)) if org_id == HOME_ORGANISATION else owner)


def _wanted(wanted: Wanted) -> sa.Select[tuple[str]]:
    query = _of(wanted.org_id)
    if wanted.tags:
        tagged = sa.select(session_tags.c.session_id).where(session_tags.c.tag.in_(wanted.tags))
        query = query.where(sessions.c.id.in_(tagged))
    if wanted.playbook_id is not None:
        query = query.where(requests.c.playbook_id == wanted.playbook_id)
    if wanted.origins:
        query = query.where(sa.func.coalesce(requests.c.origin, "automation").in_(wanted.origins))
    if wanted.names:
        query = query.where(_named(wanted))
    if wanted.created_after is not None:
        query = query.where(sessions.c.created_at >= wanted.created_after)
    if wanted.created_before is not None:
        query = query.where(sessions.c.created_at < wanted.created_before)
    return query


def _named(wanted: Wanted) -> sa.ColumnElement[bool]:
    chosen = sa.select(request_names.c.session_id).where(
        request_names.c.org_id == wanted.org_id, request_names.c.name.in_(wanted.names)
    )
    return sa.or_(sessions.c.id.in_(chosen), sessions.c.id.in_([name.removeprefix(PREFIX) for name in wanted.names]))

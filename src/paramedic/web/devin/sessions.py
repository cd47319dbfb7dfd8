"""``/v3/organizations/{org_id}/sessions``: create, list, look at, write to, tag, end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import APIRouter, Depends, HTTPException, Query

from paramedic.model.errors import BadInput
from paramedic.sessions.asking import Ask, Asked, NotYours, ask
from paramedic.sessions.conversing import tell, terminate
from paramedic.store import requests, sessions
from paramedic.store.engine import reading
from paramedic.store.requests import Wanted
from paramedic.store.sessions import Session
from paramedic.web.devin.access import Caller, Manager, User, Viewer, own_organisation
from paramedic.web.devin.bodies import CALLERS_NAME, NewMessage, NewSession, NewSessionV1, NewSessionV3, NewTags, moment
from paramedic.web.devin.documents import conversation, message_v3, session_v3, views
from paramedic.web.devin.paging import After, First, paged
from paramedic.web.devin.permissions import Permission

router = APIRouter(prefix="/v3/organizations/{org_id}/sessions", dependencies=[Depends(own_organisation)])

Seconds = Annotated[int | None, Query(ge=0, le=253_402_300_799)]
Texts = Annotated[list[str] | None, Query(max_length=200)]


@router.post("")
def create(
    caller: User, body: NewSessionV3, devin_id: Annotated[str | None, Query(pattern=CALLERS_NAME)] = None
) -> dict[str, Any]:
    """Idempotent by ``devin_id``, under which the session is then found."""
    if body.create_as_user_id is not None:
        caller.must(Permission.IMPERSONATE)
    asked_by = f"{body.create_as_user_id} by way of {caller.who}" if body.create_as_user_id else caller.who
    with caller.engine.begin() as connection:
        asked = asking(connection, caller, body, name=devin_id, asked_by=asked_by)
        return _document(connection, caller, asked.session_id, asked.name) | {"is_new_session": asked.is_new}


@router.get("")
def listing(
    caller: Viewer,
    first: First = 100,
    after: After = None,
    tags: Texts = None,
    playbook_id: str | None = None,
    origins: Texts = None,
    session_ids: Texts = None,
    created_after: Seconds = None,
    created_before: Seconds = None,
) -> dict[str, Any]:
    """The newest first. A session with any of ``tags`` is listed."""
    wanted = Wanted(
        caller.org_id,
        tags=tuple(tags or ()),
        playbook_id=playbook_id,
        origins=tuple(origins or ()),
        names=tuple(session_ids or ()),
        created_after=moment(created_after),
        created_before=moment(created_before),
    )
    with reading(caller.engine).connect() as connection:
        page = requests.page(connection, wanted, limit=first, after=after)
        found = views(connection, page.ids)
    items = [session_v3(view, caller.settings.paramedic_public_url) for view in found]
    return paged(items, page.ids[-1] if page.ids and page.more else None, page.total)


@router.get("/{devin_id}")
def one(caller: Viewer, devin_id: str) -> dict[str, Any]:
    with reading(caller.engine).connect() as connection:
        return _document(connection, caller, found(connection, caller, devin_id).id, devin_id)


@router.delete("/{devin_id}")
def end(caller: Manager, devin_id: str) -> dict[str, Any]:
    """Ending what is over changes nothing."""
    with caller.engine.begin() as connection:
        session = found(connection, caller, devin_id)
        terminate(connection, session.id, caller.who)
        return _document(connection, caller, session.id, devin_id)


@router.get("/{devin_id}/messages")
def read_messages(
    caller: Viewer,
    devin_id: str,
    first: First = 100,
    after: Annotated[str | None, Query(pattern=r"^\d{1,10}$")] = None,
) -> dict[str, Any]:
    """In the order in which they were said."""
    with reading(caller.engine).connect() as connection:
        said = conversation(connection, found(connection, caller, devin_id), int(after or 0), first + 1)
    page = said[:first]
    cursor = str(page[-1].seq) if len(said) > first else None
    return paged([message_v3(message) for message in page], cursor, None)


@router.post("/{devin_id}/messages")
def write(caller: User, devin_id: str, body: NewMessage) -> dict[str, Any]:
    """Wakes a session that waits."""
    if body.message_as_user_id is not None:
        caller.must(Permission.IMPERSONATE)
    with caller.engine.begin() as connection:
        session = found(connection, caller, devin_id)
        tell(connection, caller.settings, session.id, body.message_as_user_id or caller.who, body.message)
        return _document(connection, caller, session.id, devin_id)


@router.get("/{devin_id}/tags")
def read_tags(caller: Viewer, devin_id: str) -> dict[str, Any]:
    with reading(caller.engine).connect() as connection:
        session = found(connection, caller, devin_id)
        return {"tags": requests.tags_of(connection, [session.id])[session.id]}


@router.post("/{devin_id}/tags")
def add_tags(caller: Manager, devin_id: str, body: NewTags) -> dict[str, Any]:
    return _tagged(caller, devin_id, body, requests.add_tags)


@router.put("/{devin_id}/tags")
def replace_tags(caller: Manager, devin_id: str, body: NewTags) -> dict[str, Any]:
    return _tagged(caller, devin_id, body, requests.replace_tags)


def asking(connection: sa.Connection, caller: Caller, body: NewSession, *, asked_by: str, name: str | None = None) -> Asked:
    """Start what the body wants, for both versions of the API."""
    wanted = Ask(
        prompt=body.prompt,
        asked_by=asked_by,
        org_id=caller.org_id,
        name=name,
        once=isinstance(body, NewSessionV1) and bool(body.idempotent),
        title=body.title,
        tags=tuple(body.tags or ()),
        playbook_id=body.playbook_id,
        options=body.options(),
        ignored=body.unknown,
    )
    try:
        return ask(connection, caller.settings, wanted)
    except NotYours as error:
        raise HTTPException(409, str(error)) from error


def found(connection: sa.Connection, caller: Caller, name: str) -> Session:
    """404 for sessions of other organisations as for those that are not there."""
    session_id = requests.find(connection, caller.org_id, name)
    if session_id is None:
        raise HTTPException(404, f"There is no session {name[:200]!r}.")
    return sessions.read(connection, session_id)


def _document(connection: sa.Connection, caller: Caller, session_id: str, name: str) -> dict[str, Any]:
    (view,) = views(connection, [session_id])
    return session_v3(view, caller.settings.paramedic_public_url, name)


def _tagged(
    caller: Caller, devin_id: str, body: NewTags, change: Callable[[sa.Connection, str, list[str]], None]
) -> dict[str, Any]:
    with caller.engine.begin() as connection:
        session = found(connection, caller, devin_id)
        try:
            change(connection, session.id, body.tags)
        except BadInput as error:
            raise HTTPException(422, str(error)) from error
        return {"tags": requests.tags_of(connection, [session.id])[session.id]}

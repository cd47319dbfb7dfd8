"""``/v1``: the older API, which has other keys, field names and words for states. Tokens are the same as in v3."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from paramedic.sessions.conversing import tell, terminate
from paramedic.store import requests
from paramedic.store.engine import reading
from paramedic.store.requests import Wanted
from paramedic.web.devin.access import Manager, User, Viewer
from paramedic.web.devin.bodies import NewMessage, NewSessionV1, NewTags
from paramedic.web.devin.documents import conversation, message_v1, session_url, session_v1, views
from paramedic.web.devin.sessions import asking, found

router = APIRouter(prefix="/v1")


@router.post("/sessions")
def create(caller: User, body: NewSessionV1) -> dict[str, Any]:
    """Idempotent when the body says so: the same prompt is the same session."""
    with caller.engine.begin() as connection:
        asked = asking(connection, caller, body, asked_by=caller.who)
    url = session_url(asked.session_id, caller.settings.paramedic_public_url)
    return {"session_id": asked.name, "url": url, "is_new_session": asked.is_new}


@router.get("/sessions")
def listing(
    caller: Viewer,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
    skip: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
    tags: Annotated[list[str] | None, Query(max_length=200)] = None,
) -> dict[str, Any]:
    wanted = Wanted(caller.org_id, tags=tuple(tags or ()))
    with reading(caller.engine).connect() as connection:
        page = requests.page(connection, wanted, limit=limit, offset=offset or skip)
        seen = views(connection, page.ids)
    return {"sessions": [session_v1(view, caller.settings.paramedic_public_url) for view in seen]}


@router.get("/sessions/{session_id}")
@router.get("/session/{session_id}", include_in_schema=False)
def one(caller: Viewer, session_id: str) -> dict[str, Any]:
    with reading(caller.engine).connect() as connection:
        session = found(connection, caller, session_id)
        (view,) = views(connection, [session.id])
        said = conversation(connection, session)
    document = session_v1(view, caller.settings.paramedic_public_url, session_id)
    return document | {"messages": [message_v1(message) for message in said]}


@router.post("/sessions/{session_id}/message")
@router.post("/session/{session_id}/message", include_in_schema=False)
def write(caller: User, session_id: str, body: NewMessage) -> dict[str, Any]:
    with caller.engine.begin() as connection:
        tell(connection, caller.settings, found(connection, caller, session_id).id, caller.who, body.message)
    return {"status": "success", "detail": "Message sent."}


@router.put("/sessions/{session_id}/tags")
def replace_tags(caller: Manager, session_id: str, body: NewTags) -> dict[str, Any]:
    with caller.engine.begin() as connection:
        session = found(connection, caller, session_id)
        requests.replace_tags(connection, session.id, body.tags)
    return {"status": "success", "detail": "Tags updated."}


@router.delete("/sessions/{session_id}")
def end(caller: Manager, session_id: str) -> dict[str, Any]:
    with caller.engine.begin() as connection:
        terminate(connection, found(connection, caller, session_id).id, caller.who)
    return {"status": "success", "detail": "Session terminated."}

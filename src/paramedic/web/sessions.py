"""``/api/sessions``."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from paramedic.store import outcomes, sessions
from paramedic.store.engine import reading
from paramedic.store.requests import known_as
from paramedic.web.access import VIEWER, Engine
from paramedic.web.documents import line_document, outcome_documents, session_document, spent_document

router = APIRouter(prefix="/api/sessions", dependencies=[VIEWER])


@router.get("")
def listing(engine: Engine, issue_id: int | None = None, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> dict[str, object]:
    """Sessions, the newest first, without their results."""
    with reading(engine).connect() as connection:
        found = sessions.recent(connection, issue_id=issue_id, limit=limit)
    return {"sessions": [session_document(session, with_result=False) for session in found]}


@router.get("/{session_id}")
def one(engine: Engine, session_id: str) -> dict[str, object]:
    with reading(engine).connect() as connection:
        session = sessions.read(connection, known_as(connection, session_id))
        became = outcome_documents(connection, outcomes.of_sessions(connection, [session.id]))
        return session_document(session) | {"spent": spent_document(connection, session.id), "outcomes": became}


@router.get("/{session_id}/log")
def log(engine: Engine, session_id: str, after: int = 0) -> dict[str, object]:
    """Lines after number ``after``, in order; lines never change, so a reader asks for what is new."""
    with reading(engine).connect() as connection:
        lines = sessions.log_after(connection, known_as(connection, session_id), after)
    return {"lines": [line_document(line) for line in lines]}

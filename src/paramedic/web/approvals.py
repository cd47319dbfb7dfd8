"""``/api/approvals``: a human's answer to one exact effect: yes, no, or what should be otherwise."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Request

from paramedic.effects import ledger
from paramedic.effects.values import EffectState
from paramedic.model.accounts import Identity
from paramedic.sessions import approving
from paramedic.store.engine import reading
from paramedic.web.access import VIEWER, Engine, Responder, SharedDesk, address_of
from paramedic.web.documents import effect_document

router = APIRouter(prefix="/api/approvals")
Reason = Annotated[str, Body(embed=True, max_length=approving.LONGEST_REASON)]
Message = Annotated[str, Body(embed=True, min_length=1, max_length=approving.LONGEST_REASON)]


@router.get("", dependencies=[VIEWER])
def listing(engine: Engine, state: EffectState | None = EffectState.PENDING, session_id: str | None = None) -> dict[str, object]:
    """What waits for an answer; ``state`` asks for others."""
    with reading(engine).connect() as connection:
        found = ledger.listing(connection, states=(state,) if state else (), session_id=session_id)
    return {"approvals": [effect_document(recorded) for recorded in found]}


@router.post("/{key}/approve")
def approve(engine: Engine, caller: Responder, request: Request, key: str) -> dict[str, object]:
    with engine.begin() as connection:
        return effect_document(approving.approve(connection, key, _who(caller, request)))


@router.post("/{key}/reject")
def reject(engine: Engine, caller: Responder, request: Request, key: str, reason: Reason = "") -> dict[str, object]:
    with engine.begin() as connection:
        return effect_document(approving.reject(connection, key, _who(caller, request), reason))


@router.post("/{key}/request-changes")
def request_changes(
    engine: Engine, desk: SharedDesk, caller: Responder, request: Request, key: str, message: Message
) -> dict[str, object]:
    """With a model the session goes on with ``message``, and ``withdrawn`` is true; without one the question stays open."""
    with engine.begin() as connection:
        wish = approving.ask_for_changes(connection, desk.settings, key, _who(caller, request), message)
    return effect_document(wish.recorded) | {"withdrawn": wish.withdrawn, "message": wish.text}


def _who(caller: Identity, request: Request) -> str:
    return caller.by("API", address_of(request))

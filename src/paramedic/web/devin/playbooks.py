"""Playbooks: ``/v3/organizations/{org_id}/playbooks`` and ``/v1/playbooks``."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends

from paramedic.model.library import Playbook
from paramedic.sessions.library import remove_playbook, save_playbook
from paramedic.store import playbooks
from paramedic.store.engine import reading
from paramedic.web.devin.access import Caller, needing, own_organisation
from paramedic.web.devin.bodies import NewPlaybook
from paramedic.web.devin.paging import After, First, cut
from paramedic.web.devin.permissions import Permission

router = APIRouter(prefix="/v3/organizations/{org_id}/playbooks", dependencies=[Depends(own_organisation)])
v1 = APIRouter(prefix="/v1/playbooks")

Viewer = Annotated[Caller, Depends(needing(Permission.VIEW_PLAYBOOKS))]
Manager = Annotated[Caller, Depends(needing(Permission.MANAGE_PLAYBOOKS))]


@router.get("")
def listing(caller: Viewer, first: First = 100, after: After = None) -> dict[str, Any]:
    return cut(_all(caller), first, after, lambda playbook: playbook.id, document)


@v1.get("")
def listing_v1(caller: Viewer) -> list[dict[str, Any]]:
    return [document(playbook) for playbook in _all(caller)]


@router.post("")
@v1.post("")
def create(caller: Manager, body: NewPlaybook) -> dict[str, Any]:
    with caller.engine.begin() as connection:
        return document(save_playbook(connection, caller.org_id, body.draft(), caller.who))


@router.get("/{playbook_id}")
@v1.get("/{playbook_id}")
def one(caller: Viewer, playbook_id: str) -> dict[str, Any]:
    with reading(caller.engine).connect() as connection:
        return document(playbooks.read(connection, caller.org_id, playbook_id))


@router.get("/{playbook_id}/versions")
def versions(caller: Viewer, playbook_id: str) -> dict[str, Any]:
    """Not in the published API: each version as it stood, the oldest first."""
    with reading(caller.engine).connect() as connection:
        found = playbooks.versions(connection, playbooks.read(connection, caller.org_id, playbook_id).id)
    return {"items": [document(version) for version in found]}


@router.put("/{playbook_id}")
@v1.put("/{playbook_id}")
def edit(caller: Manager, playbook_id: str, body: NewPlaybook) -> dict[str, Any]:
    """Adds a version."""
    with caller.engine.begin() as connection:
        known = playbooks.read(connection, caller.org_id, playbook_id)
        return document(save_playbook(connection, caller.org_id, body.draft(), caller.who, known.id))


@router.delete("/{playbook_id}")
@v1.delete("/{playbook_id}")
def remove(caller: Manager, playbook_id: str) -> dict[str, Any]:
    with caller.engine.begin() as connection:
        return document(remove_playbook(connection, caller.org_id, playbook_id))


def document(playbook: Playbook) -> dict[str, Any]:
    return {
        "playbook_id": playbook.id,
        "title": playbook.title,
        "body": playbook.body,
        "macro": playbook.macro,
        "structured_output_schema": playbook.output_schema,
        "version": playbook.version,
        "created_by": playbook.created_by,
        "updated_by": playbook.updated_by,
        "created_at": int(playbook.created_at.timestamp()),
        "updated_at": int(playbook.updated_at.timestamp()),
        "access_type": "org",
        "org_id": playbook.org_id,
    }


def _all(caller: Caller) -> tuple[Playbook, ...]:
    with reading(caller.engine).connect() as connection:
        return playbooks.listed(connection, caller.org_id)

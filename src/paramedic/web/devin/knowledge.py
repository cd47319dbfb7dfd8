"""Knowledge: ``/v3/organizations/{org_id}/knowledge/notes`` and ``/v1/knowledge``."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends

from paramedic.model.library import Note
from paramedic.sessions.library import remove_note, save_note
from paramedic.store import knowledge
from paramedic.store.engine import reading
from paramedic.web.devin.access import Caller, needing, own_organisation
from paramedic.web.devin.bodies import NewNote
from paramedic.web.devin.paging import After, First, cut
from paramedic.web.devin.permissions import Permission

router = APIRouter(prefix="/v3/organizations/{org_id}/knowledge", dependencies=[Depends(own_organisation)])
v1 = APIRouter(prefix="/v1/knowledge")

Viewer = Annotated[Caller, Depends(needing(Permission.VIEW_KNOWLEDGE))]
Manager = Annotated[Caller, Depends(needing(Permission.MANAGE_KNOWLEDGE))]


@router.get("/notes")
def listing(caller: Viewer, first: First = 100, after: After = None) -> dict[str, Any]:
    return cut(_all(caller), first, after, lambda note: note.id, document)


@router.get("/folders")
def folders(caller: Viewer) -> dict[str, Any]:
    """A folder is a name that notes share."""
    return {"folders": _folders(_all(caller))}


@router.post("/notes")
def create(caller: Manager, body: NewNote) -> dict[str, Any]:
    return document(_saved(caller, body))


@router.get("/notes/{note_id}")
def one(caller: Viewer, note_id: str) -> dict[str, Any]:
    with reading(caller.engine).connect() as connection:
        return document(knowledge.read(connection, caller.org_id, note_id))


@router.put("/notes/{note_id}")
def edit(caller: Manager, note_id: str, body: NewNote) -> dict[str, Any]:
    """Adds a version."""
    return document(_saved(caller, body, note_id))


@router.delete("/notes/{note_id}")
@v1.delete("/{note_id}")
def remove(caller: Manager, note_id: str) -> dict[str, Any]:
    with caller.engine.begin() as connection:
        return document(remove_note(connection, caller.org_id, note_id))


@v1.get("")
def listing_v1(caller: Viewer) -> dict[str, Any]:
    found = _all(caller)
    return {"knowledge": [document_v1(note) for note in found], "folders": _folders(found)}


@v1.post("")
def create_v1(caller: Manager, body: NewNote) -> dict[str, Any]:
    return document_v1(_saved(caller, body))


@v1.put("/{note_id}")
def edit_v1(caller: Manager, note_id: str, body: NewNote) -> dict[str, Any]:
    return document_v1(_saved(caller, body, note_id))


def document(note: Note) -> dict[str, Any]:
    return {
        "note_id": note.id,
        "folder_id": note.folder,
        "name": note.name,
        "body": note.body,
        "trigger": note.trigger,
        "pinned_repo": note.pinned_to,
        "is_enabled": note.enabled,
        "version": note.version,
        "created_at": int(note.created_at.timestamp()),
        "updated_at": int(note.updated_at.timestamp()),
        "access_type": "org",
        "org_id": note.org_id,
    }


def document_v1(note: Note) -> dict[str, Any]:
    return {
        "id": note.id,
        "name": note.name,
        "body": note.body,
        "trigger_description": note.trigger,
        "parent_folder_id": note.folder,
        "pinned_repo": note.pinned_to,
        "created_at": note.created_at.isoformat(),
    }


def _saved(caller: Caller, body: NewNote, note_id: str | None = None) -> Note:
    with caller.engine.begin() as connection:
        return save_note(connection, caller.org_id, body.draft(), caller.who, note_id)


def _all(caller: Caller) -> tuple[Note, ...]:
    with reading(caller.engine).connect() as connection:
        return knowledge.listed(connection, caller.org_id)


def _folders(notes: tuple[Note, ...]) -> list[dict[str, Any]]:
    return [{"id": name, "folder_id": name, "name": name} for name in sorted({note.folder for note in notes if note.folder})]

"""``…/attachments``: files that a prompt names by ``ATTACHMENT:"address"``, for its session to read."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, HTTPException, Response, UploadFile

from paramedic.model.attachment import Attachment
from paramedic.model.errors import BadInput
from paramedic.store import attachments, messages, requests
from paramedic.store.engine import reading
from paramedic.web.devin.access import Caller, User, Viewer, own_organisation
from paramedic.web.devin.sessions import found

router = APIRouter(prefix="/v3/organizations/{org_id}", dependencies=[Depends(own_organisation)])
v1 = APIRouter(prefix="/v1")


@router.post("/attachments")
def upload(caller: User, file: UploadFile) -> dict[str, Any]:
    """As large as PARAMEDIC_BODY_LIMIT allows."""
    kept = _kept(caller, file)
    return {"attachment_id": kept.id, "name": kept.name, "url": _address(caller, kept)}


@v1.post("/attachments")
def upload_v1(caller: User, file: UploadFile) -> str:
    return _address(caller, _kept(caller, file), "/v1")


@router.get("/attachments/{attachment_id}/{name}")
@v1.get("/attachments/{attachment_id}/{name}")
def download(caller: Viewer, attachment_id: str) -> Response:
    """Its bytes, and not a redirection to where they lie; of its address only the id counts. Never shown by a browser: it was
    sent by anybody."""
    with reading(caller.engine).connect() as connection:
        one = next(iter(attachments.read(connection, caller.org_id, [attachment_id])), None)
    if one is None:
        raise HTTPException(404, "There is no such attachment.")
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(one.name)}",
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }
    return Response(one.data, media_type=one.content_type, headers=headers)


@router.get("/sessions/{devin_id}/attachments")
def listing(caller: Viewer, devin_id: str) -> list[dict[str, Any]]:
    """Those that the session's prompt and messages name."""
    with reading(caller.engine).connect() as connection:
        session = found(connection, caller, devin_id)
        said = messages.after(connection, session.id)
        request = requests.read(connection, [session.id]).get(session.id)
        addresses = request.options.get("attachment_urls") or () if request else ()
        texts = [message.text for message in said if message.source is messages.Source.USER]
        named = attachments.read(connection, caller.org_id, attachments.named_in(texts, addresses))
    return [
        {
            "attachment_id": each.id,
            "name": each.name,
            "source": "user",
            "url": _address(caller, each),
            "content_type": each.content_type,
        }
        for each in named
    ]


def _kept(caller: Caller, file: UploadFile) -> Attachment:
    data = file.file.read()
    try:
        with caller.engine.begin() as connection:
            return attachments.add(connection, caller.org_id, file.filename, file.content_type, data, caller.who)
    except BadInput as error:
        raise HTTPException(409, str(error)) from error


def _address(caller: Caller, one: Attachment, prefix: str = "") -> str:
    prefix = prefix or f"/v3/organizations/{caller.org_id}"
    return f"{caller.settings.paramedic_public_url}{prefix}/attachments/{one.id}/{quote(one.name)}"

"""Who the caller is, and which organisations it may see: its own."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from paramedic.web.devin.access import AnyCaller
from paramedic.web.devin.paging import paged

router = APIRouter(prefix="/v3")


@router.get("/self")
def myself(caller: AnyCaller) -> dict[str, Any]:
    return {
        "principal_type": "service_user",
        "service_user_id": caller.user.id,
        "service_user_name": caller.user.name,
        "org_id": caller.org_id,
    }


@router.get("/enterprise/organizations")
def organisations(caller: AnyCaller) -> dict[str, Any]:
    made = int(caller.user.created_at.timestamp())
    own = {"org_id": caller.org_id, "name": caller.org_id.removeprefix("org-"), "created_at": made, "updated_at": made}
    return paged([own], None, 1)

"""``/api/mcp``: what each MCP server offered when it was last asked. ``/mcp``: ourselves as such a server."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse
from mcp.server.mcpserver import Context
from mcp.server.transport_security import TransportSecuritySettings
from starlette.exceptions import HTTPException
from starlette.types import Receive, Scope, Send

from paramedic.intake.desk import Desk
from paramedic.store import mcp
from paramedic.store.engine import reading
from paramedic.web.access import Engine, SharedDesk, require_token
from paramedic.web.mcp_server import Caller, create_server

router = APIRouter(prefix="/api/mcp", dependencies=[Depends(require_token)])


@router.get("")
def listing(engine: Engine, desk: SharedDesk) -> dict[str, object]:
    """Each configured server; ``seen_at`` is null where nobody has asked it yet. No server is asked by this."""
    with reading(engine).connect() as connection:
        known = {offered.server: offered for offered in mcp.offered(connection)}
    return {"servers": [_document(name, known.get(name)) for name in desk.configuration.mcp]}


def _document(name: str, offered: mcp.Offered | None) -> dict[str, object]:
    if offered is None:
        return {"server": name, "seen_at": None, "about": None, "error": None, "tools": []}
    return {
        "server": name,
        "seen_at": offered.seen_at.isoformat(),
        "about": offered.about,
        "error": offered.error,
        "tools": list(offered.tools),
    }


class McpEndpoint:
    """Streamable HTTP, without sessions, so that any web process answers any request.

    The bearer token is asked for before anything of the protocol is read. Where no token is set, callers on this machine are
    served, and not by way of a browser that was led to believe another name is ours.
    """

    def __init__(self, desk: Desk, engine: sa.Engine) -> None:
        server = create_server(engine, _caller)
        by_token = desk.settings.paramedic_api_token is not None
        server.streamable_http_app(
            stateless_http=True,
            json_response=True,
            max_request_body_size=desk.settings.paramedic_body_limit,
            transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False) if by_token else None,
        )
        self.manager = server.session_manager

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            require_token(request)
        except HTTPException as refused:
            answer = JSONResponse({"error": {"message": refused.detail}}, refused.status_code, refused.headers)
            await answer(scope, receive, send)
            return
        await self.manager.asgi_app(scope, receive, send)


def _caller(context: Context[Any, Any]) -> Caller:
    client = context.request_context.request.client if context.request_context.request else None
    return Caller(f"MCP from {client.host if client else 'unknown'}", may_start=True)

"""``/api/mcp``: what each MCP server offered when it was last asked. ``/mcp``: ourselves as such a server."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from mcp.server.mcpserver import Context
from mcp.server.transport_security import TransportSecuritySettings
from starlette.exceptions import HTTPException
from starlette.types import Receive, Scope, Send

from paramedic.model.accounts import Role
from paramedic.store import mcp
from paramedic.store.engine import reading
from paramedic.store.service_users import HOME_ORGANISATION
from paramedic.web.access import VIEWER, Engine, Gate, SharedDesk, address_of
from paramedic.web.devin.access import identify
from paramedic.web.devin.permissions import Permission
from paramedic.web.mcp_server import READING, Caller, create_server

router = APIRouter(prefix="/api/mcp", dependencies=[VIEWER])


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

    Nothing of the protocol is read before it is known who asks: the holder of the API token or of a user's (while there is
    neither, callers on this machine), or a service user of the organisation that issues belong to.
    """

    def __init__(self, gate: Gate) -> None:
        desk, engine = gate.desk, gate.engine
        server = create_server(engine, _caller_of)
        server.streamable_http_app(
            stateless_http=True,
            json_response=True,
            max_request_body_size=desk.settings.paramedic_body_limit,
            # The desk looks at names and origins, for every path.
            transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
        )
        self.manager = server.session_manager
        self._gate = gate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            request.state.caller = await run_in_threadpool(self._caller, request)
        except HTTPException as refused:
            answer = JSONResponse({"error": {"message": refused.detail}}, refused.status_code, refused.headers)
            await answer(scope, receive, send)
            return
        await self.manager.asgi_app(scope, receive, send)

    def _caller(self, request: Request) -> Caller:
        if (person := self._gate.holder(request)) is not None:
            return Caller(person.by("MCP", address_of(request)), frozenset(Permission) if person.may(Role.RESPONDER) else READING)
        if "authorization" not in request.headers:
            raise self._gate.refused(request)
        caller = identify(request, self._gate.engine)
        caller.must(Permission.VIEW_SESSIONS)
        if caller.org_id != HOME_ORGANISATION:
            raise HTTPException(403, f"Issues belong to {HOME_ORGANISATION}, and this service user to another organization.")
        return Caller(f"{caller.who} by MCP", caller.user.permissions)


def _caller_of(context: Context[Any, Any]) -> Caller:
    request: Any = context.request_context.request
    caller: Caller = request.state.caller
    return caller

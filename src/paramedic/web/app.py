"""The application that uvicorn serves."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import sqlalchemy as sa
from fastapi import FastAPI, Request
from fastapi.exception_handlers import http_exception_handler
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.responses import Response
from starlette.routing import Route

from paramedic.intake.desk import Desk
from paramedic.intake.inbox import Inbox
from paramedic.intake.routes import intake_routes
from paramedic.model.errors import BadInput, NotConfigured, ParamedicError
from paramedic.settings import Configuration, Settings
from paramedic.web import analysis, approvals, devin, health, issues, mcp, rules, sessions
from paramedic.web.access import Gate
from paramedic.web.audit import Audit
from paramedic.web.chat import chat_routes
from paramedic.web.limits import BodyLimit
from paramedic.web.pages import page_routes
from paramedic.web.pages.door import Door
from paramedic.web.pages.serving import nothing_here
from paramedic.web.pages.watch import Watch

_LIMITED = (
    "/api/",
    "/v1/",
    "/v3/",
    "/analysis/",
    "/issues/",
    "/sessions/",
    "/approvals/",
    "/playbooks/",
    "/knowledge/",
    "/rules/",
    "/login",
    "/logout",
    "/welcome/",
    "/account",
    "/settings",
)


_OF_PROGRAMS = ("/api/", "/v1/", "/v3/", "/webhook/", "/analysis/", "/mcp")


def create_app(settings: Settings, configuration: Configuration, engine: sa.Engine) -> FastAPI:
    """Intake first in the table of routes, since it is what must be quick."""
    inbox = Inbox(engine)
    desk = Desk(settings, configuration, inbox)
    gate = Gate(desk, engine)
    endpoint = mcp.McpEndpoint(gate)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await inbox.start()
        async with endpoint.manager.run():
            yield
        await inbox.stop()

    app = FastAPI(title="Paramedic", version="0.1.0", lifespan=lifespan, docs_url=None, redoc_url=None)
    app.router.routes[:0] = [*intake_routes(), *chat_routes()]
    app.router.routes.append(Route("/mcp", endpoint))
    app.router.routes.extend(page_routes())
    app.state.desk = desk
    app.state.engine = engine
    app.state.gate = gate
    app.state.door = Door(gate)
    app.state.watch = Watch(engine)
    for module in (health, issues, sessions, approvals, analysis, rules, mcp):
        app.include_router(module.router)
    for router in (*devin.ROUTERS, *devin.ROUTERS_V1):
        app.include_router(router)
    app.add_exception_handler(StarletteHTTPException, _missing)  # type: ignore[arg-type]
    app.add_exception_handler(ParamedicError, _explain)
    app.add_exception_handler(RequestValidationError, _point_out)
    # SQLite's driver says of a number that is too large what PostgreSQL says of the data.
    for kind in (sa.exc.DataError, OverflowError):
        app.add_exception_handler(kind, _cannot_keep)
    app.add_middleware(Audit, engine=engine)
    app.add_middleware(BodyLimit, largest_bytes=settings.paramedic_body_limit, prefixes=_LIMITED)
    return app


async def _missing(request: Request, error: StarletteHTTPException) -> Response:
    """To somebody with a browser, what is not there is told as a page; to a program as an object."""
    reads = request.method == "GET" and "text/html" in request.headers.get("accept", "")
    if error.status_code in (404, 405) and reads and not request.url.path.startswith(_OF_PROGRAMS):
        answer: Response = await nothing_here(request)
        return answer
    return await http_exception_handler(request, error)


async def _point_out(_request: Request, error: Exception) -> Response:
    """What is wrong and where, without what was sent: that may be a secret, or nothing that can be sent back."""
    found = error.errors() if isinstance(error, RequestValidationError) else ()
    detail = [{"loc": [str(part)[:80] for part in each["loc"]], "msg": each["msg"], "type": each["type"]} for each in found]
    return Response(json.dumps({"detail": detail}), 422, media_type="application/json")


async def _cannot_keep(_request: Request, _error: Exception) -> Response:
    """PostgreSQL takes no NUL, and no text that is longer than its column; neither takes a number beyond 64 bits."""
    return JSONResponse(
        {"detail": "Something in the request cannot be kept: a NUL, a name that is too long, a number that is too large."},
        422,
    )


async def _explain(request: Request, error: Exception) -> Response:
    """Our own errors, with their remedy and the status that fits."""
    remedy = error.remedy if isinstance(error, ParamedicError) else ""
    status = 503 if isinstance(error, NotConfigured) else 400 if isinstance(error, BadInput) else 502
    message = str(error.args[0]) if error.args else type(error).__name__
    if status == 400 and message.startswith("There is no"):
        status = 404
    if request.url.path.startswith(("/v1/", "/v3/")):
        return JSONResponse({"detail": f"{message} {remedy}".rstrip()}, status)
    return JSONResponse({"error": {"message": message, "remedy": remedy}}, status)

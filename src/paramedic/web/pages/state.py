"""Whether everything works: the health page, and what MCP servers offered."""

from __future__ import annotations

from starlette.responses import Response

from paramedic.sessions.condition import condition, disk, integrations
from paramedic.sessions.doctor import examine
from paramedic.store import mcp
from paramedic.store.engine import reading
from paramedic.web.pages.serving import Visit


def health(visit: Visit) -> Response:
    """Asks no outside system: `paramedic doctor` does that."""
    measured = condition(visit.engine, visit.settings)
    with reading(visit.engine).connect() as connection:
        heard = list(integrations(connection, visit.settings, visit.desk.configuration))
    return visit.show(
        "health.html",
        measured=measured,
        integrations=heard,
        disk=disk(visit.settings),
        checks=list(examine(visit.settings, online=False, running=False)),
    )


def mcp_servers(visit: Visit) -> Response:
    with reading(visit.engine).connect() as connection:
        known = {offered.server: offered for offered in mcp.offered(connection)}
    return visit.show("mcp.html", servers=[(name, known.get(name)) for name in visit.desk.configuration.mcp])

"""Whether everything works: the health page, and what MCP servers offered."""

from __future__ import annotations

from datetime import UTC, datetime

from starlette.responses import Response

from paramedic.sessions.doctor import examine
from paramedic.store import mcp, workers
from paramedic.store.engine import reading
from paramedic.web.health import measure
from paramedic.web.pages.serving import Visit

_RECEIVERS = {"hook": "Sentry webhook", "legacy": "legacy plugin", "envelope": "SDK envelopes", "event": "SDK events"}


def health(visit: Visit) -> Response:
    """Asks no outside system: `paramedic doctor` does that."""
    with reading(visit.engine).connect() as connection:
        living = workers.living(connection)
    measured = measure(visit.engine, visit.desk)
    heard = {name: measured.last_received.get(kind) for kind, name in _RECEIVERS.items()}
    return visit.show(
        "health.html",
        measured=measured,
        workers=living,
        heard={name: datetime.fromtimestamp(moment, UTC) if moment else None for name, moment in heard.items()},
        checks=list(examine(visit.settings, online=False)),
    )


def mcp_servers(visit: Visit) -> Response:
    with reading(visit.engine).connect() as connection:
        known = {offered.server: offered for offered in mcp.offered(connection)}
    return visit.show("mcp.html", servers=[(name, known.get(name)) for name in visit.desk.configuration.mcp])

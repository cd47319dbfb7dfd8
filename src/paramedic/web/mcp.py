"""``/api/mcp``: what each MCP server offered when it was last asked."""

from __future__ import annotations

from fastapi import APIRouter, Depends

from paramedic.store import mcp
from paramedic.store.engine import reading
from paramedic.web.access import Engine, SharedDesk, require_token

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

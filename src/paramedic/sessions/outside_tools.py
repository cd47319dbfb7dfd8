"""The tools of MCP servers, for sessions and for the people who approve them: where the database meets the servers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import sqlalchemy as sa

from paramedic.integrations.mcp.toolbox import McpToolbox, Seen
from paramedic.integrations.mcp.tools import Offer, Standing
from paramedic.model.errors import BadInput, OutsideError
from paramedic.settings import Configuration
from paramedic.store import mcp as store
from paramedic.store.engine import reading

APPROVABLE = (Standing.ALLOWED, Standing.UNAPPROVED, Standing.CHANGED)
"""What the configuration lets through; the rest is not for a person to approve one by one."""


@contextmanager
def outside_tools(engine: sa.Engine, configuration: Configuration, *, only: str | None = None) -> Iterator[McpToolbox]:
    """The toolbox of one session, of all servers or ``only`` one; what is found of them is kept for people to look at."""
    servers = {name: config for name, config in configuration.mcp.items() if only in (None, name)}
    with reading(engine).connect() as connection:
        pins = store.pins(connection)
    with McpToolbox(servers, pins, lambda found: _keep(engine, found)) as toolbox:
        yield toolbox


def look(engine: sa.Engine, configuration: Configuration, server: str) -> Seen:
    """What ``server`` offers now. Raises when there is no such server, or when it cannot be asked."""
    if server not in configuration.mcp:
        raise BadInput(f"There is no MCP server {server!r}.", remedy=f"Write [mcp.{server}] into the configuration file.")
    with outside_tools(engine, configuration, only=server) as toolbox:
        (seen,) = toolbox.seen
    if seen.error:
        raise OutsideError(seen.error, remedy=seen.remedy)
    return seen


def approve(engine: sa.Engine, seen: Seen, who: str) -> None:
    """``who`` has looked at ``seen`` and says yes: sessions may use what of it the configuration allows, and only as it is."""
    approved = {offer.name: offer.digest for offer in seen.offers if offer.standing in APPROVABLE}
    with engine.begin() as connection:
        store.pin(connection, seen.server, approved, who)
    allowed = (replace(one, standing=Standing.ALLOWED) if one.name in approved else one for one in seen.offers)
    _keep(engine, [replace(seen, offers=tuple(allowed))])


def _keep(engine: sa.Engine, found: Iterable[Seen]) -> None:
    with engine.begin() as connection:
        for seen in found:
            store.keep(connection, seen.server, seen.about, seen.error, [_row(offer) for offer in seen.offers])


def _row(offer: Offer) -> dict[str, object]:
    return {
        "name": offer.name,
        "tool": offer.tool.name,
        "description": offer.tool.description[:1000],
        "read_only": offer.tool.read_only,
        "standing": offer.standing.value,
        "digest": offer.digest,
    }

"""What MCP servers offered when they were last asked, and the tools that a person approved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from paramedic.store.moments import aware
from paramedic.store.schema import mcp_offers, mcp_pins


@dataclass(frozen=True, slots=True)
class Offered:
    """One server. Each of ``tools`` has name, tool (our name for it), description, read_only, standing and digest; ``error`` says
    why there are none."""

    server: str
    seen_at: datetime
    about: str
    error: str | None
    tools: Sequence[Mapping[str, object]]


def keep(connection: sa.Connection, server: str, about: str, error: str, tools: Sequence[Mapping[str, object]]) -> None:
    """Remember what ``server`` offered just now, in place of what it did before."""
    values = {"seen_at": datetime.now(UTC), "about": about[:200], "error": error[:1000] or None, "tools": list(tools)}
    write = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(mcp_offers)
    connection.execute(write.values(server=server, **values).on_conflict_do_update(index_elements=["server"], set_=values))


def offered(connection: sa.Connection) -> tuple[Offered, ...]:
    columns = (mcp_offers.c[name] for name in Offered.__slots__)
    rows = connection.execute(sa.select(*columns).order_by(mcp_offers.c.server))
    return tuple(Offered(row.server, aware(row.seen_at), row.about, row.error, row.tools) for row in rows)


def pin(connection: sa.Connection, server: str, digests: Mapping[str, str], who: str) -> None:
    """``who`` approved these tools of ``server`` as they are now, and no others of it."""
    connection.execute(sa.delete(mcp_pins).where(mcp_pins.c.server == server))
    rows = [
        {"server": server, "tool": tool, "digest": digest, "approved_by": who[:200], "approved_at": datetime.now(UTC)}
        for tool, digest in digests.items()
    ]
    if rows:
        connection.execute(sa.insert(mcp_pins), rows)


def pins(connection: sa.Connection) -> dict[tuple[str, str], str]:
    """The approved digests, by server and tool."""
    rows = connection.execute(sa.select(mcp_pins.c.server, mcp_pins.c.tool, mcp_pins.c.digest))
    return {(row.server, row.tool): row.digest for row in rows}

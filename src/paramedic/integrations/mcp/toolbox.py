"""All MCP servers of the configuration as one toolbox."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from types import TracebackType

from anyio.from_thread import start_blocking_portal

from paramedic.integrations.mcp.answers import result
from paramedic.integrations.mcp.client import Connection
from paramedic.integrations.mcp.tools import Offer, Pins, Standing, offers, plain
from paramedic.model.diagnosis import Provenance
from paramedic.model.errors import ParamedicError
from paramedic.model.toolbox import Tool, ToolResult, ToolState
from paramedic.settings.file import McpServerConfig


@dataclass(frozen=True, slots=True)
class Seen:
    """One server as it was found. ``error`` says why it could not be asked."""

    server: str
    about: str = ""
    offers: tuple[Offer, ...] = ()
    error: str = ""
    remedy: str = ""


class McpToolbox:
    """A ``Toolbox``, opened as a context: servers are started at first use, and are gone at its end.

    A tool is offered when the configuration allows it and it is, to the letter, what a person approved. A server that fails takes
    its own tools away and nothing else. ``remember`` is told once what was found.
    """

    def __init__(
        self,
        servers: Mapping[str, McpServerConfig],
        pins: Pins,
        remember: Callable[[tuple[Seen, ...]], None] = lambda _seen: None,
    ) -> None:
        self._servers = servers
        self._pins = pins
        self._remember = remember
        self._open = ExitStack()
        self._connections: dict[str, Connection] = {}

    def __enter__(self) -> McpToolbox:
        if self._servers:
            portal = self._open.enter_context(start_blocking_portal())
            self._connections = {name: Connection(name, config, portal) for name, config in self._servers.items()}
            for connection in self._connections.values():
                self._open.callback(connection.close)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._open.close()

    @cached_property
    def seen(self) -> tuple[Seen, ...]:
        """Every server, asked once, all at the same time."""
        with ThreadPoolExecutor(max(1, len(self._servers))) as pool:
            found = tuple(pool.map(self._look, self._servers))
        self._remember(found)
        return found

    def tools(self) -> tuple[Tool, ...]:
        return tuple(offer.tool for offer in self._offers.values() if offer.standing is Standing.ALLOWED)

    def call(self, name: str, arguments: Mapping[str, object]) -> ToolResult:
        offer = self._offers.get(name)
        if offer is None:
            return _refused(f"There is no tool {plain(name, 100)!r}.")
        if offer.standing in (Standing.UNAPPROVED, Standing.CHANGED):
            remedy = f"A person has to look at it: paramedic mcp approve {offer.server}"
            return _refused(f"{name} is {offer.standing}. {remedy}", ToolState.APPROVAL_REQUIRED)
        if offer.standing is not Standing.ALLOWED:
            return _refused(f"{name} may not be used: {offer.standing}.")
        connection = self._connections[offer.server]
        try:
            answer = result(offer.server, connection.call(offer.name, arguments))
        except ParamedicError as error:
            return ToolResult(ToolState.ERROR, plain(str(error), 1000), Provenance.UNTRUSTED, offer.server)
        return ToolResult(answer.state, connection.hidden(answer.text), answer.provenance, answer.source, answer.truncated)

    @cached_property
    def _offers(self) -> dict[str, Offer]:
        found: dict[str, Offer] = {}
        for seen in self.seen:
            for offer in seen.offers:
                found.setdefault(offer.tool.name, offer)
        return found

    def _look(self, server: str) -> Seen:
        try:
            listing = self._connections[server].listing()
        except ParamedicError as error:
            return Seen(server, error=plain(error.args[0], 1000), remedy=error.remedy)
        return Seen(server, plain(listing.about, 200), offers(server, self._servers[server], listing.tools, self._pins))


def _refused(text: str, state: ToolState = ToolState.ERROR) -> ToolResult:
    return ToolResult(state, text, Provenance.TRUSTED, "paramedic")

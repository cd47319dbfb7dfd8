"""One MCP server, spoken to from synchronous code through the official SDK."""

from __future__ import annotations

import logging
import math
import os
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import anyio
import httpx2
from anyio.from_thread import BlockingPortal
from mcp import Client, MCPError
from mcp.client._transport import TransportStreams
from mcp_types import CallToolRequest, CallToolRequestParams, CallToolResult, Implementation, Tool

from paramedic.integrations.mcp.streams import Ending, child_streams, http_streams
from paramedic.model.errors import NotConfigured, OutsideError
from paramedic.settings.file import McpServerConfig

MOST_PAGES = 20
MOST_TOOLS = 500
CLOSE_SECONDS = 5.0
_EXPECTED = (
    MCPError,
    OSError,
    httpx2.HTTPError,
    ValueError,
    anyio.ClosedResourceError,
    anyio.BrokenResourceError,
    anyio.EndOfStream,
)
_ABOUT_US = Implementation(name="paramedic", version="0.1.0")
_Result = TypeVar("_Result")

# The SDK logs what servers send, and servers are not to write into our log or on a terminal.
for _name in ("mcp.client", "mcp.shared", "client"):
    logging.getLogger(_name).setLevel(logging.CRITICAL + 1)


@dataclass(frozen=True, slots=True)
class Listing:
    """What a server offers. ``about`` is the name and version that it gives itself."""

    about: str
    tools: tuple[Tool, ...]


class Connection:
    """Opened at first use, and anew at the first use after a failure.

    Each method raises ``OutsideError`` when the server fails, hangs or sends too much, and ``NotConfigured`` when a variable that
    the configuration names is not set. Nothing that is raised or returned holds the value of a secret.
    """

    def __init__(self, name: str, config: McpServerConfig, portal: BlockingPortal) -> None:
        self._name = name
        self._config = config
        self._portal = portal
        self._ending = Ending()
        self._secrets: tuple[str, ...] = ()
        self._opened: AbstractContextManager[Client] | None = None
        self._client: Client | None = None

    def listing(self) -> Listing:
        with self._explained():
            client = self._open()
            return self._run(partial(_list, client), self._config.connect_seconds)

    def call(self, tool: str, arguments: Mapping[str, object]) -> CallToolResult:
        """The answer, which may itself say that the tool failed. A call is never repeated."""
        with self._explained():
            client = self._open()
            return self._run(partial(_call, client, tool, dict(arguments)), self._config.call_seconds)

    def hidden(self, text: str) -> str:
        """``text`` without the secrets that this server was given."""
        for secret in self._secrets:
            text = text.replace(secret, "[hidden]")
        return text

    def close(self) -> None:
        opened, self._opened, self._client = self._opened, None, None
        if opened is None:
            return
        try:
            opened.__exit__(None, None, None)
        except (*_EXPECTED, ExceptionGroup) as error:
            _only_expected(error)

    def _open(self) -> Client:
        if self._client is None:
            self._ending = Ending()
            opened = self._portal.wrap_async_context_manager(self._connected())
            self._client, self._opened = opened.__enter__(), opened
        self._ending.reason = ""
        return self._client

    def _run(self, ask: Callable[[], Coroutine[Any, Any, _Result]], seconds: float) -> _Result:
        async def in_time() -> _Result:
            with anyio.fail_after(seconds):
                return await ask()

        return self._portal.call(in_time)

    @asynccontextmanager
    async def _connected(self) -> AsyncGenerator[Client, None]:
        limit_seconds = self._config.connect_seconds
        entered = False
        # One scope that is open while the client is: a server that hangs while it is left cannot hold us.
        with anyio.CancelScope(deadline=anyio.current_time() + limit_seconds) as scope:
            async with Client(self._streams(), cache=None, client_info=_ABOUT_US) as client:
                scope.deadline, entered = math.inf, True
                try:
                    yield client
                finally:
                    scope.deadline = anyio.current_time() + CLOSE_SECONDS
        if not entered:
            raise TimeoutError

    def _streams(self) -> AbstractAsyncContextManager[TransportStreams]:
        config, ending = self._config, self._ending
        if config.url is None:
            environment = {name: self._secret(variable) for name, variable in config.environment.items()}
            self._secrets = tuple(environment.values())
            return child_streams(config.command, environment, config.answer_bytes, ending)
        headers = {name: self._header(variable) for name, variable in config.headers.items()}
        token = {"Authorization": self._header(config.token)} if config.token else {}
        self._secrets = (*headers.values(), *token.values())
        bearer = {name: f"Bearer {value}" for name, value in token.items()}
        seconds = max(config.connect_seconds, config.call_seconds)
        return http_streams(config.url, headers | bearer, config.answer_bytes, seconds, ending)

    def _secret(self, variable: str) -> str:
        """The value of ``variable``, or what the file that ``variable_FILE`` names holds, as for every secret of ours."""
        value, path = os.environ.get(variable, ""), os.environ.get(f"{variable}_FILE")
        try:
            value = value.strip() or (Path(path).read_text(encoding="utf-8").strip() if path else "")
        except (OSError, UnicodeDecodeError) as error:
            raise NotConfigured(f"MCP server {self._name!r}: {variable}_FILE={path} cannot be read as text.") from error
        if not value:
            raise NotConfigured(f"MCP server {self._name!r} needs {variable}, which is not set.", remedy=f"Set {variable}.")
        return value

    def _header(self, variable: str) -> str:
        """Looked at here, because an error of the HTTP library would spell the value out."""
        value = self._secret(variable)
        if not (value.isascii() and value.isprintable()):
            raise NotConfigured(f"MCP server {self._name!r}: {variable} holds characters that no header can carry.")
        return value

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Failures as ``OutsideError``; all but an error that the server put into words end the connection."""
        try:
            yield
        except (*_EXPECTED, ExceptionGroup) as error:
            told = _only_expected(error)
            if not isinstance(told, MCPError) or self._ending.reason:
                self.close()
            raise OutsideError(f"MCP server {self._name!r}: {self.hidden(self._reason(told))}") from None

    def _reason(self, error: Exception) -> str:
        if isinstance(error, TimeoutError):
            return "It did not answer in time."
        words = self._ending.last_words.decode("utf-8", "replace").strip()
        if self._ending.reason:
            return f"{self._ending.reason} {words}".strip()
        if isinstance(error, MCPError):
            return f"It answered with an error: {error.message[:500]}"
        if isinstance(error, FileNotFoundError):
            return f"{self._config.command[0]} is not installed."
        return "It does not keep to the protocol." if isinstance(error, ValueError) else str(error)[:500]


async def _list(client: Client) -> Listing:
    tools: list[Tool] = []
    cursor: str | None = None
    for _ in range(MOST_PAGES):
        page = await client.list_tools(cursor=cursor)
        tools += page.tools
        cursor = page.next_cursor
        if cursor is None or len(tools) >= MOST_TOOLS:
            break
    info = client.server_info
    about = f"{info.name} {info.version}" if info else ""
    return Listing(about[:200], tuple(tools[:MOST_TOOLS]))


async def _call(client: Client, tool: str, arguments: dict[str, object]) -> CallToolResult:
    # Not Client.call_tool: it matches the answer against the server's own schema, whose patterns could keep us busy for ever.
    request = CallToolRequest(params=CallToolRequestParams(name=tool, arguments=arguments))
    return await client.session.send_request(request, CallToolResult)


def _only_expected(error: Exception) -> Exception:
    """The first error within; one that no server can cause is raised."""
    if not isinstance(error, ExceptionGroup):
        return error
    _, other = error.split(_EXPECTED)
    if other is not None:
        raise other
    return _only_expected(error.exceptions[0])

"""The two ways to an MCP server, both bounded: no message longer than agreed is ever held in memory.

The SDK's own streams hold a line, or a JSON answer, of any length; and they write what a server sent into the log.
"""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from subprocess import PIPE
from typing import cast

import anyio
import httpx2
from anyio.abc import ByteReceiveStream, ByteSendStream, Process
from anyio.streams.buffered import BufferedByteReceiveStream
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from mcp.client._transport import TransportStreams
from mcp.client.stdio import get_default_environment
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.message import SessionMessage
from mcp_types import jsonrpc_message_adapter

Incoming = SessionMessage | Exception

GRACE_SECONDS = 1.0
"""For a child to end by itself once its standard input is closed."""
_LAST_WORDS_BYTES = 500
_GONE = (anyio.EndOfStream, anyio.IncompleteRead, anyio.ClosedResourceError, anyio.BrokenResourceError)


@dataclass(slots=True)
class Ending:
    """Why a connection ended, as far as this side can tell; "" where only the protocol knows."""

    reason: str = ""
    last_words: bytes = b""
    """The end of what a child wrote to its standard error."""


@asynccontextmanager
async def child_streams(
    command: Sequence[str], environment: Mapping[str, str], limit: int, ending: Ending
) -> AsyncGenerator[TransportStreams, None]:
    """Start ``command`` with these variables and none of ours; it and all that it started is gone when this ends."""
    process = await anyio.open_process(
        list(command), env=get_default_environment() | dict(environment), stderr=PIPE, start_new_session=True
    )
    to_session, incoming = anyio.create_memory_object_stream[Incoming](0)
    outgoing, from_session = anyio.create_memory_object_stream[SessionMessage](0)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(_keep_last_words, process, ending)
        tasks.start_soon(_read, process, to_session, limit, ending)
        tasks.start_soon(_write, process, from_session)
        try:
            yield incoming, outgoing
        finally:
            tasks.cancel_scope.cancel()
            with anyio.CancelScope(shield=True):
                await _end(process)


async def _read(process: Process, to_session: MemoryObjectSendStream[Incoming], limit: int, ending: Ending) -> None:
    lines = BufferedByteReceiveStream(cast("ByteReceiveStream", process.stdout))
    async with to_session:
        try:
            while True:
                line = await lines.receive_until(b"\n", limit)
                if line.strip():
                    await _pass_on(line, to_session)
        except anyio.DelimiterNotFound:
            ending.reason = f"It sent a message of more than {limit} bytes."
        except _GONE:
            with anyio.move_on_after(GRACE_SECONDS):
                await process.wait()
            ending.reason = f"It ended with exit code {process.returncode}."


async def _pass_on(line: bytes, to_session: MemoryObjectSendStream[Incoming]) -> None:
    """Programs print banners among their messages; what is no message is left out."""
    try:
        message = jsonrpc_message_adapter.validate_json(line, by_name=False)
    except ValueError:
        return
    await to_session.send(SessionMessage(message))


async def _write(process: Process, from_session: MemoryObjectReceiveStream[SessionMessage]) -> None:
    stdin = cast("ByteSendStream", process.stdin)
    # A child that is gone is noticed by the reader, which knows why.
    with suppress(*_GONE, OSError):
        async for outgoing in from_session:
            text = outgoing.message.model_dump_json(by_alias=True, exclude_unset=True)
            await stdin.send(text.encode() + b"\n")


async def _keep_last_words(process: Process, ending: Ending) -> None:
    with suppress(*_GONE):
        async for chunk in cast("ByteReceiveStream", process.stderr):
            ending.last_words = (ending.last_words + chunk)[-_LAST_WORDS_BYTES:]


async def _end(process: Process) -> None:
    with suppress(*_GONE, OSError):
        await cast("ByteSendStream", process.stdin).aclose()
    with anyio.move_on_after(GRACE_SECONDS):
        await process.wait()
    # A child of the child may be left even when the child itself has ended.
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.aclose()


@asynccontextmanager
async def http_streams(
    url: str, headers: Mapping[str, str], limit: int, seconds: float, ending: Ending
) -> AsyncGenerator[TransportStreams, None]:
    """Redirects are followed within the origin of ``url`` only, so that ``headers`` never go elsewhere."""
    # Without compression the bytes on the wire are those in memory.
    sent = {**headers, "Accept-Encoding": "identity", "User-Agent": "paramedic"}
    transport = _BoundedTransport(limit, ending)
    async with (
        httpx2.AsyncClient(headers=sent, timeout=seconds, transport=transport, trust_env=False) as client,
        streamable_http_client(url, http_client=client, max_sse_event_size=limit) as streams,
    ):
        yield streams


class _BoundedTransport(httpx2.AsyncHTTPTransport):
    def __init__(self, limit: int, ending: Ending) -> None:
        super().__init__()
        self._limit = limit
        self._ending = ending

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        try:
            response = await super().handle_async_request(request)
        except httpx2.TransportError as error:
            self._ending.reason = f"It cannot be reached: {error or type(error).__name__}."
            raise
        # A server without a stream of its own says so to GET and DELETE; that is no failure.
        if request.method == "POST" and response.status_code >= 400 and response.status_code not in (400, 404):
            self._ending.reason = f"It answered with HTTP status {response.status_code}."
        if response.headers.get("Content-Encoding", "identity") != "identity":
            await response.aclose()
            raise self._refused("It compresses its answers although it was asked not to.")
        response.stream = _Bounded(cast("httpx2.AsyncByteStream", response.stream), self)
        return response

    def _refused(self, reason: str) -> httpx2.RemoteProtocolError:
        self._ending.reason = reason
        return httpx2.RemoteProtocolError(reason)

    async def bounded(self, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        left = self._limit
        async for chunk in chunks:
            left -= len(chunk)
            if left < 0:
                raise self._refused(f"It sent an answer of more than {self._limit} bytes.")
            yield chunk


class _Bounded(httpx2.AsyncByteStream):
    def __init__(self, stream: httpx2.AsyncByteStream, transport: _BoundedTransport) -> None:
        self._stream = stream
        self._transport = transport

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._transport.bounded(aiter(self._stream))

    async def aclose(self) -> None:
        await self._stream.aclose()

"""Server-sent events for pages that are open: what was added to a log, which parts changed, when to load the page anew.

A stream has no thread and asks no database of its own. It ends when whoever opened it may no longer look, which is seen at
the next heartbeat, and when the process is told to end.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from paramedic.model.accounts import Role
from paramedic.model.errors import BadInput
from paramedic.store import issues, sessions
from paramedic.store.engine import reading
from paramedic.web.pages.serving import HEADERS
from paramedic.web.pages.watch import Seen, Topic, Watch

HEARTBEAT_SECONDS = 15.0
MOST_LISTENERS = 500
AGAIN_MILLISECONDS = 3000
_HEADERS = {**HEADERS, "Cache-Control": "no-store, no-transform", "X-Accel-Buffering": "no"}


@dataclass(frozen=True, slots=True)
class Cursor:
    """Up to where a page knows: the last line of the log, and the version it was made at. Written ``12.a1b2``."""

    line: int = 0
    version: str = ""

    @classmethod
    def read(cls, text: str) -> Cursor:
        """What a browser sends back; anything else is a page that knows nothing."""
        line, _, version = text.partition(".")
        return cls(int(line), version[:32]) if line.isdecimal() and len(line) < 10 else cls()

    def __str__(self) -> str:
        return f"{self.line}.{self.version}"


def endpoint(kind: str, parameter: str = "") -> Callable[[Request], object]:
    """The stream on the issue or session that the path names, or on the overview."""

    async def stream(request: Request) -> Response:
        watch: Watch = request.app.state.watch
        if not await run_in_threadpool(_may_look, request):
            return Response("Sign in to follow this.", 403, _HEADERS)
        topic = Topic(kind, str(request.path_params[parameter]) if parameter else "")
        if not await run_in_threadpool(_is_there, request, topic):
            return Response("There is nothing of this name to follow.", 404, _HEADERS)
        if watch.closed or watch.listeners >= MOST_LISTENERS:
            words = f"{MOST_LISTENERS} pages follow something here already. Load the page again to see what is new."
            return Response(words, 503, {**_HEADERS, "Retry-After": "60"})
        known = Cursor.read(request.headers.get("last-event-id") or request.query_params.get("after", ""))
        return StreamingResponse(_events(request, watch, topic, known), media_type="text/event-stream", headers=_HEADERS)

    # What tests know a route by.
    stream.needs = Role.VIEWER  # type: ignore[attr-defined]
    return stream


async def _events(request: Request, watch: Watch, topic: Topic, known: Cursor) -> AsyncIterator[str]:
    watch.follow(topic, known.line)
    parts: dict[str, str] = {}
    beat = time.monotonic()
    try:
        yield f"retry: {AGAIN_MILLISECONDS}\n\n"
        while not watch.closed:
            try:
                seen = await asyncio.wait_for(watch.news(topic), HEARTBEAT_SECONDS)
            except TimeoutError:
                seen = None
            if seen is not None:
                texts, known = _told(seen, known, parts)
                for text in texts:
                    yield text
                parts = dict(seen.parts)
            if time.monotonic() - beat > HEARTBEAT_SECONDS:
                beat = time.monotonic()
                if not await run_in_threadpool(_may_look, request):
                    yield "event: over\ndata: signed out\n\n"
                    return
                yield ": still there\n\n"
    finally:
        watch.leave(topic)


def _told(seen: Seen, known: Cursor, parts: dict[str, str]) -> tuple[list[str], Cursor]:
    """New lines, changed parts, and at last that the page is no longer what it was; and the cursor after them."""
    told = []
    fresh = [(number, text) for number, text in seen.lines if number > known.line]
    has_gap = bool(fresh) and fresh[0][0] > known.line + 1
    if fresh:
        known = Cursor(fresh[-1][0], known.version)
        told.append(_event("log", known, {"html": "".join(text for _number, text in fresh)}))
    changed = {name: text for name, text in seen.parts.items() if parts.get(name) != text}
    if changed:
        told.append(_event("parts", known, changed))
    if has_gap or seen.version != known.version:
        known = Cursor(known.line, seen.version)
        told.append(_event("changed", known, {}))
    return told, known


def _event(name: str, cursor: Cursor, data: object) -> str:
    return f"event: {name}\nid: {cursor}\ndata: {json.dumps(data)}\n\n"


def _may_look(request: Request) -> bool:
    return request.app.state.door.person(request) is not None


def _is_there(request: Request, topic: Topic) -> bool:
    with reading(request.app.state.engine).connect() as connection:
        try:
            if topic.kind == "session":
                sessions.read(connection, topic.name)
            elif topic.kind == "issue":
                issues.read(connection, int(topic.name) if topic.name.isdecimal() and len(topic.name) < 16 else -1)
        except BadInput:
            return False
    return True

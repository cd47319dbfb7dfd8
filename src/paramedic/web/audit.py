"""What people change by page or API goes into the audit log, whichever route it takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from paramedic.store import audit
from paramedic.store.audit import Entry

_LOOKS = frozenset({"GET", "HEAD", "OPTIONS"})


class Audit:
    """Records each request that may change something, of somebody who is known, before its answer leaves.

    Deliveries are nobody's, and never pass through the database here; the tools of /mcp record what they do themselves.
    """

    def __init__(self, app: ASGIApp, engine: sa.Engine) -> None:
        self._app = app
        self._engine = engine

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in _LOOKS:
            await self._app(scope, receive, send)
            return
        state: dict[str, Any] = scope.setdefault("state", {})

        async def recorded(message: Message) -> None:
            if message["type"] == "http.response.start" and "actor" in state and scope["path"] != "/mcp":
                await run_in_threadpool(self._record, _entry(scope, state, message["status"]))
            await send(message)

        await self._app(scope, receive, recorded)

    def _record(self, entry: Entry) -> None:
        with self._engine.begin() as connection:
            audit.record(connection, entry)


def _entry(scope: Scope, state: Mapping[str, Any], status: int) -> Entry:
    who, way = state["actor"]
    client = scope.get("client")
    endpoint = scope.get("endpoint")
    return Entry(
        who=who,
        way=way,
        action=f"{endpoint.__module__.rpartition('.')[2]}.{endpoint.__name__}" if endpoint else scope["method"],
        # What a one-time link ends in is its secret.
        target="/welcome" if scope["path"].startswith("/welcome/") else scope["path"],
        address=client[0] if client else "",
        outcome="done" if status < 400 else "refused" if status < 500 else "failed",
        detail=str(state.get("audit_detail", "")),
    )

"""No request is read beyond the limit on bodies. Intake has limits of its own, and is not behind this one."""

from __future__ import annotations

from contextlib import suppress

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class _TooLarge(Exception):
    """The body went on beyond the limit."""


class BodyLimit:
    """Answers 413 to a body of more than ``largest_bytes``, whatever its headers say."""

    def __init__(self, app: ASGIApp, largest_bytes: int, prefixes: tuple[str, ...]) -> None:
        self._app = app
        self._largest = largest_bytes
        self._prefixes = prefixes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(self._prefixes):
            await self._app(scope, receive, send)
            return
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > self._largest:
                raise _TooLarge
            return message

        async def unless_too_large(message: Message) -> None:
            # Whoever reads the body makes an error of its own of ours.
            if read <= self._largest:
                await send(message)

        with suppress(_TooLarge):
            await self._app(scope, counted, unless_too_large)
        if read > self._largest:
            words = f"The body is larger than {self._largest} bytes (PARAMEDIC_BODY_LIMIT)."
            await JSONResponse({"detail": words}, 413)(scope, receive, send)

"""Every path that receives something."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import sqlalchemy as sa
import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from paramedic.intake import forges, hooks, sdk
from paramedic.intake.answers import Refused, refusal
from paramedic.intake.counters import REFUSED

log = structlog.get_logger()
Handler = Callable[[Request], Awaitable[Response]]


def guarded(handler: Handler, headers: dict[str, str] | None = None) -> Handler:
    """The handler with refusals turned into answers, and ``headers`` on each of them."""

    async def handle(request: Request) -> Response:
        try:
            response = await handler(request)
        except Refused as error:
            REFUSED.labels(str(error.status)).inc()
            response = refusal(error)
        except sa.exc.SQLAlchemyError as error:
            # Not stored, so not acknowledged: whoever can send again, will.
            log.exception("inbox_unavailable", reason=type(error).__name__)
            REFUSED.labels("503").inc()
            response = refusal(Refused(503, "The inbox cannot be written.", "See the server's log."))
        response.headers.update(headers or {})
        return response

    return handle


def intake_routes() -> list[Route]:
    hook, error = guarded(hooks.sentry), guarded(hooks.sentry_error)
    return [
        Route("/api/{project}/envelope/", guarded(sdk.envelope, sdk.CORS), methods=["POST"]),
        Route("/api/{project}/store/", guarded(sdk.store, sdk.CORS), methods=["POST"]),
        Route("/api/{project}/envelope/", guarded(sdk.preflight, sdk.CORS), methods=["OPTIONS"]),
        Route("/api/{project}/store/", guarded(sdk.preflight, sdk.CORS), methods=["OPTIONS"]),
        Route("/webhook/sentry", hook, methods=["POST"]),
        Route("/sentry-webhook", hook, methods=["POST"]),
        Route("/api/v1/webhooks/sentry/error", error, methods=["POST"]),
        Route("/webhook/sentry/legacy/{token}", guarded(hooks.legacy), methods=["POST"]),
        Route("/webhook/github", guarded(forges.github), methods=["POST"]),
        Route("/webhook/gitlab", guarded(forges.gitlab), methods=["POST"]),
        Route("/webhook/gitea", guarded(forges.gitea), methods=["POST"]),
    ]

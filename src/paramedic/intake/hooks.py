"""Sentry's webhooks: the Integration Platform's, signed, and the legacy plugin's, at an unguessable path."""

from __future__ import annotations

import hmac
import time

import structlog
from starlette.requests import Request
from starlette.responses import Response

from paramedic.intake.answers import Refused, accepted
from paramedic.intake.body import inflate, read_body
from paramedic.intake.counters import ACCEPTED, IGNORED
from paramedic.intake.desk import Desk, parse_json
from paramedic.integrations.sentry.signature import verify_signature
from paramedic.integrations.sentry.webhook import Carries, Hook, read_hook, read_legacy
from paramedic.store.deliveries import Delivery, Kind

log = structlog.get_logger()


async def sentry(request: Request) -> Response:
    """Verify, store, answer. The body is not parsed before its signature holds."""
    hook = await _receive(request)
    return accepted({"status": "accepted" if hook.carries is not Carries.NOTHING else "ignored", "reason": hook.reason})


async def sentry_error(request: Request) -> Response:
    """The same, with the answer that clients of this path expect."""
    hook = await _receive(request)
    issue_id = hook.issue.id if hook.issue else str((hook.event or {}).get("issue_id") or "")
    message = "Analysis scheduled" if hook.carries is not Carries.NOTHING else f"Ignored: {hook.reason}"
    return accepted({"status": "accepted", "issue_id": issue_id, "message": message})


async def legacy(request: Request) -> Response:
    """The legacy plugin signs nothing: the path itself is the secret."""
    desk: Desk = request.app.state.desk
    token = desk.settings.paramedic_legacy_token
    if token is None:
        raise Refused(503, "The legacy WebHooks path is not set up.", "Set PARAMEDIC_LEGACY_TOKEN to a long random text.")
    given = request.path_params["token"].encode("utf-8", "surrogateescape")
    if not hmac.compare_digest(given, token.get_secret_value().encode()):
        raise Refused(401, "The token in the path is wrong.", "Use the path that `paramedic doctor` shows.")
    body = await read_body(request, desk.settings.paramedic_body_limit)
    hook = read_legacy(parse_json(body, "body"))
    await _store(desk, "legacy", hook, None, body)
    return accepted({"status": "accepted" if hook.carries is not Carries.NOTHING else "ignored", "reason": hook.reason})


async def _receive(request: Request) -> Hook:
    desk: Desk = request.app.state.desk
    raw = await read_body(request, desk.settings.paramedic_body_limit)
    _verify(request, desk, raw)
    body = inflate(raw, request.headers.get("content-encoding", ""), desk.settings.paramedic_inflated_limit)
    resource = request.headers.get("sentry-hook-resource")
    hook = read_hook(resource, parse_json(body, "body"))
    await _store(desk, "hook", hook, resource, body)
    return hook


def _verify(request: Request, desk: Desk, raw: bytes) -> None:
    secret = desk.settings.webhook_signing_secret
    if secret is None:
        if desk.may_be_unsigned(request):
            return
        raise Refused(
            503, "SENTRY_CLIENT_SECRET is not set, so no webhook can be verified.", "Set it to the integration's Client Secret."
        )
    header = request.headers.get("sentry-hook-signature") or request.headers.get("sentry-app-signature")
    if not verify_signature(secret.get_secret_value(), raw, header):
        problem = "does not match the body" if header else "is missing"
        raise Refused(
            401, f"The signature {problem}.", "SENTRY_CLIENT_SECRET must be the Client Secret of the integration that sends."
        )


async def _store(desk: Desk, kind: Kind, hook: Hook, resource: str | None, body: bytes) -> None:
    if hook.carries is Carries.NOTHING:
        IGNORED.labels(kind).inc()
        log.info("sentry_hook_ignored", resource=hook.resource[:40], action=hook.action[:40], reason=hook.reason)
        return
    await desk.inbox.put(Delivery(hook.key, kind, hook.project, resource, "", body, time.time()))
    ACCEPTED.labels(kind).inc()

"""Events straight from any Sentry SDK: ``/api/{project}/envelope/`` and ``/api/{project}/store/`` behind a DSN of our own."""

from __future__ import annotations

import hashlib
import hmac
import re
import time
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from paramedic.intake.answers import Refused, accepted
from paramedic.intake.body import inflate, read_body
from paramedic.intake.counters import ACCEPTED, IGNORED
from paramedic.intake.desk import Desk, parse_json
from paramedic.integrations.sentry.auth import public_key
from paramedic.integrations.sentry.envelope import Envelope, parse_envelope
from paramedic.model.errors import BadInput
from paramedic.settings.file import ProjectConfig
from paramedic.store.deliveries import Delivery

_EVENT_ID = re.compile(r"\A[0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}\Z")
_EVENT_TYPES = frozenset({"event", "error"})
RETRY_SECONDS = 60
CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "POST, OPTIONS",
    "Access-Control-Allow-Headers": "x-sentry-auth, x-requested-with, content-type, content-encoding, authorization",
    "Access-Control-Expose-Headers": "x-sentry-error, x-sentry-rate-limits, retry-after",
    "Access-Control-Max-Age": "3600",
}


@dataclass(frozen=True, slots=True)
class Sender:
    """A configured project with its slug."""

    slug: str
    project: ProjectConfig


async def envelope(request: Request) -> Response:
    """Accept an envelope: its event is stored, every other item is counted and let go."""
    desk: Desk = request.app.state.desk
    sender = _sender(request, desk)
    raw = await read_body(request, desk.settings.paramedic_body_limit)
    encoding = request.headers.get("content-encoding", "")
    body = inflate(raw, encoding, desk.settings.paramedic_inflated_limit)
    try:
        content = parse_envelope(body)
    except BadInput as error:
        raise Refused(400, str(error)) from error
    _authenticate(request, sender, content.dsn)
    event_id = await _store_events(desk, sender, content)
    return accepted({"id": event_id or content.event_id} if event_id or content.event_id else {})


async def store(request: Request) -> Response:
    """Accept a bare event, as SDKs before envelopes sent it."""
    desk: Desk = request.app.state.desk
    sender = _sender(request, desk)
    _authenticate(request, sender, None)
    raw = await read_body(request, desk.settings.paramedic_body_limit)
    body = inflate(raw, request.headers.get("content-encoding", ""), desk.settings.paramedic_inflated_limit)
    event_id = await _store_event(desk, sender, body, None)
    return accepted({"id": event_id})


async def preflight(_request: Request) -> Response:
    return Response(status_code=200)


def _sender(request: Request, desk: Desk) -> Sender:
    number = request.path_params["project"]
    found = desk.projects_by_number.get(number)
    if found is not None:
        return Sender(*found)
    details = {"configured": sorted(desk.projects_by_number)} if desk.is_authorised(request) else {}
    raise Refused(404, f"Project {number[:20]!r} is not configured.", "Set id and public_key in [projects.SLUG].", **details)


def _authenticate(request: Request, sender: Sender, dsn: str | None) -> None:
    header = request.headers.get("x-sentry-auth") or request.headers.get("authorization")
    given = public_key(header, request.url.query, dsn) or ""
    expected = sender.project.public_key or ""
    if not expected or not hmac.compare_digest(given.encode("utf-8", "surrogateescape"), expected.encode()):
        raise Refused(401, "The public key is missing or wrong.", "Use the DSN that `paramedic doctor` shows for this project.")


async def _store_events(desk: Desk, sender: Sender, content: Envelope) -> str | None:
    event_id = None
    for item in content.items:
        if item.type in _EVENT_TYPES:
            event_id = await _store_event(desk, sender, item.payload, content.event_id)
        else:
            IGNORED.labels(item.type[:40] if item.type.isidentifier() else "unknown").inc()
    return event_id


async def _store_event(desk: Desk, sender: Sender, payload: bytes, fallback_id: str | None) -> str:
    if desk.inbox.depth > desk.settings.paramedic_backlog_limit:
        raise _too_many()
    event = parse_json(payload, "event")
    event_id = _event_id(event.get("event_id"), fallback_id, payload)
    key = f"event:{sender.project.id}:{event_id}"
    await desk.inbox.put(Delivery(key, "event", sender.slug, None, "", payload, time.time()))
    ACCEPTED.labels("event").inc()
    return event_id


def _event_id(own: object, fallback: str | None, payload: bytes) -> str:
    for given in (own, fallback):
        if isinstance(given, str) and _EVENT_ID.match(given):
            return given.replace("-", "").lower()
    # Without an id of its own, the same bytes are the same event.
    return hashlib.sha256(payload).hexdigest()[:32]


def _too_many() -> Refused:
    refused = Refused(
        429, "The inbox is full; the worker has to catch up.", "Start more workers, or raise PARAMEDIC_BACKLOG_LIMIT."
    )
    refused.headers = {"Retry-After": str(RETRY_SECONDS), "X-Sentry-Rate-Limits": f"{RETRY_SECONDS}::organization"}
    return refused

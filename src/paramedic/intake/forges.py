"""Webhooks of forges: what became of pull requests, verified and stored like every other delivery before it is answered.

Whether a pull request is ours is decided afterwards, from the ledger; here is only looked whether its repository is.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

import structlog
from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import Response

from paramedic.intake.answers import Refused, accepted
from paramedic.intake.body import read_body
from paramedic.intake.counters import ACCEPTED, IGNORED
from paramedic.intake.desk import Desk, parse_json
from paramedic.integrations.forge import PullNews
from paramedic.integrations.forges import repositories_of
from paramedic.integrations.gitea import webhook as gitea_hook
from paramedic.integrations.github import webhook as github_hook
from paramedic.integrations.gitlab import webhook as gitlab_hook
from paramedic.model.errors import NotConfigured
from paramedic.settings import Settings
from paramedic.settings.file import ForgeName
from paramedic.store.deliveries import Delivery

log = structlog.get_logger()

Verify = Callable[[str, Mapping[str, str], bytes, float], str]
Read = Callable[[str, Mapping[str, Any]], PullNews | str]


@dataclass(frozen=True, slots=True)
class Sender:
    """One forge: the header that tells the sort of a delivery, and the settings that verify it, the strictest first."""

    forge: ForgeName
    header: str
    checks: tuple[tuple[str, Verify], ...]
    read: Read


_GITHUB = Sender(ForgeName.GITHUB, "x-github-event", (("github_webhook_secret", github_hook.verify),), github_hook.read)
_GITLAB = Sender(
    ForgeName.GITLAB,
    "x-gitlab-event",
    (("gitlab_signing_token", gitlab_hook.verify_signature), ("gitlab_webhook_secret", gitlab_hook.verify_token)),
    gitlab_hook.read,
)
_GITEA = Sender(ForgeName.GITEA, "x-gitea-event", (("gitea_webhook_secret", gitea_hook.verify),), gitea_hook.read)
_SENDERS = {sender.forge: sender for sender in (_GITHUB, _GITLAB, _GITEA)}


async def github(request: Request) -> Response:
    return await _receive(request, _GITHUB)


async def gitlab(request: Request) -> Response:
    return await _receive(request, _GITLAB)


async def gitea(request: Request) -> Response:
    return await _receive(request, _GITEA)


def read_stored(resource: str, document: Mapping[str, Any]) -> PullNews | str:
    """What a stored delivery says, or why it says nothing."""
    forge, _, event = resource.partition(":")
    return _SENDERS[ForgeName(forge)].read(event, document)


async def _receive(request: Request, sender: Sender) -> Response:
    desk: Desk = request.app.state.desk
    raw = await read_body(request, desk.settings.paramedic_body_limit)
    _verify(request, desk.settings, sender, raw)
    body = _document(raw, request.headers.get("content-type", ""))
    event = request.headers.get(sender.header, "")
    news = sender.read(event, parse_json(body, "body"))
    if isinstance(news, str):
        return _ignored(sender, news)
    names = repositories_of(sender.forge, news.repository, desk.configuration)
    if not names:
        return _ignored(sender, f"no configured repository of {sender.forge.value} is {news.repository}")
    for name in names:
        key = hashlib.sha256(b"\0".join((sender.forge.value.encode(), event.encode(), name.encode(), body))).hexdigest()
        resource = f"{sender.forge.value}:{event}"[:40]
        await desk.inbox.put(Delivery(f"forge:{key}", "forge", name[:200], resource, "", body, time.time()))
    ACCEPTED.labels("forge").inc()
    return accepted({"status": "accepted", "pull_request": news.number})


def _verify(request: Request, settings: Settings, sender: Sender, raw: bytes) -> None:
    """By the first of the forge's settings that is set. Refuses what does not pass, and everything when none is."""
    known = [(name, value, check) for name, check in sender.checks if isinstance(value := getattr(settings, name), SecretStr)]
    if not known:
        names = " or ".join(name.upper() for name, _check in reversed(sender.checks))
        raise Refused(503, f"{names} is not set, so no delivery can be verified.", "Set it to the secret of the webhook.")
    name, secret, check = known[0]
    try:
        problem = check(secret.get_secret_value(), request.headers, raw, time.time())
    except NotConfigured as error:
        raise Refused(503, str(error.args[0]), error.remedy) from error
    if problem:
        raise Refused(401, f"The delivery is refused: {problem}.", f"{name.upper()} must be that of the webhook which sends.")


def _document(raw: bytes, content_type: str) -> bytes:
    """The JSON: the whole body, or what a webhook that was set to send a form has in ``payload``."""
    if not content_type.startswith("application/x-www-form-urlencoded"):
        return raw
    try:
        return parse_qs(raw.decode(), strict_parsing=True, max_num_fields=10)["payload"][0].encode("utf-8", "surrogatepass")
    except (ValueError, KeyError) as error:
        raise Refused(400, "The form has no payload.", "Set the webhook's content type to application/json.") from error


def _ignored(sender: Sender, reason: str) -> Response:
    IGNORED.labels("forge").inc()
    log.info("forge_hook_ignored", forge=sender.forge.value, reason=reason)
    return accepted({"status": "ignored", "reason": reason})

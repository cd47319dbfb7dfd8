"""What GitHub sends: signed over the raw body, its sort in the header ``X-GitHub-Event``."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from paramedic.integrations import fields
from paramedic.integrations.forge import PullNews
from paramedic.integrations.github import reading

_WRITTEN = {
    "pull_request_review": ("review", "review"),
    "pull_request_review_comment": ("comment", "line"),
    "issue_comment": ("comment", "comment"),
}
EVENTS = ("pull_request", *_WRITTEN)


def verify(secret: str, headers: Mapping[str, str], body: bytes, _now: float) -> str:
    """What is wrong with the delivery, "" when nothing is. The comparison takes the same time whatever was sent."""
    given = headers.get("x-hub-signature-256", "")
    expected = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    if not given:
        return "X-Hub-Signature-256 is missing"
    matches = hmac.compare_digest(expected.encode(), given.encode("utf-8", "surrogatepass"))
    return "" if matches else "X-Hub-Signature-256 does not match the body"


def read(event: str, document: Mapping[str, Any]) -> PullNews | str:
    """What is said of a pull request, or why nothing is."""
    if event == "ping":
        return "a ping: the webhook is set up"
    if event not in EVENTS:
        return f"{event[:40] or 'a delivery without X-GitHub-Event'} is not about a pull request"
    slug = fields.text(fields.mapping(document.get("repository")).get("full_name"), 200)
    pull = reading.pull(document.get("pull_request"))
    if event == "issue_comment":
        issue = fields.mapping(document.get("issue"))
        if not isinstance(issue.get("pull_request"), dict):
            return "a comment on an issue that is no pull request"
        number, head = fields.number(issue.get("number")), ""
    else:
        number, head = (pull.number, pull.head) if pull else (None, "")
    if number is None or not slug:
        return f"{event} names no repository or no number"
    if event == "pull_request":
        who = fields.text(fields.mapping(document.get("sender")).get("login"), 100)
        return PullNews(slug, number, head, replace(pull, by=pull.by or who) if pull else None)
    return _written(PullNews(slug, number, head), event, document)


def _written(news: PullNews, event: str, document: Mapping[str, Any]) -> PullNews | str:
    if document.get("action") not in ("created", "edited", "submitted"):
        return f"{event} {fields.text(document.get('action'), 40)} adds nothing"
    field, sort = _WRITTEN[event]
    said = reading.comment(fields.mapping(document.get(field)), sort)
    return replace(news, comments=(said,)) if said else f"{event} says nothing"

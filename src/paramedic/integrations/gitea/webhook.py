"""What Gitea and Forgejo send: signed over the raw body in bare hex, its sort in the header ``X-Gitea-Event``."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from paramedic.integrations import fields
from paramedic.integrations.forge import PullNews
from paramedic.integrations.gitea import reading

_REVIEWS = ("pull_request_approved", "pull_request_rejected", "pull_request_comment")
EVENTS = ("pull_request", "issue_comment", *_REVIEWS)


def verify(secret: str, headers: Mapping[str, str], body: bytes, _now: float) -> str:
    """What is wrong with the delivery, "" when nothing is. The comparison takes the same time whatever was sent."""
    given = headers.get("x-gitea-signature") or headers.get("x-forgejo-signature") or ""
    expected = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    if not given:
        return "X-Gitea-Signature is missing"
    matches = hmac.compare_digest(expected.encode(), given.encode("utf-8", "surrogatepass"))
    return "" if matches else "X-Gitea-Signature does not match the body"


def read(event: str, document: Mapping[str, Any]) -> PullNews | str:
    """What is said of a pull request, or why nothing is."""
    if event not in EVENTS:
        return f"{event[:40] or 'a delivery without X-Gitea-Event'} is not about a pull request"
    slug = fields.text(fields.mapping(document.get("repository")).get("full_name"), 200)
    if event == "issue_comment":
        return _commented(slug, document)
    pull = reading.pull(document.get("pull_request"))
    if pull is None or not slug:
        return f"{event} names no repository or no number"
    news = PullNews(slug, pull.number, pull.head)
    if event in _REVIEWS:
        # A review comes without its id, and without what was written on single lines.
        return replace(news, unread=True)
    who = fields.text(fields.mapping(document.get("sender")).get("login"), 100)
    return replace(news, pull=replace(pull, by=pull.by or who))


def _commented(slug: str, document: Mapping[str, Any]) -> PullNews | str:
    issue = fields.mapping(document.get("issue"))
    number = fields.number(issue.get("number"))
    if not (document.get("is_pull") is True or isinstance(issue.get("pull_request"), dict)):
        return "a comment on an issue that is no pull request"
    if number is None or not slug:
        return "issue_comment names no repository or no number"
    said = reading.comment(fields.mapping(document.get("comment")), "comment")
    if document.get("action") not in ("created", "edited") or said is None:
        return f"issue_comment {fields.text(document.get('action'), 40)} adds nothing"
    return PullNews(slug, number, "", comments=(said,))

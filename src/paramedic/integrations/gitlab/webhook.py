"""What GitLab sends, with the secret in clear in a header, or signed as Standard Webhooks are.

Source of the signature: https://www.standardwebhooks.com (symmetric, v1). The secret is ``whsec_`` and the base64 of the key.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from paramedic.integrations import fields
from paramedic.integrations.forge import PullNews, PullRequest
from paramedic.integrations.gitlab import reading
from paramedic.model.errors import NotConfigured

OLDEST_SECONDS = 300
EVENTS = ("Merge Request Hook", "Note Hook")


def verify_token(secret: str, headers: Mapping[str, str], _body: bytes, _now: float) -> str:
    """What is wrong with ``X-Gitlab-Token``, "" when nothing is. The comparison takes the same time whatever was sent."""
    given = headers.get("x-gitlab-token", "")
    if not given:
        return "X-Gitlab-Token is missing"
    return "" if hmac.compare_digest(secret.encode(), given.encode("utf-8", "surrogatepass")) else "X-Gitlab-Token is wrong"


def verify_signature(token: str, headers: Mapping[str, str], body: bytes, now: float) -> str:
    """What is wrong with the signature, "" when nothing is. A key that is being changed signs beside the old one.

    Raises ``NotConfigured`` for a token that is none.
    """
    stamp, given = headers.get("webhook-timestamp", ""), headers.get("webhook-signature", "")
    if not given:
        return "webhook-signature is missing"
    if not (stamp.isascii() and stamp.isdecimal() and len(stamp) < 12):
        return "webhook-timestamp is missing or no number"
    signed = f"{headers.get('webhook-id', '')}.{stamp}.".encode("utf-8", "surrogatepass") + body
    expected = b"v1," + base64.b64encode(hmac.new(_key(token), signed, hashlib.sha256).digest())
    offered = [one.encode("utf-8", "surrogatepass") for one in given.split()[:10]]
    # Every one is compared, so that the time tells nothing about which was right.
    if not any([hmac.compare_digest(expected, one) for one in offered]):  # noqa: C419
        return "webhook-signature does not match the body"
    return "the delivery is too old, or its clock is wrong" if abs(now - int(stamp)) > OLDEST_SECONDS else ""


def _key(token: str) -> bytes:
    try:
        key = base64.b64decode(token.removeprefix("whsec_"), validate=True)
    except binascii.Error:
        key = b""
    if not token.startswith("whsec_") or not key:
        raise NotConfigured("GITLAB_SIGNING_TOKEN is no signing token.", remedy="Set it to what GitLab shows: whsec_ and base64.")
    return key


def read(event: str, document: Mapping[str, Any]) -> PullNews | str:
    """What is said of a merge request, or why nothing is."""
    if event not in EVENTS:
        return f"{event[:40] or 'a delivery without X-Gitlab-Event'} is not about a merge request"
    slug = fields.text(fields.mapping(document.get("project")).get("path_with_namespace"), 200)
    about = fields.mapping(document.get("object_attributes"))
    if event == "Note Hook" and about.get("noteable_type") != "MergeRequest":
        return "a note on something else than a merge request"
    row = about if event == "Merge Request Hook" else document.get("merge_request")
    merge = reading.merge(row)
    if merge is None or not slug:
        return f"{event} names no project or no number"
    if event == "Note Hook":
        said = reading.note(about, document.get("user"))
        return PullNews(slug, merge.number, merge.head, comments=(said,)) if said else "a note of GitLab's own"
    return PullNews(slug, merge.number, merge.head, _acted(merge, document))


def _acted(merge: PullRequest, document: Mapping[str, Any]) -> PullRequest:
    """The hook names who acted, and when that was is the time of its news."""
    who = fields.text(fields.mapping(document.get("user")).get("username"), 100)
    action = fields.text(fields.mapping(document.get("object_attributes")).get("action"), 20)
    if action not in ("merge", "close", "reopen", "open"):
        return merge
    return replace(merge, by=merge.by or who, since=merge.since or merge.updated_at)

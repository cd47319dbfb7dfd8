"""What Slack sends: signed over the raw body and its time, form-encoded, with the document in ``payload``."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs

from paramedic.model.chat import Answer, Decision
from paramedic.model.errors import BadInput

OLDEST_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Interaction:
    """``decision`` is None for what needs no answer, such as a link. ``asks_why`` when its reason must be asked for first, in
    a form that ``trigger`` opens. ``reply_to`` takes a word to the person alone."""

    decision: Decision | None
    asks_why: bool = False
    trigger: str = ""
    reply_to: str = ""


def verify(secret: str, timestamp: str | None, body: bytes, signature: str | None, now: float) -> str:
    """What is wrong with the request, "" when nothing is. The comparison takes the same time whatever was sent."""
    moment = timestamp or ""
    if not (moment.isascii() and moment.isdecimal() and len(moment) < 12):
        return "X-Slack-Request-Timestamp is missing or no number"
    expected = "v0=" + hmac.new(secret.encode(), b"v0:" + moment.encode() + b":" + body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected.encode(), (signature or "").encode("utf-8", "surrogatepass")):
        return "the signature does not match the body"
    return "the request is too old, or its clock is wrong" if abs(now - int(moment)) > OLDEST_SECONDS else ""


def read_interaction(body: bytes) -> Interaction:
    """Raises ``BadInput`` for what is not an interaction."""
    try:
        fields = parse_qs(body.decode(), strict_parsing=True, max_num_fields=10)
        document = json.loads(fields["payload"][0])
    except (ValueError, KeyError, RecursionError) as error:
        raise BadInput("The body is no form with JSON in payload.") from error
    payload = _mapping(document)
    if payload.get("type") == "view_submission":
        return _submitted(payload)
    return _pressed(payload) if payload.get("type") == "block_actions" else Interaction(None)


def _pressed(payload: Mapping[str, object]) -> Interaction:
    actions = payload.get("actions")
    action = _mapping(actions[0]) if isinstance(actions, list) and actions else {}
    verb, _, effect = str(action.get("action_id") or "").partition(":")
    if verb not in (Answer.APPROVE.value, Answer.REJECT.value):
        return Interaction(None)
    place = str(_mapping(payload.get("channel")).get("id") or "")
    decision = _decision(payload, Answer(verb), effect, place)
    reply_to, trigger = str(payload.get("response_url") or ""), str(payload.get("trigger_id") or "")
    return Interaction(decision, decision.answer is Answer.REJECT, trigger, reply_to)


def _submitted(payload: Mapping[str, object]) -> Interaction:
    view = _mapping(payload.get("view"))
    if view.get("callback_id") != "reject":
        return Interaction(None)
    values = _mapping(_mapping(view.get("state")).get("values"))
    reason = str(_mapping(_mapping(values.get("reason")).get("reason")).get("value") or "")
    return Interaction(_decision(payload, Answer.REJECT, str(view.get("private_metadata") or ""), "a form", reason[:2000]))


def _decision(payload: Mapping[str, object], answer: Answer, effect: str, place: str, reason: str = "") -> Decision:
    user = _mapping(payload.get("user"))
    name = str(user.get("username") or user.get("name") or "")
    return Decision(answer, effect, f"slack:{user.get('id') or 'nobody'}", name, f"{place} in Slack", reason)


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}

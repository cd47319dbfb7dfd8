"""What Slack sends: signed over the raw body and its time, form-encoded, with the document in ``payload``."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs

from paramedic.integrations.slack.messages import LONGEST_WORDS
from paramedic.model.chat import Answer, Decision
from paramedic.model.errors import BadInput

OLDEST_SECONDS = 300
_ANSWERS = {answer.value: answer for answer in Answer}


@dataclass(frozen=True, slots=True)
class Interaction:
    """``decision`` is None for what needs no answer, such as a link. ``from_form`` when it comes with the person's words; else
    it is a press, for which ``trigger`` opens a form and ``reply_to`` takes a word to the person alone."""

    decision: Decision | None
    from_form: bool = False
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


def refusal(text: str) -> Mapping[str, object]:
    """The answer to a form that is not taken: Slack shows it to the person, below what was written."""
    return {"response_action": "errors", "errors": {"words": text}}


def _pressed(payload: Mapping[str, object]) -> Interaction:
    actions = payload.get("actions")
    action = _mapping(actions[0]) if isinstance(actions, list) and actions else {}
    verb, _, effect = str(action.get("action_id") or "").partition(":")
    if verb not in _ANSWERS:
        return Interaction(None)
    place = f"{_mapping(payload.get('channel')).get('id') or 'a message'} in Slack"
    reply_to, trigger = str(payload.get("response_url") or ""), str(payload.get("trigger_id") or "")
    return Interaction(_decision(payload, _ANSWERS[verb], effect, place), trigger=trigger, reply_to=reply_to)


def _submitted(payload: Mapping[str, object]) -> Interaction:
    view = _mapping(payload.get("view"))
    answer = _ANSWERS.get(str(view.get("callback_id")))
    about = _metadata(view.get("private_metadata"))
    if answer is None or not answer.wants_words:
        return Interaction(None)
    values = _mapping(_mapping(view.get("state")).get("values"))
    words = str(_mapping(_mapping(values.get("words")).get("words")).get("value") or "")[:LONGEST_WORDS]
    effect, place = str(about.get("effect") or ""), str(about.get("place") or "a form in Slack")
    return Interaction(_decision(payload, answer, effect, place, words), from_form=True)


def _metadata(text: object) -> Mapping[str, object]:
    try:
        return _mapping(json.loads(str(text)))
    except (ValueError, RecursionError):
        return {}


def _decision(payload: Mapping[str, object], answer: Answer, effect: str, place: str, reason: str = "") -> Decision:
    user = _mapping(payload.get("user"))
    name = str(user.get("username") or user.get("name") or "")
    return Decision(answer, effect, f"slack:{user.get('id') or 'nobody'}", name, place, reason)


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}

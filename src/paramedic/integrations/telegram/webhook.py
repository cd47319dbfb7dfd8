"""What Telegram sends: an update, with the secret token of ``setWebhook`` in a header."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass

from paramedic.integrations.telegram.messages import read_data
from paramedic.model.chat import Decision


@dataclass(frozen=True, slots=True)
class Press:
    """``decision`` is None for a button that is none of ours; ``id`` is what the answer goes to."""

    id: str
    chat: str
    decision: Decision | None


def verify(secret: str, header: str | None) -> bool:
    return hmac.compare_digest(secret.encode(), (header or "").encode("utf-8", "surrogatepass"))


def read_press(update: Mapping[str, object]) -> Press | None:
    """The button that was pressed; None for any other update."""
    query = update.get("callback_query")
    if not isinstance(query, dict) or not isinstance(query.get("id"), str):
        return None
    person, data = _mapping(query.get("from")), query.get("data")
    chat = str(_mapping(_mapping(query.get("message")).get("chat")).get("id") or "")
    said = read_data(data) if isinstance(data, str) else None
    if said is None:
        return Press(query["id"], chat, None)
    name = str(person.get("username") or person.get("first_name") or "")
    return Press(query["id"], chat, Decision(said[0], said[1], f"telegram:{person.get('id')}", name, f"{chat} in Telegram"))


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}

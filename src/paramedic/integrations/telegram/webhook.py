"""What Telegram sends, by webhook (with the secret token of ``setWebhook`` in a header) or when it is asked: updates."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass

from paramedic.integrations.telegram.messages import LONGEST_WORDS, read_data
from paramedic.model.chat import Decision

WANTED = ("callback_query", "message")
"""The kinds of updates that are of use; messages for the words of a person, as replies to what we asked."""


@dataclass(frozen=True, slots=True)
class Press:
    """A button was pressed. ``id`` is what the answer goes to; ``decision`` is None for a button that is none of ours.
    ``takes_replies`` is False in a channel, where nobody can be asked for words."""

    id: str
    chat: str
    message: int
    person: int
    decision: Decision | None
    takes_replies: bool = True


@dataclass(frozen=True, slots=True)
class Reply:
    """Somebody wrote the words that we had asked for."""

    chat: str
    message: int
    person: int
    decision: Decision


def verify(secret: str, header: str | None) -> bool:
    return hmac.compare_digest(secret.encode(), (header or "").encode("utf-8", "surrogatepass"))


def read_update(update: Mapping[str, object], bot: str) -> Press | Reply | None:
    """None for an update that says nothing to us. ``bot`` is our own id, which is the beginning of the token."""
    query = update.get("callback_query")
    if isinstance(query, dict) and isinstance(query.get("id"), str):
        return _press(query)
    message = update.get("message")
    return _reply(message, bot) if isinstance(message, dict) else None


def _press(query: Mapping[str, object]) -> Press:
    person, message, data = _mapping(query.get("from")), _mapping(query.get("message")), query.get("data")
    chat = _mapping(message.get("chat"))
    place = str(chat.get("id") or "")
    said = read_data(data) if isinstance(data, str) else None
    decision = Decision(said[0], said[1], _who(person), _name(person), f"{place} in Telegram") if said else None
    return Press(
        str(query["id"]), place, _number(message, "message_id"), _number(person, "id"), decision, chat.get("type") != "channel"
    )


def _reply(message: Mapping[str, object], bot: str) -> Reply | None:
    """Only a reply to our own question counts, which says in its last line what it is about."""
    asked, person = _mapping(message.get("reply_to_message")), _mapping(message.get("from"))
    if str(_mapping(asked.get("from")).get("id")) != bot:
        return None
    said = read_data(str(asked.get("text") or "").rsplit("\n", 1)[-1])
    if said is None or not said[0].wants_words:
        return None
    place = str(_mapping(message.get("chat")).get("id") or "")
    words = str(message.get("text") or "").strip()[:LONGEST_WORDS]
    words = "" if words == "-" else words
    decision = Decision(said[0], said[1], _who(person), _name(person), f"{place} in Telegram", words)
    return Reply(place, _number(message, "message_id"), _number(person, "id"), decision)


def _who(person: Mapping[str, object]) -> str:
    return f"telegram:{person.get('id')}"


def _name(person: Mapping[str, object]) -> str:
    return str(person.get("username") or person.get("first_name") or "")


def _number(document: Mapping[str, object], key: str) -> int:
    value = document.get(key)
    return value if isinstance(value, int) else 0


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}

"""What an update from Telegram sets going, whichever way it came: a decision, or the question for the words to one.

A decision is made in the caller's transaction; what Telegram is told of it are calls to make after that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import sqlalchemy as sa
import structlog

from paramedic.integrations.chats import open_telegram
from paramedic.integrations.telegram.messages import ALERT, question
from paramedic.integrations.telegram.webhook import Press, Reply, read_update
from paramedic.model.chat import Answer
from paramedic.model.errors import OutsideError
from paramedic.sessions.deciding import Decided, Terms, decide, hindrance, title_of
from paramedic.settings import Settings
from paramedic.store import effects as rows

log = structlog.get_logger()

Update: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the Bot API."""

    method: str
    body: Mapping[str, object]


def heard(connection: sa.Connection, update: Update, terms: Terms) -> tuple[Call, ...]:
    """Decide what the update decides; the calls that tell of it. An update that came before decides nothing again."""
    token = terms.settings.telegram_bot_token
    if token is None:
        return ()
    found = read_update(update, token.get_secret_value().partition(":")[0])
    if found is None:
        return ()
    if not _is_ours(connection, found, terms.settings):
        other = Decided(False, "This button is of another chat, or none of ours.")
        return (_answered(found, other),) if isinstance(found, Press) else ()
    return _pressed(connection, found, terms) if isinstance(found, Press) else _replied(connection, found, terms)


def make(settings: Settings, calls: Iterable[Call]) -> None:
    """Make the calls. One that fails is logged: what it would tell stands in the issue's message too."""
    bot = open_telegram(settings)
    for call in calls:
        try:
            bot.call(call.method, call.body)
        except OutsideError as error:
            log.warning("person_not_told", chat="telegram", method=call.method, reason=str(error))


def _is_ours(connection: sa.Connection, found: Press | Reply, settings: Settings) -> bool:
    """Our chat; or a message of ours in what became of it, since a group that is made a supergroup gets a new id."""
    if found.chat == settings.telegram_chat_id:
        return True
    return isinstance(found, Press) and rows.led_to(connection, "message", f"{found.chat}:{found.message}")


def _pressed(connection: sa.Connection, press: Press, terms: Terms) -> tuple[Call, ...]:
    decision = press.decision
    if decision is None:
        return (_answered(press, Decided(False, "This button is none of ours.")),)
    if not decision.answer.wants_words or (decision.answer is Answer.REJECT and not press.takes_replies):
        return (_answered(press, decide(connection, decision, terms)),)
    if (hindered := hindrance(connection, decision, terms)) is not None:
        return (_answered(press, hindered),)
    if not press.takes_replies:
        return (_answered(press, Decided(False, "In a channel nobody can reply: ask for changes on the page.")),)
    asked = question(decision, title_of(connection, decision), press.person)
    body = {"chat_id": press.chat, **asked, "reply_parameters": _about(press.message)}
    return _answered(press, Decided(True, "Reply with a few words.")), Call("sendMessage", body)


def _replied(connection: sa.Connection, reply: Reply, terms: Terms) -> tuple[Call, ...]:
    decided = decide(connection, reply.decision, terms)
    if decided.stranger:
        # In private, where the bot was ever written to; Telegram refuses it elsewhere.
        return (Call("sendMessage", {"chat_id": reply.person, "text": decided.text}),)
    return (Call("sendMessage", {"chat_id": reply.chat, "text": decided.text, "reply_parameters": _about(reply.message)}),)


def _about(message: int) -> Mapping[str, object]:
    return {"message_id": message, "allow_sending_without_reply": True}


def _answered(press: Press, decided: Decided) -> Call:
    body = {"callback_query_id": press.id, "text": decided.text[:ALERT], "show_alert": not decided.taken}
    return Call("answerCallbackQuery", body)

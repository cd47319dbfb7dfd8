"""Speaking in Telegram. The token is part of every address, so no message may show one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog

from paramedic.integrations.http import Outside, Patience
from paramedic.integrations.speaking import cannot_be_asked
from paramedic.integrations.telegram.messages import document
from paramedic.integrations.telegram.webhook import WANTED
from paramedic.model.chat import ChatMessage
from paramedic.model.errors import Gone, OutsideError

log = structlog.get_logger()

_MOVED = re.compile(r'"migrate_to_chat_id"\s*:\s*(-?\d{1,20})')
_GONE = ("message to edit not found", "message can't be edited", "MESSAGE_ID_INVALID")


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where Telegram calls, "" when nowhere; what waits there, and what went wrong last."""

    url: str
    waiting: int
    error: str


@dataclass(slots=True)
class TelegramBot:
    """A bot in one chat. A message is known by ``chat:message_id``."""

    token: str
    chat_id: str
    api_url: str
    answers: bool = True
    name: str = "telegram"
    edits: bool = True
    _outside: Outside = field(init=False)

    def __post_init__(self) -> None:
        self._outside = self._open(Patience())

    def _open(self, patience: Patience) -> Outside:
        return Outside("Telegram", self.api_url, remedy=_remedy, patience=patience, secret=self.token)

    def post(self, message: ChatMessage, mark: str, under: str = "") -> str:  # noqa: ARG002 - nothing can be found again here
        try:
            return self._posted(self.chat_id, message, under)
        except OutsideError as error:
            if (moved := _MOVED.search(error.answer)) is None:
                raise
        # A group that is made a supergroup gets a new id, and keeps none of its messages' numbers.
        log.warning("telegram_chat_moved", remedy=f"Set TELEGRAM_CHAT_ID to {moved[1]}.")
        return self._posted(moved[1], message, "")

    def _posted(self, chat: str, message: ChatMessage, under: str) -> str:
        number = under.rpartition(":")[2]
        about = {"reply_parameters": {"message_id": int(number), "allow_sending_without_reply": True}} if number else {}
        sent = self.call("sendMessage", {"chat_id": chat, **about, **document(message)})
        return f"{chat}:{sent.get('message_id') if isinstance(sent, dict) else ''}"

    def find(self, mark: str) -> str | None:
        raise cannot_be_asked("Telegram", f"tells no bot what it said, so not what became of {mark[:12]}")

    def edit(self, message_id: str, message: ChatMessage) -> None:
        chat, _, number = message_id.rpartition(":")
        try:
            self.call("editMessageText", {"chat_id": chat, "message_id": int(number or 0), **document(message)})
        except OutsideError as error:
            # It stands there already: a retry after an answer that was lost.
            if "message is not modified" in str(error):
                return
            if any(words in str(error) for words in _GONE) or _MOVED.search(error.answer):
                raise Gone(str(error.args[0]), status=error.status, permanent=True) from error
            raise

    def updates(self, after: int, wait_seconds: int) -> list[tuple[int, Mapping[str, Any]]]:
        """News with a number over ``after`` (0 for all), the oldest first; asking for it tells Telegram to forget the rest."""
        asked = {"timeout": wait_seconds, "allowed_updates": list(WANTED), "limit": 50}
        outside = self._open(Patience(read_seconds=wait_seconds + 15.0))
        try:
            found = self.call("getUpdates", asked | ({"offset": after + 1} if after else {}), outside)
        finally:
            outside.close()
        rows = [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []
        return sorted(((row["update_id"], row) for row in rows if isinstance(row.get("update_id"), int)), key=lambda one: one[0])

    def set_webhook(self, url: str, secret: str) -> None:
        """Have Telegram call us at ``url``, and nobody be answered by ``updates`` any more."""
        self.call("setWebhook", {"url": url, "secret_token": secret, "allowed_updates": list(WANTED)})

    def delete_webhook(self) -> None:
        self.call("deleteWebhook", {"drop_pending_updates": False})

    def webhook(self) -> Webhook:
        found = self.call("getWebhookInfo", {})
        told = found if isinstance(found, dict) else {}
        return Webhook(
            str(told.get("url") or ""), int(told.get("pending_update_count") or 0), str(told.get("last_error_message") or "")
        )

    def username(self) -> str:
        found = self.call("getMe", {})
        return str(found.get("username") or "") if isinstance(found, dict) else ""

    def call(self, method: str, body: object, outside: Outside | None = None) -> object:
        """One method of the Bot API; what it gave."""
        answer = (outside or self._outside).post(f"/bot{self.token}/{method}", body)
        if isinstance(answer, dict) and answer.get("ok") is True:
            return answer.get("result")
        problem = str(answer.get("description") if isinstance(answer, dict) else "no object")[:200]
        raise OutsideError(f"Telegram refused {method}: {problem}.", status=200, permanent=True)


def _remedy(status: int) -> str:
    return {
        400: "Check TELEGRAM_CHAT_ID; a group that became a supergroup has a new one.",
        401: "Set TELEGRAM_BOT_TOKEN to the token that BotFather gave.",
        403: "Add the bot to the chat; whoever blocked it must unblock it.",
        404: "Set TELEGRAM_BOT_TOKEN to the token that BotFather gave.",
        409: "Something else takes this bot's news: `paramedic doctor` tells what.",
    }.get(status, "")

"""Speaking in Telegram. The token is part of every address, so no message may show one."""

from __future__ import annotations

from dataclasses import dataclass, field

from paramedic.integrations.http import Outside
from paramedic.integrations.speaking import said_once
from paramedic.integrations.telegram.messages import document
from paramedic.model.chat import ChatMessage
from paramedic.model.errors import OutsideError


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
        self._outside = Outside("Telegram", self.api_url, remedy=_remedy, secret=self.token)

    def post(self, message: ChatMessage) -> str:
        with said_once():
            sent = self.call("sendMessage", {"chat_id": self.chat_id, **document(message)})
        return f"{self.chat_id}:{sent.get('message_id') if isinstance(sent, dict) else ''}"

    def edit(self, message_id: str, message: ChatMessage) -> None:
        chat, _, number = message_id.rpartition(":")
        try:
            self.call("editMessageText", {"chat_id": chat, "message_id": int(number or 0), **document(message)})
        except OutsideError as error:
            # It stands there already: a retry after an answer that was lost.
            if "message is not modified" not in str(error):
                raise

    def call(self, method: str, body: object) -> object:
        """One method of the Bot API; what it gave."""
        answer = self._outside.post(f"/bot{self.token}/{method}", body)
        if isinstance(answer, dict) and answer.get("ok") is True:
            return answer.get("result")
        problem = str(answer.get("description") if isinstance(answer, dict) else "no object")[:200]
        raise OutsideError(f"Telegram refused {method}: {problem}.", status=200, permanent=True)


def _remedy(status: int) -> str:
    return {
        400: "Check TELEGRAM_CHAT_ID; a group that became a supergroup has a new one.",
        401: "Set TELEGRAM_BOT_TOKEN to the token that BotFather gave.",
        403: "Add the bot to the chat.",
        404: "Set TELEGRAM_BOT_TOKEN to the token that BotFather gave.",
    }.get(status, "")

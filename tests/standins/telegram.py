"""Telegram's Bot API on loopback, as strict as the real one: 4096 characters, 64 bytes in a button, updates that come again
until they are confirmed, one who asks for them at a time, and none while a webhook is set."""

from __future__ import annotations

import re
import threading
import time
from typing import Any

from tests.standins.base import Answer, Asked, StandIn

TOKEN = "42:AAsecretAA"
CHAT = "-1001"
LONGEST_POLL = 0.1
_METHODS = "sendMessage|editMessageText|answerCallbackQuery|getUpdates|getMe|setWebhook|deleteWebhook|getWebhookInfo"


class TelegramStandIn(StandIn):
    """``messages`` are those of the chat by number, as they stand now; ``private`` those to single people."""

    routes = (("POST", rf"/bot([^/]+)/({_METHODS})", "method"),)

    def __init__(self) -> None:
        super().__init__()
        self.chat = CHAT
        self.moved_to = ""
        self.blocked = False
        self.messages: dict[int, dict[str, Any]] = {}
        self.private: list[dict[str, Any]] = []
        self.told: list[dict[str, Any]] = []
        self.hook: dict[str, Any] = {}
        self.updates: list[dict[str, Any]] = []
        self._last_update = 1000
        self._poll = 0
        self._news = threading.Condition(self.lock)

    def method(self, asked: Asked, token: str, name: str) -> Answer:
        body = dict(asked.body) if isinstance(asked.body, dict) else {}
        if token != TOKEN:
            return refused(401, "Unauthorized")
        return getattr(self, "_" + re.sub("([A-Z])", r"_\1", name).lower())(body)

    def press(self, data: str, message: int, *, user: int = 42, chat: str | None = None) -> int:
        """Somebody presses a button; the number of the update."""
        about = {"message_id": message, "chat": {"id": int(chat or self.chat), "type": "supergroup"}}
        query = {"id": f"q{message}-{user}", "from": {"id": user, "username": "lead"}, "message": about, "data": data}
        return self._queue({"callback_query": query})

    def reply(self, to: int, text: str, *, user: int = 42) -> int:
        """Somebody replies to a message of the bot; the number of the update."""
        bot = {"id": int(TOKEN.partition(":")[0]), "is_bot": True}
        asked = {"message_id": to, "from": bot, "text": self.messages[to]["text"]}
        said = {"message_id": 900 + to, "from": {"id": user, "username": "lead"}, "chat": {"id": int(self.chat)}, "text": text}
        return self._queue({"message": {**said, "reply_to_message": asked}})

    def _queue(self, update: dict[str, Any]) -> int:
        with self._news:
            self._last_update += 1
            self.updates.append({"update_id": self._last_update, **update})
            self._news.notify_all()
            return self._last_update

    def _get_updates(self, body: dict[str, Any]) -> Answer:
        if self.hook.get("url"):
            return refused(409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete it")
        self._poll = mine = self._poll + 1
        self._news.notify_all()
        self.updates = [one for one in self.updates if one["update_id"] >= body.get("offset", 0)]
        until = time.monotonic() + min(body.get("timeout", 0), LONGEST_POLL)
        while not self.updates and self._poll == mine and time.monotonic() < until:
            self._news.wait(until - time.monotonic())
        if self._poll != mine:
            return refused(409, "Conflict: terminated by other getUpdates request; make sure that only one bot is running")
        return done(self.updates[: body.get("limit", 100)])

    def _send_message(self, body: dict[str, Any]) -> Answer:
        if str(body.get("chat_id")).isdecimal():
            if self.blocked:
                return refused(403, "Forbidden: bot was blocked by the user")
            self.private.append(body)
            return done({"message_id": 1})
        if problem := self._elsewhere(body) or _badly_formed(body):
            return problem
        number = len(self.messages) + 1
        self.messages[number] = body
        return done({"message_id": number})

    def _edit_message_text(self, body: dict[str, Any]) -> Answer:
        if problem := self._elsewhere(body) or _badly_formed(body):
            return problem
        number = body.pop("message_id", None)
        if number not in self.messages:
            return refused(400, "Bad Request: message to edit not found")
        if "force_reply" in self.messages[number].get("reply_markup", {}):
            return refused(400, "Bad Request: message can't be edited")
        if self.messages[number] == body:
            return refused(400, "Bad Request: message is not modified: specified new message content is the same")
        self.messages[number] = body
        return done({"message_id": number})

    def _elsewhere(self, body: dict[str, Any]) -> Answer | None:
        chat = str(body.get("chat_id"))
        if self.moved_to and chat == self.chat and chat != self.moved_to:
            moved = {"ok": False, "error_code": 400, "description": "Bad Request: group chat was upgraded to a supergroup chat"}
            return Answer(400, moved | {"parameters": {"migrate_to_chat_id": int(self.moved_to)}})
        if self.blocked:
            return refused(403, "Forbidden: bot was kicked from the supergroup chat")
        return None if chat in (self.chat, self.moved_to) else refused(400, "Bad Request: chat not found")

    def _answer_callback_query(self, body: dict[str, Any]) -> Answer:
        if len(body.get("text", "")) > 200:
            return refused(400, "Bad Request: MESSAGE_TOO_LONG")
        self.told.append(body)
        return done(True)

    def _get_me(self, _body: dict[str, Any]) -> Answer:
        return done({"id": 42, "is_bot": True, "username": "paramedic_bot"})

    def _set_webhook(self, body: dict[str, Any]) -> Answer:
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", body.get("secret_token", "x")):
            return refused(400, "Bad Request: secret token contains unallowed characters")
        self.hook = {"url": body["url"]}
        return done(True)

    def _delete_webhook(self, _body: dict[str, Any]) -> Answer:
        self.hook = {}
        return done(True)

    def _get_webhook_info(self, _body: dict[str, Any]) -> Answer:
        return done({"url": "", "pending_update_count": len(self.updates), **self.hook})


def done(result: object) -> Answer:
    return Answer(200, {"ok": True, "result": result})


def refused(status: int, description: str) -> Answer:
    return Answer(status, {"ok": False, "error_code": status, "description": description})


def _badly_formed(body: dict[str, Any]) -> Answer | None:
    problem = wrong(body)
    return refused(400, f"Bad Request: {problem}") if problem else None


def wrong(body: dict[str, Any]) -> str:
    """Telegram's word for what breaks its limits, "" when nothing does. Lengths count UTF-16 units."""
    text = body.get("text", "")
    length = len(text.encode("utf-16-le")) // 2
    if not text.strip():
        return "message text is empty"
    if length > 4096:
        return "message is too long"
    if any(entity["offset"] + entity["length"] > length for entity in body.get("entities", [])):
        return "entity beyond the end of the message"
    return _wrong_keyboard(body.get("reply_markup", {}).get("inline_keyboard", []))


def _wrong_keyboard(rows: list[list[dict[str, Any]]]) -> str:
    buttons = [button for row in rows for button in row]
    if len(buttons) > 100 or any(len(row) > 8 for row in rows) or any(not button.get("text") for button in buttons):
        return "REPLY_MARKUP_INVALID"
    if any(not 1 <= len(button.get("callback_data", "x").encode()) <= 64 for button in buttons):
        return "BUTTON_DATA_INVALID"
    local = ("127.0.0.1", "localhost")
    return "BUTTON_URL_INVALID" if any(name in button.get("url", "") for button in buttons for name in local) else ""

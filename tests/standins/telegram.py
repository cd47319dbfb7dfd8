"""Telegram's Bot API on loopback, with its limits: 4096 characters, 64 bytes in a button, ``retry_after`` in the body."""

from __future__ import annotations

from typing import Any

from tests.standins.base import Answer, Asked, StandIn

TOKEN = "42:AAsecretAA"
CHAT = "-1001"


class TelegramStandIn(StandIn):
    """``messages`` are those of the chat by number, as they stand now."""

    routes = (("POST", r"/bot([^/]+)/(sendMessage|editMessageText)", "method"),)

    def __init__(self) -> None:
        super().__init__()
        self.messages: dict[int, dict[str, Any]] = {}

    def method(self, asked: Asked, token: str, name: str) -> Answer:
        body = dict(asked.body) if isinstance(asked.body, dict) else {}
        if token != TOKEN:
            return refused(401, "Unauthorized")
        if str(body.get("chat_id")) != CHAT:
            return refused(400, "Bad Request: chat not found")
        if problem := wrong(body):
            return refused(400, f"Bad Request: {problem}")
        if name == "sendMessage":
            number = len(self.messages) + 1
        else:
            number = body.pop("message_id")
            if number not in self.messages:
                return refused(400, "Bad Request: message to edit not found")
            if self.messages[number] == body:
                return refused(400, "Bad Request: message is not modified: specified new message content is the same")
        self.messages[number] = body
        return Answer(200, {"ok": True, "result": {"message_id": number}})


def refused(status: int, description: str) -> Answer:
    return Answer(status, {"ok": False, "error_code": status, "description": description})


def wrong(body: dict[str, Any]) -> str:
    text = body.get("text", "")
    length = len(text.encode("utf-16-le")) // 2
    if not text.strip():
        return "message text is empty"
    if length > 4096:
        return "message is too long"
    if any(entity["offset"] + entity["length"] > length for entity in body.get("entities", [])):
        return "entity beyond the end of the message"
    buttons = [button for row in body["reply_markup"]["inline_keyboard"] for button in row]
    if any(len(button.get("callback_data", "").encode()) > 64 for button in buttons):
        return "BUTTON_DATA_INVALID"
    return "BUTTON_URL_INVALID" if any("127.0.0.1" in button.get("url", "") for button in buttons) else ""

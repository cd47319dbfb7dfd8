"""Slack on loopback, as strict as the real one: block counts, text lengths, HTTP 200 with ``ok: false``, one per second."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.standins.base import Answer, Asked, StandIn

TOKEN = "xoxb-the-right-one"
CHANNEL = "C0ALERTS"
HOOK = "/services/T000/B000/XXXXsecretXXXX"
_LONGEST = {"header": 150, "section": 3000, "button": 75}


class SlackStandIn(StandIn):
    """``messages`` are those of the channel by their ``ts``, as they stand now."""

    routes = (
        ("POST", HOOK, "hook"),
        ("POST", r"/api/(chat\.postMessage|chat\.update|views\.open)", "method"),
        ("POST", r"/respond", "respond"),
    )

    def __init__(self) -> None:
        super().__init__()
        self.messages: dict[str, dict[str, Any]] = {}
        self.hooked: list[dict[str, Any]] = []
        self.said_to_one: list[dict[str, Any]] = []
        self.views: list[dict[str, Any]] = []

    def hook(self, asked: Asked) -> Answer:
        body = dict(asked.body) if isinstance(asked.body, dict) else {}
        if problem := wrong(body):
            return Answer(400, problem)
        self.hooked.append(body)
        return Answer(200, "ok")

    def respond(self, asked: Asked) -> Answer:
        self.said_to_one.append(dict(asked.body) if isinstance(asked.body, dict) else {})
        return Answer(200, "ok")

    def method(self, asked: Asked, name: str) -> Answer:
        body = dict(asked.body) if isinstance(asked.body, dict) else {}
        if asked.headers.get("Authorization") != f"Bearer {TOKEN}":
            return refused("invalid_auth")
        if name == "views.open":
            self.views.append(body)
            return Answer(200, {"ok": True, "view": {"id": "V1"}})
        if body.get("channel") != CHANNEL:
            return refused("channel_not_found")
        if problem := wrong(body):
            return refused(problem)
        return self.update(body) if name == "chat.update" else self.post(body)

    def post(self, body: dict[str, Any]) -> Answer:
        moment = f"17637000{len(self.messages):02}.000100"
        self.messages[moment] = body
        return Answer(200, {"ok": True, "channel": CHANNEL, "ts": moment})

    def update(self, body: dict[str, Any]) -> Answer:
        if body.get("ts") not in self.messages:
            return refused("message_not_found")
        self.messages[body["ts"]] = body
        return Answer(200, {"ok": True, "channel": CHANNEL, "ts": body["ts"]})


def refused(problem: str) -> Answer:
    return Answer(200, {"ok": False, "error": problem})


def wrong(body: dict[str, Any]) -> str:
    """Slack's word for what breaks its limits, "" when nothing does."""
    if not body.get("text"):
        return "no_text"
    blocks = body.get("blocks", [])
    return "invalid_blocks" if len(blocks) > 50 or any(not fits(block) for block in blocks) else ""


def fits(block: dict[str, Any]) -> bool:
    elements = block.get("elements", [])
    names = [element["action_id"] for element in elements]
    if len(elements) > 25 or len(set(names)) != len(names) or any(len(name) > 255 for name in names):
        return False
    return all(0 < len(text) <= limit for text, limit in texts(block)) and all(
        len(one.get("value", "")) <= 2000 for one in elements
    )


def texts(block: dict[str, Any]) -> Iterator[tuple[str, int]]:
    if "text" in block:
        yield block["text"]["text"], _LONGEST[block["type"]]
    for element in block.get("elements", []):
        yield from texts(element)


def words(body: dict[str, Any]) -> str:
    """All that a reader sees."""
    return "\n".join(text for block in body["blocks"] for text, _limit in texts(block))


def labels(body: dict[str, Any]) -> list[str]:
    """What stands on the buttons."""
    return [one["text"]["text"] for block in body["blocks"] if block["type"] == "actions" for one in block["elements"]]

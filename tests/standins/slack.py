"""Slack on loopback, as strict as the real one: block counts, text lengths, HTTP 200 with ``ok: false``, one message a second,
triggers that are good once, and a history that takes a scope of its own."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from tests.standins.base import Answer, Asked, StandIn

TOKEN = "xoxb-the-right-one"
CHANNEL = "C0ALERTS"
HOOK = "/services/T000/B000/XXXXsecretXXXX"
SCOPES = frozenset({"chat:write", "channels:history"})
_LONGEST = {"header": 150, "section": 3000, "button": 75, "mrkdwn": 3000}
_METHODS = r"chat\.postMessage|chat\.update|views\.open|auth\.test|conversations\.history"


class SlackStandIn(StandIn):
    """``messages`` are those of the channel by their ``ts``, as they stand now. ``pace`` holds back what comes too fast."""

    routes = (
        ("POST", HOOK, "hook"),
        ("POST", rf"/api/({_METHODS})", "method"),
        ("GET", rf"/api/({_METHODS})", "method"),
        ("POST", r"/respond", "respond"),
    )

    def __init__(self) -> None:
        super().__init__()
        self.messages: dict[str, dict[str, Any]] = {}
        self.hooked: list[dict[str, Any]] = []
        self.said_to_one: list[dict[str, Any]] = []
        self.views: list[dict[str, Any]] = []
        self.scopes = SCOPES
        self.channel = CHANNEL
        self.pace = False
        self._triggers: set[str] = set()
        self._posted_at = 0.0

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
        body = dict(asked.body) if isinstance(asked.body, dict) else dict(asked.query)
        if asked.headers.get("Authorization") != f"Bearer {TOKEN}":
            return refused("invalid_auth")
        if name == "auth.test":
            return Answer(200, {"ok": True, "team": "Acme", "user": "paramedic"})
        if name == "views.open":
            return self.open_view(body)
        needed = "channels:history" if name == "conversations.history" else "chat:write"
        if needed not in self.scopes:
            return refused("missing_scope", needed=needed)
        if body.get("channel") != self.channel:
            return refused("channel_not_found")
        if name == "conversations.history":
            return Answer(200, {"ok": True, "messages": [{"ts": ts, **one} for ts, one in reversed(self.messages.items())]})
        if problem := wrong(body):
            return refused(problem)
        return self.update(body) if name == "chat.update" else self.post(body)

    def post(self, body: dict[str, Any]) -> Answer:
        now = time.monotonic()
        if self.pace and now - self._posted_at < 1.0:
            return Answer(429, {"ok": False, "error": "ratelimited"}, {"Retry-After": "1"})
        self._posted_at = now
        moment = f"17637000{len(self.messages):02}.000100"
        self.messages[moment] = body
        return Answer(200, {"ok": True, "channel": self.channel, "ts": moment})

    def update(self, body: dict[str, Any]) -> Answer:
        if body.get("ts") not in self.messages:
            return refused("message_not_found")
        self.messages[body["ts"]] = body
        return Answer(200, {"ok": True, "channel": self.channel, "ts": body["ts"]})

    def open_view(self, body: dict[str, Any]) -> Answer:
        if body.get("trigger_id") in self._triggers:
            return refused("exchanged_trigger_id")
        if not fits_view(body.get("view", {})):
            return refused("invalid_arguments")
        self._triggers.add(body["trigger_id"])
        self.views.append(body)
        return Answer(200, {"ok": True, "view": {"id": "V1"}})


def refused(problem: str, **more: str) -> Answer:
    return Answer(200, {"ok": False, "error": problem, **more})


def wrong(body: dict[str, Any]) -> str:
    """Slack's word for what breaks its limits, "" when nothing does."""
    if not body.get("text"):
        return "no_text"
    if len(body["text"]) > 40_000:
        return "msg_too_long"
    blocks = body.get("blocks", [])
    return "invalid_blocks" if len(blocks) > 50 or any(not fits(block) for block in blocks) else ""


def fits(block: dict[str, Any]) -> bool:
    elements = block.get("elements", [])
    most = {"actions": 25, "context": 10}.get(block["type"], 0)
    if len(elements) > most or (block["type"] in ("actions", "context") and not elements):
        return False
    names = [element["action_id"] for element in elements if element["type"] == "button"]
    if len(set(names)) != len(names) or any(not 0 < len(name) <= 255 for name in names):
        return False
    if not all(0 < len(text) <= limit for text, limit in texts(block)):
        return False
    return all(len(one.get("value", "")) <= 2000 and len(one.get("url", "")) <= 3000 for one in elements)


def fits_view(view: dict[str, Any]) -> bool:
    """The limits of a modal."""
    short = all(0 < len(view[name]["text"]) <= 24 for name in ("title", "submit"))
    kept = len(view.get("private_metadata", "")) <= 3000 and len(view.get("callback_id", "")) <= 255
    inputs = [block for block in view["blocks"] if block["type"] == "input"]
    asked = all(len(one["label"]["text"]) <= 2000 and one["element"]["max_length"] <= 3000 for one in inputs)
    rest = all(fits(block) for block in view["blocks"] if block["type"] != "input")
    return short and kept and asked and rest and len(view["blocks"]) <= 100


def texts(block: dict[str, Any]) -> Iterator[tuple[str, int]]:
    """Each text with the length that it may have."""
    text = block.get("text")
    if isinstance(text, dict):
        yield text["text"], _LONGEST[block["type"]]
    elif text is not None:
        yield text, _LONGEST[block["type"]]
    for element in block.get("elements", []):
        yield from texts(element)


def words(body: dict[str, Any]) -> str:
    """All that a reader sees."""
    return "\n".join(text for block in body["blocks"] for text, _limit in texts(block))


def labels(body: dict[str, Any]) -> list[str]:
    """What stands on the buttons."""
    return [one["text"]["text"] for block in body["blocks"] if block["type"] == "actions" for one in block["elements"]]

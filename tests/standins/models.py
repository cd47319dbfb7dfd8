"""A language model's provider on loopback: speaks OpenAI's and Anthropic's protocols, says what a script says, and counts."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.standins.base import Answer, Asked, StandIn


@dataclass(frozen=True)
class Call:
    """One use of a tool. ``raw`` stands in for the arguments' JSON, to be malformed."""

    name: str
    arguments: dict[str, Any] = field(default_factory=dict)
    raw: str | None = None


@dataclass(frozen=True)
class Said:
    """One reply: words, uses of tools, and what the provider says it read and wrote."""

    text: str = ""
    calls: tuple[Call, ...] = ()
    read: int = 1000
    wrote: int = 100
    usage: bool = True
    finish: str = ""


Script = Callable[[int, str], Said]
"""Given the number of the reply, from 0, and all that the model was sent, what it says."""


def tells(replies: Sequence[Said]) -> Script:
    """The replies in order; the last one for ever. The position is that of the conversation, so that a repeated call gets
    the same reply."""
    return lambda number, _sent: replies[min(number, len(replies) - 1)]


class Provider(StandIn):
    """``script`` decides; the number it is given counts the replies that the conversation holds."""

    routes = (
        ("POST", r"/v1/chat/completions", "chat"),
        ("POST", r"/v1/messages", "messages"),
    )

    def __init__(self, script: Script) -> None:
        super().__init__()
        self.script = script
        self.sent: list[str] = []
        self.conversations: list[list[dict[str, Any]]] = []

    @property
    def calls(self) -> int:
        return len(self.asked)

    def chat(self, asked: Asked) -> Answer:
        body = asked.body
        assert isinstance(body, dict)
        said = self._say(body["messages"], body)
        message: dict[str, Any] = {"role": "assistant", "content": said.text or None}
        if said.calls:
            message["tool_calls"] = [
                {
                    "id": f"call_{len(self.sent)}_{number}",
                    "type": "function",
                    "function": {"name": call.name, "arguments": _json(call)},
                }
                for number, call in enumerate(said.calls)
            ]
        finish = said.finish or ("tool_calls" if said.calls else "stop")
        usage = {"prompt_tokens": said.read, "completion_tokens": said.wrote, "total_tokens": said.read + said.wrote}
        return Answer(
            200,
            {
                "id": f"chatcmpl-{len(self.sent)}",
                "object": "chat.completion",
                "created": 1_780_000_000,
                "model": body["model"],
                "choices": [{"index": 0, "message": message, "finish_reason": finish, "logprobs": None}],
                **({"usage": usage} if said.usage else {}),
            },
        )

    def messages(self, asked: Asked) -> Answer:
        body = asked.body
        assert isinstance(body, dict)
        said = self._say(body["messages"], body)
        content: list[dict[str, Any]] = [{"type": "text", "text": said.text}] if said.text else []
        for number, call in enumerate(said.calls):
            content.append(
                {"type": "tool_use", "id": f"toolu_{len(self.sent)}_{number}", "name": call.name, "input": call.arguments}
            )
        return Answer(
            200,
            {
                "id": f"msg_{len(self.sent)}",
                "type": "message",
                "role": "assistant",
                "model": body["model"],
                "content": content,
                "stop_reason": said.finish or ("tool_use" if said.calls else "end_turn"),
                "stop_sequence": None,
                "usage": {"input_tokens": said.read, "output_tokens": said.wrote},
            },
        )

    def _say(self, messages: list[dict[str, Any]], body: dict[str, Any]) -> Said:
        text = json.dumps(body, ensure_ascii=False)
        self.sent.append(text)
        self.conversations.append(messages)
        return self.script(sum(message["role"] == "assistant" for message in messages), text)


def _json(call: Call) -> str:
    return call.raw if call.raw is not None else json.dumps(call.arguments)


def answer(summary: str = "A row may lack a note.", **more: Any) -> Said:
    """A reply that ends the session."""
    form = {"summary": summary, "claims": [{"text": "The row has no note.", "evidence": ["C1"]}], "confidence": 0.8, **more}
    return Said(calls=(Call("answer", form),))


def uses(name: str, **arguments: Any) -> Said:
    """A reply that uses one tool."""
    return Said(calls=(Call(name, arguments),))

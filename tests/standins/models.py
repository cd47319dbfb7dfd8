"""A language model's provider on loopback: speaks the protocols of OpenAI, Anthropic, Google and Bedrock, says what a script
says, and counts."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.standins.base import Answer, Asked, StandIn, Stream


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
    refusal: str = ""


Script = Callable[[int, str], Said]
"""Given the number of the reply, from 0, and all that the model was sent, what it says."""


def tells(replies: Sequence[Said]) -> Script:
    """The replies in order; the last one for ever. The position is that of the conversation, so that a repeated call gets
    the same reply."""
    return lambda number, _sent: replies[min(number, len(replies) - 1)]


Spoiler = Callable[[Stream], Stream]
"""Makes of a good stream a bad one."""


class Provider(StandIn):
    """``script`` decides; the number it is given counts the replies that the conversation holds. Each of ``spoilers`` is for
    one reply that is streamed; ``whole`` answers in one piece whatever was asked, ``streams`` the other way round."""

    routes = (
        ("POST", r"/v1/chat/completions", "chat"),
        ("POST", r"/v1/messages", "messages"),
        ("POST", r"/(?:v1beta/)?models/([^/:]+):generateContent", "generate"),
        ("POST", r"/model/([^/]+)/converse", "converse"),
    )

    def __init__(self, script: Script) -> None:
        super().__init__()
        self.script = script
        self.sent: list[str] = []
        self.conversations: list[list[dict[str, Any]]] = []
        self.spoilers: list[Spoiler] = []
        self.whole = False
        self.streams = False

    @property
    def calls(self) -> int:
        return len(self.asked)

    def chat(self, asked: Asked) -> Answer:
        return self._told(asked, chat_completion, chat_chunks)

    def messages(self, asked: Asked) -> Answer:
        return self._told(asked, message, message_events)

    def generate(self, asked: Asked, _model: str) -> Answer:
        """Google's."""
        return Answer(200, candidate(self._heard(asked, "contents", "model")))

    def converse(self, asked: Asked, _model: str) -> Answer:
        """Bedrock's."""
        return Answer(200, converse_output(self._heard(asked, "messages", "assistant"), len(self.sent)))

    def _heard(self, asked: Asked, messages: str, its_role: str) -> Said:
        body = asked.body
        assert isinstance(body, dict)
        return self._say([message | {"role": _role(message, its_role)} for message in body[messages]], body)

    def _told(
        self, asked: Asked, whole: Callable[[Said, str, int], dict[str, Any]], pieces: Callable[[Said, str, int], tuple[str, ...]]
    ) -> Answer:
        body = asked.body
        assert isinstance(body, dict)
        said = self._say(body["messages"], body)
        if self.streams or (body.get("stream") and not self.whole):
            stream = Stream(pieces(said, body["model"], len(self.sent)))
            return Answer(200, self.spoilers.pop(0)(stream) if self.spoilers else stream)
        return Answer(200, whole(said, body["model"], len(self.sent)))

    def _say(self, messages: list[dict[str, Any]], body: dict[str, Any]) -> Said:
        text = json.dumps(body, ensure_ascii=False)
        self.sent.append(text)
        self.conversations.append(messages)
        return self.script(sum(message["role"] == "assistant" for message in messages), text)


def chat_completion(said: Said, model: str, number: int) -> dict[str, Any]:
    """OpenAI's object, whole."""
    message: dict[str, Any] = {"role": "assistant", "content": said.text or None}
    if said.refusal:
        message["refusal"] = said.refusal
    if said.calls:
        message["tool_calls"] = [
            {"id": f"call_{number}_{at}", "type": "function", "function": {"name": call.name, "arguments": _json(call)}}
            for at, call in enumerate(said.calls)
        ]
    return {
        "id": f"chatcmpl-{number}",
        "object": "chat.completion",
        "created": 1_780_000_000,
        "model": model,
        "choices": [{"index": 0, "message": message, "finish_reason": _finish(said), "logprobs": None}],
        **({"usage": _usage(said)} if said.usage else {}),
    }


def chat_chunks(said: Said, model: str, number: int) -> tuple[str, ...]:
    """OpenAI's object in chunks, as it comes with ``stream_options.include_usage``."""
    head = {"id": f"chatcmpl-{number}", "object": "chat.completion.chunk", "created": 1_780_000_000, "model": model}

    def chunk(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
        return {**head, "choices": [{"index": 0, "delta": delta, "finish_reason": finish}], "usage": None}

    chunks = [chunk({"role": "assistant", "content": ""})]
    chunks += [chunk({"content": part}) for part in _parts(said.text)]
    chunks += [chunk({"refusal": part}) for part in _parts(said.refusal)]
    for at, call in enumerate(said.calls):
        named = {"index": at, "id": f"call_{number}_{at}", "type": "function", "function": {"name": call.name, "arguments": ""}}
        chunks.append(chunk({"tool_calls": [named]}))
        chunks += [chunk({"tool_calls": [{"index": at, "function": {"arguments": part}}]}) for part in _parts(_json(call))]
    chunks.append(chunk({}, _finish(said)))
    if said.usage:
        chunks.append({**head, "choices": [], "usage": _usage(said)})
    return (*(f"data: {json.dumps(each)}\n\n" for each in chunks), "data: [DONE]\n\n")


def message(said: Said, model: str, number: int) -> dict[str, Any]:
    """Anthropic's object, whole."""
    content: list[dict[str, Any]] = [{"type": "text", "text": said.text}] if said.text else []
    for at, call in enumerate(said.calls):
        content.append({"type": "tool_use", "id": f"toolu_{number}_{at}", "name": call.name, "input": call.arguments})
    return _message(model, number) | {
        "content": content,
        "stop_reason": _stop(said),
        "usage": {"input_tokens": said.read, "output_tokens": said.wrote},
    }


def message_events(said: Said, model: str, number: int) -> tuple[str, ...]:
    """Anthropic's object in events. The first counts what was read, the last but one what was written."""
    read, wrote = (said.read, said.wrote) if said.usage else (0, 0)
    start = _message(model, number) | {"usage": {"input_tokens": read, "output_tokens": min(wrote, 1)}}
    events: list[dict[str, Any]] = [{"type": "message_start", "message": start}, {"type": "ping"}]
    blocks: list[tuple[dict[str, Any], list[dict[str, Any]]]] = []
    if said.text:
        blocks.append(({"type": "text", "text": ""}, [{"type": "text_delta", "text": part} for part in _parts(said.text)]))
    for at, call in enumerate(said.calls):
        block = {"type": "tool_use", "id": f"toolu_{number}_{at}", "name": call.name, "input": {}}
        blocks.append((block, [{"type": "input_json_delta", "partial_json": part} for part in _parts(_json(call))]))
    for index, (block, deltas) in enumerate(blocks):
        events.append({"type": "content_block_start", "index": index, "content_block": block})
        events += [{"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas]
        events.append({"type": "content_block_stop", "index": index})
    ended = {"stop_reason": _stop(said), "stop_sequence": None}
    events += [{"type": "message_delta", "delta": ended, "usage": {"output_tokens": wrote}}, {"type": "message_stop"}]
    return tuple(f"event: {each['type']}\ndata: {json.dumps(each)}\n\n" for each in events)


def candidate(said: Said) -> dict[str, Any]:
    """Google's object."""
    parts: list[dict[str, Any]] = [{"text": said.text}] if said.text else []
    parts += [{"functionCall": {"name": call.name, "args": call.arguments}} for call in said.calls]
    usage = {"promptTokenCount": said.read, "candidatesTokenCount": said.wrote, "totalTokenCount": said.read + said.wrote}
    return {
        "candidates": [{"content": {"role": "model", "parts": parts}, "finishReason": said.finish or "STOP", "index": 0}],
        "modelVersion": "tester",
        **({"usageMetadata": usage} if said.usage else {}),
    }


def converse_output(said: Said, number: int) -> dict[str, Any]:
    """Bedrock's object."""
    content: list[dict[str, Any]] = [{"text": said.text}] if said.text else []
    for at, call in enumerate(said.calls):
        content.append({"toolUse": {"toolUseId": f"tooluse_{number}_{at}", "name": call.name, "input": call.arguments}})
    return {
        "output": {"message": {"role": "assistant", "content": content}},
        "stopReason": said.finish or ("tool_use" if said.calls else "end_turn"),
        "usage": {"inputTokens": said.read, "outputTokens": said.wrote, "totalTokens": said.read + said.wrote},
        "metrics": {"latencyMs": 1},
    }


def _role(message: dict[str, Any], its_role: str) -> str:
    return "assistant" if message["role"] == its_role else "user"


def _message(model: str, number: int) -> dict[str, Any]:
    return {
        "id": f"msg_{number}",
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
    }


def _usage(said: Said) -> dict[str, int]:
    return {"prompt_tokens": said.read, "completion_tokens": said.wrote, "total_tokens": said.read + said.wrote}


def _finish(said: Said) -> str:
    return said.finish or ("tool_calls" if said.calls else "stop")


def _stop(said: Said) -> str:
    return said.finish or ("refusal" if said.refusal else "tool_use" if said.calls else "end_turn")


def _parts(text: str) -> list[str]:
    """Pieces as providers cut them: in the midst of words, and of JSON."""
    return [text[at : at + 24] for at in range(0, len(text), 24)]


def _json(call: Call) -> str:
    return call.raw if call.raw is not None else json.dumps(call.arguments)


def answer(summary: str = "A row may lack a note.", **more: Any) -> Said:
    """A reply that ends the session."""
    form = {"summary": summary, "claims": [{"text": "The row has no note.", "evidence": ["C1"]}], "confidence": 0.8, **more}
    return Said(calls=(Call("answer", form),))


def uses(name: str, **arguments: Any) -> Said:
    """A reply that uses one tool."""
    return Said(calls=(Call(name, arguments),))

"""One request and its reply: streamed, so that no proxy takes a long reply for a dead line, or in one piece."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import httpx2
from pydantic_ai.direct import model_request, model_request_stream
from pydantic_ai.exceptions import UnexpectedModelBehavior
from pydantic_ai.messages import (
    ModelMessage,
    ModelResponse,
    ModelResponseStreamEvent,
    PartDeltaEvent,
    PartStartEvent,
    TextPart,
    TextPartDelta,
    ThinkingPart,
    ThinkingPartDelta,
    ToolCallPart,
    ToolCallPartDelta,
)
from pydantic_ai.models import Model, ModelRequestParameters
from pydantic_ai.settings import ModelSettings

TELL_SECONDS = 15.0

Heard = Callable[[str], None]
"""Is told all that has come of a reply so far, every ``TELL_SECONDS`` while it is coming."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of a model, and how."""

    messages: list[ModelMessage]
    settings: ModelSettings
    parameters: ModelRequestParameters


async def whole(model: Model, asked: Request) -> ModelResponse:
    """The reply in one piece."""
    return await model_request(model, asked.messages, model_settings=asked.settings, model_request_parameters=asked.parameters)


async def streamed(model: Model, asked: Request, heard: Heard, every_seconds: float = TELL_SECONDS) -> ModelResponse:
    """The reply as it comes. Raises ``UnexpectedModelBehavior`` when it ends before its provider has said that it does: what
    has come until then may be the half of a call of a tool, and its count of tokens is none."""
    so_far: list[str] = []
    told = time.monotonic()
    async with model_request_stream(
        model, asked.messages, model_settings=asked.settings, model_request_parameters=asked.parameters
    ) as stream:
        async for event in stream:
            so_far.append(_words(event))
            if time.monotonic() - told >= every_seconds:
                heard("".join(so_far))
                told = time.monotonic()
        response = stream.get()
    if not _has_ended(response):
        raise UnexpectedModelBehavior("The reply broke off before its end.")
    return response


def watch_kind(kinds: list[str]) -> Callable[[httpx2.Response], object]:
    """A hook that notes what kind of answer a server gives."""

    async def watched(response: httpx2.Response) -> None:
        kinds.append(response.headers.get("content-type", ""))

    return watched


def _has_ended(response: ModelResponse) -> bool:
    """The library takes a stream without an end for a whole one, since some servers never say why they end."""
    said = (response.provider_details or {}).get("finish_reason")
    return response.state == "complete" and (said is not None or response.finish_reason == "content_filter")


def _words(event: ModelResponseStreamEvent) -> str:
    match event:
        case PartStartEvent(part=TextPart() | ThinkingPart() as part):
            return part.content
        case PartStartEvent(part=ToolCallPart() as part):
            return f"{part.tool_name} {part.args or ''}"
        case PartDeltaEvent(delta=TextPartDelta() | ThinkingPartDelta() as delta):
            return delta.content_delta or ""
        case PartDeltaEvent(delta=ToolCallPartDelta() as delta):
            return str(delta.args_delta or "")
    return ""

"""One call of one model: no retries, and a clear error that says whether it may have been charged."""

from __future__ import annotations

import asyncio
import json
import ssl
import time
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

import httpx2
from pydantic_ai import exceptions
from pydantic_ai.messages import ModelMessage, ModelMessagesTypeAdapter, ModelRequest, ModelResponse, UserPromptPart
from pydantic_ai.models import ModelRequestParameters
from pydantic_ai.settings import ModelSettings
from pydantic_ai.tools import ToolDefinition

from paramedic.integrations.models.exchange import TELL_SECONDS, Heard, Request, streamed, watch_kind, whole
from paramedic.integrations.models.prices import Price, find_price
from paramedic.integrations.models.providers import Choice, choose
from paramedic.model.agent import Cost
from paramedic.model.errors import OutsideError

if TYPE_CHECKING:
    from paramedic.settings import Settings
    from paramedic.settings.file import AgentConfig

SILENT_SECONDS = 300.0
LONGEST_SECONDS = 1200.0
TOKENS_AROUND = 2000
"""For what providers add to a request: their own words about tools, and the marks around messages."""
TOKENS_PER_PART = 20
_NO_STREAM = "It was asked to stream, and answered in one piece; set stream = false in [agent]."
_TINY_TOKENS = 1024
"""Enough for models that think before they speak."""
_NEVER_CHARGED = frozenset((400, 401, 402, 403, 404, 405, 413, 415, 422, 429, 529))
_WRONG_SHAPES = (AttributeError, KeyError, TypeError, ValueError, AssertionError)
"""What the SDKs' values, which are built unchecked, break with when a server sends JSON of another shape."""


class ModelFailed(OutsideError):
    """A provider refused or failed. ``charged`` is False only where it cannot have charged for the call."""

    charged = True


@dataclass(frozen=True, slots=True)
class Reply:
    """``cost`` is what the provider's own count comes to; the worst case where it gave none."""

    response: ModelResponse
    cost: Cost


@dataclass(frozen=True, slots=True)
class ModelClient:
    """A model that can be asked, and its price. A server may be silent for ``silent_seconds``, and take ``longest_seconds``
    for a reply; unless ``stream``, its reply in one piece is such a silence."""

    choice: Choice
    price: Price
    reply_tokens: int
    stream: bool = True
    silent_seconds: float = SILENT_SECONDS
    longest_seconds: float = LONGEST_SECONDS
    tell_seconds: float = TELL_SECONDS

    @property
    def label(self) -> str:
        return self.choice.label

    def worst_case(self, messages: Sequence[ModelMessage], tools: Sequence[ToolDefinition]) -> Cost:
        """What a call cannot exceed: no token is shorter than a byte of what is sent."""
        size = len(ModelMessagesTypeAdapter.dump_json(list(messages)))
        size += sum(len(json.dumps(tool.parameters_json_schema)) + len(tool.description or "") + len(tool.name) for tool in tools)
        parts = sum(len(message.parts) for message in messages) + len(tools)
        tokens = size + TOKENS_PER_PART * parts + TOKENS_AROUND
        return Cost(self.price.at_most(tokens, self.reply_tokens), tokens + self.reply_tokens)

    def ask(self, messages: Sequence[ModelMessage], tools: Sequence[ToolDefinition], heard: Heard = lambda _text: None) -> Reply:
        """Raises ``ModelFailed``."""
        worst = self.worst_case(messages, tools)
        try:
            # A loop and a connection of its own: sessions run in threads, and connections belong to a loop.
            response = asyncio.run(self._ask(list(messages), list(tools), heard))
        except exceptions.ModelHTTPError as error:
            raise _refused(self.label, error) from error
        except exceptions.ModelAPIError as error:
            raise _failed(self.label, f"did not answer: {_short(error)}", charged=_was_sent(error)) from error
        except (exceptions.UnexpectedModelBehavior, exceptions.UserError, *_WRONG_SHAPES) as error:
            raise _failed(self.label, f"gave no usable answer: {_short(error)}", charged=True) from error
        usage = response.usage
        if usage.unmeasured_requests or not (usage.input_tokens or usage.output_tokens):
            return Reply(response, worst)
        return Reply(response, Cost(self.price.of(usage), usage.input_tokens + usage.output_tokens))

    async def _ask(self, messages: list[ModelMessage], tools: list[ToolDefinition], heard: Heard) -> ModelResponse:
        wanted = ModelRequestParameters(function_tools=tools, allow_text_output=True)
        how = ModelSettings(max_tokens=self.reply_tokens, cache=True, request_timeout=self.longest_seconds)
        limits = httpx2.Timeout(self.silent_seconds, connect=min(15.0, self.silent_seconds))
        kinds: list[str] = []
        hooks = {"response": [watch_kind(kinds)]}
        async with httpx2.AsyncClient(verify=_certificates(), timeout=limits, event_hooks=hooks) as http:
            with warnings.catch_warnings():
                # Not every provider has a cache; that one is not used is nothing to warn of.
                warnings.simplefilter("ignore", exceptions.UnsupportedSettingWarning)
                asked, model = Request(messages, how, wanted), self.choice.open(http)
                if not (self.stream and self.choice.can_stream):
                    return await whole(model, asked)
                try:
                    return await streamed(model, asked, heard, self.tell_seconds)
                except exceptions.UnexpectedModelBehavior as error:
                    if any("json" in kind for kind in kinds):
                        raise exceptions.UnexpectedModelBehavior(_NO_STREAM) from error
                    raise


@dataclass(frozen=True, slots=True)
class Tried:
    """What one tiny call showed."""

    seconds: float
    cost: Cost
    uses_tools: bool


def try_out(model: ModelClient) -> Tried:
    """Ask for the use of a tool. Raises ``ModelFailed``."""
    tool = ToolDefinition(
        name="ready", description="Say that you are ready.", parameters_json_schema={"type": "object", "properties": {}}
    )
    began = time.monotonic()
    small = replace(model, reply_tokens=_TINY_TOKENS)
    reply = small.ask([ModelRequest(parts=[UserPromptPart(content="Use the tool ready, once.")])], [tool])
    return Tried(time.monotonic() - began, reply.cost, any(call.tool_name == "ready" for call in reply.response.tool_calls))


@cache
def _certificates() -> ssl.SSLContext:
    """Reading them takes longer than all else that a call begins with."""
    return httpx2.create_ssl_context()


def open_models(settings: Settings, agent: AgentConfig) -> tuple[ModelClient, ...]:
    """The configured model and its fallback; empty when none is configured. Raises ``NotConfigured``."""
    named = [(settings.paramedic_model, True), (settings.paramedic_model_fallback, False)]
    choices = [choose(setting, settings, main=main) for setting, main in named if setting]
    return tuple(_client(choice, agent) for choice in choices)


def open_summary_model(settings: Settings, agent: AgentConfig) -> ModelClient | None:
    """The cheaper model; None when none is configured. Raises ``NotConfigured``."""
    setting = settings.paramedic_model_summary
    return _client(choose(setting, settings, main=False), agent) if setting else None


def _client(choice: Choice, agent: AgentConfig) -> ModelClient:
    return ModelClient(choice, find_price(choice, agent.prices), agent.reply_tokens, stream=agent.stream)


def _refused(label: str, error: exceptions.ModelHTTPError) -> ModelFailed:
    status = error.status_code
    # What is refused in the midst of a reply was accepted before, and its beginning was written.
    charged = error.in_stream or status not in _NEVER_CHARGED
    failed = _failed(label, f"answered {status}: {_short(error)}", charged=charged)
    failed.status = status
    failed.permanent = status in _NEVER_CHARGED - {429, 529}
    failed.retry_after_seconds = error.retry_after
    return failed


def _failed(label: str, what: str, *, charged: bool) -> ModelFailed:
    failed = ModelFailed(f"The model {label} {what}")
    failed.charged = charged
    return failed


def _was_sent(error: BaseException | None) -> bool:
    """False when no connection was made, so that nothing can have been charged."""
    while error is not None:
        if isinstance(error, httpx2.ConnectError | httpx2.ConnectTimeout):
            return False
        error = error.__cause__ or error.__context__
    return True


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:300]

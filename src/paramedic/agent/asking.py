"""Asking a model under a budget: money is set aside before each call, and a call that may have been charged stays spent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pydantic_ai.messages import ModelMessage, ModelResponse
from pydantic_ai.tools import ToolDefinition

from paramedic.agent.fence import safe
from paramedic.integrations.models.client import ModelClient, ModelFailed
from paramedic.model.agent import Cost, Hold, Journal, Refusal

ATTEMPTS = 4
FIRST_PAUSE_SECONDS = 2.0
LONGEST_PAUSE_SECONDS = 120.0
_LAST_WORDS = 160
_SCRUBBED = 2000


@dataclass(frozen=True, slots=True)
class Asked:
    """A reply, what it cost, and the hold that is to be settled when it is kept."""

    response: ModelResponse
    cost: Cost
    hold: Hold
    model: str


@dataclass(frozen=True, slots=True)
class Asker:
    """Asks the first model, and the next one when that fails. ``say`` is told of every failure."""

    models: Sequence[ModelClient]
    journal: Journal
    say: Callable[[str], None]
    wait: Callable[[float], None]

    def ask(self, messages: Sequence[ModelMessage], tools: Sequence[ToolDefinition]) -> Asked | Refusal | ModelFailed:
        """Retries what may pass, no sooner than the provider wishes. A refusal by the budget is final: it holds for all."""
        failure: ModelFailed | None = None
        for model in self.models:
            answer = self._ask_one(model, messages, tools)
            if not isinstance(answer, ModelFailed):
                return answer
            failure = answer
        if failure is None:
            raise ValueError("no model is configured")
        return failure

    def _ask_one(
        self, model: ModelClient, messages: Sequence[ModelMessage], tools: Sequence[ToolDefinition]
    ) -> Asked | Refusal | ModelFailed:
        for attempt in range(1, ATTEMPTS + 1):
            hold = self.journal.hold(model.worst_case(messages, tools))
            if isinstance(hold, Refusal):
                return hold
            try:
                reply = model.ask(messages, tools, lambda text: self.say(_under_way(model.label, text)))
            except ModelFailed as error:
                pause = self._after(error, hold, attempt)
                if pause is None:
                    return error
                self.wait(pause)
            else:
                return Asked(reply.response, reply.cost, hold, model.label)
        raise AssertionError("the last attempt returns")

    def _after(self, error: ModelFailed, hold: Hold, attempt: int) -> float | None:
        """Seconds to wait before the next attempt; None when there is no point in one."""
        if not error.charged:
            self.journal.release(hold)
        self.say(str(error) + (" It may have been charged, and counts as if it were." if error.charged else ""))
        pause = error.retry_after_seconds or FIRST_PAUSE_SECONDS * 3 ** (attempt - 1)
        return None if error.permanent or attempt == ATTEMPTS or pause > LONGEST_PAUSE_SECONDS else pause


def _under_way(label: str, text: str) -> str:
    """That a reply is coming, and its last words: a person who looks on sees that the session lives."""
    # Scrubbed first, and then cut: half a key no longer looks like one.
    words = " ".join(safe(text[-_SCRUBBED:], _SCRUBBED).split())[-_LAST_WORDS:]
    return f"{label} is answering, {len(text)} characters so far: …{words}"

"""The list of messages: the only state of the loop. It is rebuilt from the journal, word for word."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pydantic_ai.messages import (
    ModelMessage,
    ModelMessagesTypeAdapter,
    ModelRequest,
    ModelRequestPart,
    ModelResponse,
    SystemPromptPart,
    TextPart,
    ToolCallPart,
    ToolReturnPart,
    UserPromptPart,
)

from paramedic.agent import prompt
from paramedic.model.agent import Outcome, Trial
from paramedic.model.diagnosis import Provenance
from paramedic.model.repair import Edit
from paramedic.model.toolbox import ToolState

_CHARACTERS_PER_TOKEN = 3
_LEFT_OUT = "[left out to make room; ask again if you need it]"


@dataclass(frozen=True, slots=True)
class Opening:
    """How a session began. Kept, so that what is sent again after a crash is what was sent before it."""

    rules: str
    text: str
    ids: tuple[str, ...]
    context_tokens: int

    def messages(self) -> list[ModelMessage]:
        return [ModelRequest(parts=[SystemPromptPart(content=self.rules), UserPromptPart(content=self.text)])]

    def written(self) -> str:
        return json.dumps([self.rules, self.text, self.ids, self.context_tokens])

    @classmethod
    def read(cls, data: str) -> Opening:
        rules, text, ids, context_tokens = json.loads(data)
        return cls(rules, text, tuple(ids), context_tokens)


def write_response(response: ModelResponse) -> str:
    return ModelMessagesTypeAdapter.dump_json([response]).decode()


def read_response(data: str) -> ModelResponse:
    (message,) = ModelMessagesTypeAdapter.validate_json(data)
    if not isinstance(message, ModelResponse):
        raise TypeError("a model's step holds no response")
    return message


def write_result(result: Outcome) -> str:
    edits = [[edit.path, edit.before, edit.after] for edit in result.edits]
    return json.dumps([result.state.value, result.text, result.provenance.value, edits])


def read_result(data: str) -> Outcome:
    state, text, provenance, edits = json.loads(data)
    return Outcome(ToolState(state), text, Provenance(provenance), tuple(Edit(*edit) for edit in edits))


def write_trial(trial: Trial) -> str:
    return json.dumps([trial.ok, trial.text, trial.untested])


def read_trial(data: str) -> Trial:
    return Trial(*json.loads(data))


def halves(messages: Sequence[ModelMessage], context_tokens: int) -> tuple[list[ModelMessage], list[ModelMessage]]:
    """What lies between the opening and the later half, and that half; nothing and all where the whole is short enough.

    The later half begins with a reply, since results of tools must follow the calls that they answer.
    """
    sizes = [len(ModelMessagesTypeAdapter.dump_json([message])) for message in messages]
    if sum(sizes) <= context_tokens * _CHARACTERS_PER_TOKEN:
        return [], list(messages)
    room = context_tokens * _CHARACTERS_PER_TOKEN // 2
    first = len(messages)
    while first > 1 and sum(sizes[first - 1 :]) <= room:
        first -= 1
    while first < len(messages) and not isinstance(messages[first], ModelResponse):
        first += 1
    return list(messages[1:first]), list(messages[first:])


def told(messages: Sequence[ModelMessage]) -> str:
    """Calls and results as plain text, for a summary."""
    lines = []
    for message in messages:
        for part in message.parts:
            if isinstance(part, ToolCallPart):
                lines.append(f"CALL {part.tool_name} {part.args_as_json_str()}")
            elif isinstance(part, ToolReturnPart | TextPart | UserPromptPart):
                lines.append(str(part.content))
    return "\n\n".join(lines)


def question(words: tuple[str, str]) -> list[ModelMessage]:
    """Rules and a text as a conversation of their own."""
    return [ModelRequest(parts=[SystemPromptPart(content=words[0]), UserPromptPart(content=words[1])])]


def summed_up(text: str) -> list[ModelMessage]:
    """A summary as it stands after the opening."""
    return [ModelRequest(parts=[UserPromptPart(content=prompt.summary(text))])]


def shortened(messages: Sequence[ModelMessage], context_tokens: int) -> list[ModelMessage]:
    """Without the oldest results of tools, where the whole is longer than ``context_tokens``.

    Cuts down to half of it, so that the beginning stays the same for many calls and a provider's cache holds.
    """
    sizes = [len(ModelMessagesTypeAdapter.dump_json([message])) for message in messages]
    excess = sum(sizes) - context_tokens * _CHARACTERS_PER_TOKEN
    if excess <= 0:
        return list(messages)
    excess += context_tokens * _CHARACTERS_PER_TOKEN // 2
    kept: list[ModelMessage] = []
    for message, size in zip(messages, sizes, strict=True):
        if excess > 0 and isinstance(message, ModelRequest) and kept and message is not messages[-1]:
            smaller = replace(message, parts=[_without(part) for part in message.parts])
            excess -= size - len(ModelMessagesTypeAdapter.dump_json([smaller]))
            kept.append(smaller)
        else:
            kept.append(message)
    return kept


def _without(part: ModelRequestPart) -> ModelRequestPart:
    if not isinstance(part, ToolReturnPart):
        return part
    return ToolReturnPart(tool_name=part.tool_name, content=_LEFT_OUT, tool_call_id=part.tool_call_id)

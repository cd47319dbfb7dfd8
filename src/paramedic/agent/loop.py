"""The loop: ask the model, do what it asks for, until it answers or a limit is reached.

Every call of the model and of a tool is a numbered step of the journal. A session that is killed goes through the same steps
again, finds what they gave, and goes on with the first that is not there: the messages are rebuilt, nothing is paid twice.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence

from pydantic import ValidationError
from pydantic_ai.messages import ModelRequest, ModelRequestPart, ModelResponse, ToolCallPart, ToolReturnPart, UserPromptPart

from paramedic.agent import prompt, transcript
from paramedic.agent.answer import NAME, form_of, taken
from paramedic.agent.asking import Asked, Asker
from paramedic.agent.case import Case
from paramedic.agent.context import render
from paramedic.agent.fence import fenced, safe
from paramedic.agent.structured import fault
from paramedic.agent.tools import toolbox
from paramedic.agent.tools.box import described
from paramedic.agent.transcript import Opening
from paramedic.agent.worktree import WorkTree
from paramedic.integrations.models.client import ModelClient, ModelFailed
from paramedic.model.agent import Answer, Cost, Investigation, Journal, Limits, Outcome, Refusal, Step, StopReason, Trial

SILENT_REPLIES = 3
"""Replies in a row that call no tool, after which the model is not asked again."""
SAME_CALLS = 3
"""The same call with the same result, so often, is going in circles."""
_MOST_CALLS = 12
"""Tool calls of one reply that are done; a reply with more is told so."""

_SUMMARY = "summary"
_LONGEST_SUMMARY = 12_000

Say = Callable[[str], None]


def investigate(
    case: Case,
    models: Sequence[ModelClient],
    journal: Journal,
    limits: Limits,
    say: Say,
    wait: Callable[[float], None] = time.sleep,
    summariser: ModelClient | None = None,
) -> Investigation:
    """Go on with a case until there is an answer or a limit is reached; what came of it, never an exception of a provider's.

    ``summariser`` shortens a transcript that has become too long; without one the oldest results of tools are left out.
    """
    run = _Run(case, models, journal, limits, say, wait)
    if summariser is not None:
        run.summariser = Asker([summariser], journal, say, wait)
    while True:
        ended = run.turn()
        if ended is not None:
            return ended


class _Run:
    def __init__(
        self,
        case: Case,
        models: Sequence[ModelClient],
        journal: Journal,
        limits: Limits,
        say: Say,
        wait: Callable[[float], None],
    ) -> None:
        self.case, self.journal, self.limits, self.say = case, journal, limits, say
        self.work = WorkTree(case.tree)
        self.work.apply(case.changed)
        self.before = (self.work.patch, self.work.tests)
        self.tools = toolbox(case, self.work)
        # Asked for once: what is offered must not change within a session, or a provider's cache is lost.
        self.definitions = self.tools.definitions
        self.asker = Asker(models, journal, say, wait)
        self.summariser: Asker | None = None
        self.model = models[0].label
        self.number = 0
        self.asked = 0
        self.silent = 0
        self.cost = Cost()
        self.seconds = 0.0
        self.calls: Counter[tuple[str, str, str]] = Counter()
        self.wanted_test = False
        self.opening = self._open()
        self.messages = self.opening.messages()
        self.known = set(self.opening.ids)

    def turn(self) -> Investigation | None:
        """One reply of the model and what it asks for; how it ended, None when it goes on."""
        stop = self._bound()
        if stop is not None:
            return self._end(*stop)
        response = self._reply()
        if not isinstance(response, ModelResponse):
            return response
        self.messages.append(response)
        calls = response.tool_calls
        self.silent = 0 if calls else self.silent + 1
        if self.silent >= SILENT_REPLIES:
            return self._end(StopReason.LOOP, "The model went on talking without using a tool or answering.")
        parts: list[ModelRequestPart] = []
        for position, call in enumerate(calls):
            outcome = self._called(call, position)
            if isinstance(outcome, Investigation):
                return outcome
            parts.append(outcome)
        self.messages.append(ModelRequest(parts=[*parts, *self._advice(calls)]))
        return None

    def _bound(self) -> tuple[StopReason, str] | None:
        """The limit that is reached before the next call of the model."""
        if self.case.cancelled():
            return StopReason.CANCELLED, "The session was cancelled."
        if self.asked >= self.limits.steps:
            return StopReason.STEPS, f"No answer within {self.limits.steps} steps; raise steps in [agent]."
        if self.seconds >= self.limits.seconds:
            return StopReason.TIME, f"No answer within {self.limits.seconds / 60:.0f} minutes; raise minutes in [agent]."
        call, times = next(iter(self.calls.most_common(1)), (None, 0))
        if call is not None and times >= SAME_CALLS:
            return StopReason.LOOP, f"The model called {call[0]} {times} times with the same arguments and the same result."
        return None

    def _open(self) -> Opening:
        def begin() -> Opening:
            rendered = render(self.case)
            text = prompt.opening(self.case, rendered.text)
            return Opening(prompt.rules(self.case), text, rendered.ids, self.limits.context_tokens)

        return Opening.read(self._step("opening", "case", lambda: begin().written()))

    def _reply(self) -> ModelResponse | Investigation:
        """The model's next message: recalled, or asked for and kept."""
        self.asked += 1
        self._make_room()
        recalled = self._recalled()
        if recalled is not None:
            self.model = recalled.name
            return transcript.read_response(recalled.data)
        began = time.monotonic()
        messages = transcript.shortened(self.messages, self.opening.context_tokens)
        asked = self.asker.ask(messages, self.definitions)
        if isinstance(asked, Refusal):
            return self._end(StopReason.BUDGET, asked.reason)
        if isinstance(asked, ModelFailed):
            return self._end(StopReason.PROVIDER, str(asked))
        return self._keep_reply(asked, time.monotonic() - began)

    def _make_room(self) -> None:
        """Put a summary in the place of the older half of a transcript that is too long, as was done before or as can be now."""
        kept = self.journal.recall(self.number)
        old, recent = transcript.halves(self.messages, self.opening.context_tokens)
        if kept is not None and kept.kind == _SUMMARY:
            self._count(kept)
            self.messages = [*self.opening.messages(), *transcript.summed_up(kept.data), *recent]
        elif kept is None and old and self.summariser is not None:
            began = time.monotonic()
            asked = self.summariser.ask(transcript.question(prompt.summarise(transcript.told(old))), ())
            if isinstance(asked, Asked):
                text = safe(asked.response.text or "", _LONGEST_SUMMARY)
                step = Step(self.number, _SUMMARY, asked.model, text, asked.cost, time.monotonic() - began)
                self._kept(step, asked)
                self.messages = [*self.opening.messages(), *transcript.summed_up(text), *recent]

    def _keep_reply(self, asked: Asked, seconds: float) -> ModelResponse:
        data = transcript.write_response(asked.response)
        self.model = asked.model
        self._kept(Step(self.number, "model", asked.model, data, asked.cost, seconds), asked)
        # Read back, so that a session that was never killed sends the very bytes that one which was would send.
        return transcript.read_response(data)

    def _called(self, call: ToolCallPart, position: int) -> ModelRequestPart | Investigation:
        arguments = call.args_as_json_str()
        if call.tool_name == NAME:
            return self._answered(call, arguments)
        if position >= _MOST_CALLS:
            return _returned(call, f"Not done: only the first {_MOST_CALLS} calls of a reply are.")
        result = transcript.read_result(
            self._step("tool", call.tool_name[:60], lambda: transcript.write_result(self.tools.call(call.tool_name, arguments)))
        )
        self.tools.again(result)
        self.calls[call.tool_name, arguments, result.text] += 1
        identity = f"T{self.number - 1}"
        self.known.add(identity)
        self.say(f"{identity} {safe(call.tool_name, 60)} {safe(arguments, 160)}: {result.state.value}")
        return _returned(call, self._shown(identity, call.tool_name, result))

    def _shown(self, identity: str, name: str, result: Outcome) -> str:
        source, limit = self.tools.label(name)
        text = fenced(identity, source, result.text, limit, result.provenance, addresses=self.case.hide_addresses)
        return f"{identity}: {result.state.value}\n{text}"

    def _answered(self, call: ToolCallPart, arguments: str) -> ModelRequestPart | Investigation:
        """The end; or what is wrong with the answer."""
        try:
            form = form_of(self.case.output_schema).model_validate_json(arguments)
        except ValidationError as error:
            return _returned(call, f"The answer is not right. {described(error)}")
        answer, dropped = taken(form, self.known)
        if self.case.output_schema and (wrong := fault(self.case.output_schema, answer.output)):
            return _returned(call, f"The answer is not right. {safe(wrong, 1000)}")
        trial = self._tried(answer)
        if trial is not None and trial.untested and not self.wanted_test:
            self.wanted_test = True
            return _returned(call, prompt.ask_for_test(safe(trial.text, 3000)))
        reason = trial.text if trial else "The model made no change."
        return self._end(StopReason.ANSWERED, safe(reason, 600), answer, dropped)

    def _tried(self, answer: Answer) -> Trial | None:
        """What the prover says of the change; None when there is none, or none that was not there before."""
        patch, tests = self.work.patch, self.work.tests
        if not patch or (patch, tests) == self.before:
            return None
        return transcript.read_trial(
            self._step("proof", "prove", lambda: transcript.write_trial(self.case.prove(patch, tests, answer.test)))
        )

    def _advice(self, calls: Sequence[ToolCallPart]) -> list[ModelRequestPart]:
        if self.asked + 1 >= self.limits.steps:
            return [UserPromptPart(content=prompt.last_chance())]
        return [] if calls else [UserPromptPart(content=prompt.ask_for_answer())]

    def _recalled(self) -> Step | None:
        """The next step when it was done before."""
        step = self.journal.recall(self.number)
        if step is not None:
            self._count(step)
        return step

    def _step(self, kind: str, name: str, do: Callable[[], str]) -> str:
        recalled = self._recalled()
        if recalled is not None:
            return recalled.data
        began = time.monotonic()
        data = do()
        self._kept(Step(self.number, kind, name, data, seconds=time.monotonic() - began))
        return data

    def _kept(self, step: Step, asked: Asked | None = None) -> None:
        self.journal.keep(step, asked.hold if asked else None)
        self._count(step)

    def _count(self, step: Step) -> None:
        self.number += 1
        self.cost += step.cost
        self.seconds += step.seconds
        if step.kind in ("model", _SUMMARY):
            self.say(f"step {self.asked}: {step.name}, {step.cost.tokens} tokens, ${step.cost.micro_dollars / 1e6:.4f}")

    def _end(self, stop: StopReason, reason: str, answer: Answer | None = None, dropped: int = 0) -> Investigation:
        return Investigation(
            stop=stop,
            reason=reason,
            answer=answer,
            patch=self.work.patch,
            tests=self.work.tests,
            dropped_claims=dropped,
            steps=self.asked,
            cost=self.cost,
            seconds=round(self.seconds, 3),
            model=self.model,
        )


def _returned(call: ToolCallPart, text: str) -> ToolReturnPart:
    return ToolReturnPart(tool_name=call.tool_name, content=text, tool_call_id=call.tool_call_id)

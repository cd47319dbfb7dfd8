"""The tools of one session, and the one way to call them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pydantic import TypeAdapter, ValidationError
from pydantic_ai.tools import ToolDefinition

from paramedic.agent.answer import NAME, form_of
from paramedic.agent.case import Case
from paramedic.agent.fence import safe
from paramedic.agent.tools import editing, history, reading, records, running, symbols
from paramedic.agent.tools.base import SHOWN, Tool, Workshop
from paramedic.agent.worktree import WorkTree
from paramedic.model.agent import Outcome
from paramedic.model.errors import ParamedicError

_ANY: TypeAdapter[dict[str, object]] = TypeAdapter(dict[str, object])
_DESCRIPTION = 1500
_MADE_UP = 2000
_ANSWER = "Give your answer and end. Do it as soon as you know enough, or when nothing more can be found out."


@dataclass(frozen=True, slots=True)
class Toolbox:
    """``definitions`` do not change within a session, so that a provider's cache holds."""

    workshop: Workshop
    tools: dict[str, Tool]

    @property
    def definitions(self) -> tuple[ToolDefinition, ...]:
        own = [_definition(tool.name, tool.description, tool.arguments.model_json_schema()) for tool in self.tools.values()]
        outside = self.workshop.case.outside
        others = [
            _definition(offered.name, safe(offered.description, _DESCRIPTION), dict(offered.parameters))
            for offered in (outside.tools() if outside else ())
            if offered.name not in self.tools and offered.name != NAME
        ]
        return (*own, *others, _definition(NAME, _ANSWER, form_of(self.workshop.case.output_schema).model_json_schema()))

    def call(self, name: str, arguments: str) -> Outcome:
        """Never raises for what the model got wrong: that is a result like any other."""
        tool = self.tools.get(name)
        if tool is None:
            return self._call_outside(name, arguments)
        try:
            result = tool.run(self.workshop, tool.arguments.model_validate_json(arguments or "{}"))
        except ValidationError as error:
            return Outcome.error(f"The arguments are not right. {described(error)}")
        except ParamedicError as error:
            return Outcome.error(str(error))
        self.workshop.work.apply(result.edits)
        return result

    def _call_outside(self, name: str, arguments: str) -> Outcome:
        outside = self.workshop.case.outside
        if outside is None or not self._is_outside(name):
            return Outcome.error(f"There is no tool of that name. There are: {', '.join(self.tools)}, {NAME}.")
        try:
            given = _ANY.validate_json(arguments or "{}")
        except ValidationError as error:
            return Outcome.error(f"The arguments are not right. {described(error)}")
        result = outside.call(name, given)
        return Outcome(result.state, result.text, result.provenance)

    def label(self, name: str) -> tuple[str, int]:
        """Where a result came from, and how many characters of it are shown. A name that a model made up is not repeated."""
        if (tool := self.tools.get(name)) is not None:
            return f"tool {name}", tool.limit
        return (f"tool {name}", SHOWN) if self._is_outside(name) else ("tool", _MADE_UP)

    def _is_outside(self, name: str) -> bool:
        outside = self.workshop.case.outside
        return outside is not None and name in {offered.name for offered in outside.tools()}

    def again(self, result: Outcome) -> None:
        """Bring the work tree to where a recalled result had brought it."""
        self.workshop.work.apply(result.edits)


def toolbox(case: Case, work: WorkTree) -> Toolbox:
    """The tools that this case has a use for."""
    chosen: Iterable[Tool] = (*reading.TOOLS, *symbols.TOOLS, *history.TOOLS, *records.TOOLS, *running.TOOLS)
    if case.attachments:
        chosen = (*chosen, *records.ATTACHMENTS)
    if case.may_edit:
        chosen = (*chosen, *editing.TOOLS)
    return Toolbox(Workshop(case, work), {tool.name: tool for tool in chosen})


def described(error: ValidationError) -> str:
    """What is wrong with arguments, without repeating them."""
    return "; ".join(f"{'.'.join(map(str, item['loc'])) or 'all of it'}: {item['msg']}" for item in error.errors()[:5])[:600]


def _definition(name: str, description: str, schema: dict[str, object]) -> ToolDefinition:
    return ToolDefinition(name=name, description=description, parameters_json_schema=schema)

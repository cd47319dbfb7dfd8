"""What is on record: the issue, its event, and what was found before."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from paramedic.agent import context
from paramedic.agent.tools.base import Arguments, Tool, Workshop
from paramedic.model.agent import Outcome
from paramedic.model.toolbox import ToolState

_WHOLE = 30_000
_MOST_LINES = 400


class Part(StrEnum):
    STACK = "stack"
    VARIABLES = "variables"
    BREADCRUMBS = "breadcrumbs"
    THREADS = "threads"
    REQUEST = "request"
    CONTEXTS = "contexts"
    MODULES = "modules"


class EventPart(Arguments):
    part: Part = Field(description="Which part of the event to see in full.")


class Issue(Arguments):
    """No arguments."""


class ReadAttachment(Arguments):
    name: str
    first: int = Field(1, ge=1, description=f"First line, counted from 1; at most {_MOST_LINES} lines are shown.")


def _event(shop: Workshop, asked: EventPart) -> Outcome:
    if shop.case.event is None:
        return Outcome.no_data("This session has no event.")
    text = context.part(shop.case.event, asked.part.value)
    return Outcome(ToolState.SUCCESS, text) if text else Outcome.no_data("The event has nothing of that kind.")


def _issue(shop: Workshop, _asked: Issue) -> Outcome:
    facts = shop.case.facts
    lines = [*facts.counts, *([f"Release: {facts.release}"] if facts.release else [])]
    lines += [f"Suspect commit: {line}" for line in facts.suspect_commits]
    return Outcome(ToolState.SUCCESS, "\n".join(lines)) if lines else Outcome.no_data("Nothing more is known of the issue.")


def _past(shop: Workshop, _asked: Issue) -> Outcome:
    facts = shop.case.facts
    lines = [f"This issue, before: {line}" for line in facts.earlier] + [
        f"Same cause elsewhere: {line}" for line in facts.similar
    ]
    return Outcome(ToolState.SUCCESS, "\n".join(lines)) if lines else Outcome.no_data("No session looked at this before.")


def _attachment(shop: Workshop, asked: ReadAttachment) -> Outcome:
    named = next((each for each in shop.case.attachments if each.name == asked.name), None)
    if named is None:
        return Outcome.error(
            f"There is no attachment of that name, but: {', '.join(each.name for each in shop.case.attachments)}."
        )
    if b"\0" in named.data[:8000]:
        return Outcome.error("It is no text, and cannot be shown.")
    lines = named.data.decode("utf-8", "replace").splitlines()[asked.first - 1 :][:_MOST_LINES]
    shown = "\n".join(f"{number:>5}  {line[:2000]}" for number, line in enumerate(lines, asked.first))
    return Outcome(ToolState.SUCCESS, shown) if lines else Outcome.no_data("It has no such lines.")


ATTACHMENTS = (Tool("attachment", "What came with the prompt, as text.", ReadAttachment, _attachment, limit=_WHOLE),)
TOOLS = (
    Tool("event", "One part of the event in full.", EventPart, _event, limit=_WHOLE),
    Tool("issue", "Counts, users, release and suspect commits of the issue.", Issue, _issue),
    Tool("past_sessions", "What earlier sessions on this issue and on similar ones found.", Issue, _past),
)

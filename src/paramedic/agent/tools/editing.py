"""Change the session's work tree, and have the change proven."""

from __future__ import annotations

from pydantic import Field

from paramedic.agent.tools.base import Arguments, Tool, Workshop
from paramedic.model.agent import Outcome
from paramedic.model.diagnosis import Provenance
from paramedic.model.repair import Edit
from paramedic.model.toolbox import ToolState


class Replace(Arguments):
    path: str
    old: str = Field(min_length=1, description="Exactly as the file has it; it must stand there once.")
    new: str


class Create(Arguments):
    path: str = Field(description="Of a file that does not exist yet, such as a new test.")
    text: str = Field(min_length=1)


class Prove(Arguments):
    test: str | None = Field(None, description="Node id of your regression test; leave out to use the engine's.")


def _replace(shop: Workshop, asked: Replace) -> Outcome:
    return _done(shop.work.replace(asked.path, asked.old, asked.new))


def _create(shop: Workshop, asked: Create) -> Outcome:
    return _done(shop.work.create(asked.path, asked.text))


def _done(edit: Edit) -> Outcome:
    lines = edit.after.count("\n") + 1
    return Outcome(ToolState.SUCCESS, f"Changed {edit.path}; it has {lines} lines now.", Provenance.TRUSTED, (edit,))


def _prove(shop: Workshop, asked: Prove) -> Outcome:
    work = shop.work
    if not work.patch:
        return Outcome.error("You have changed no source yet.")
    trial = shop.case.prove(work.patch, work.tests, asked.test)
    return Outcome(ToolState.SUCCESS if trial.ok else ToolState.ERROR, trial.text)


TOOLS = (
    Tool(
        "replace",
        "Put a new text for an old one that stands once in a file. Tests of the project cannot be changed.",
        Replace,
        _replace,
    ),
    Tool("create", "Make a new file, such as a regression test.", Create, _create),
    Tool("prove", "Have your change proven: the regression test must fail before it and pass after it.", Prove, _prove),
)

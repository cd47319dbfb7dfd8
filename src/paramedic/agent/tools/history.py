"""History of the source: commits, blame, and what a commit changed. What people wrote there is untrusted."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from paramedic.agent.tools.base import Arguments, Tool, Workshop
from paramedic.model.agent import Outcome
from paramedic.model.diagnosis import Provenance
from paramedic.model.errors import SourceError
from paramedic.model.toolbox import ToolState
from paramedic.source import history

_MOST_BLAMED = 80


class History(Arguments):
    path: str | None = Field(None, description="Only commits that touched this file.")
    count: int = Field(15, ge=1, le=50)


class Blame(Arguments):
    path: str
    first: int = Field(ge=1)
    last: int = Field(ge=1, description=f"At most {_MOST_BLAMED} lines.")


class ShowCommit(Arguments):
    commit: str = Field(description="Its id, 7 to 40 hex digits.")
    path: str | None = Field(None, description="Only the changes of this file.")


class Nothing(Arguments):
    """No arguments."""


def _history(shop: Workshop, asked: History) -> Outcome:
    return _found(history.log(_git(shop), shop.case.commit, asked.path, asked.count), "No commit touched it.")


def _blame(shop: Workshop, asked: Blame) -> Outcome:
    shop.work.tree.raw(asked.path)
    last = min(asked.last, asked.first + _MOST_BLAMED - 1)
    return _found(history.blame(_git(shop), shop.case.commit, asked.path, asked.first, last), "No such lines.")


def _show(shop: Workshop, asked: ShowCommit) -> Outcome:
    return _found(history.show(_git(shop), asked.commit, asked.path), "The commit changed nothing there.")


def _diff(shop: Workshop, _asked: Nothing) -> Outcome:
    text = shop.work.diff()
    return Outcome(ToolState.SUCCESS, text, Provenance.TRUSTED) if text else Outcome.no_data("You have changed nothing yet.")


def _git(shop: Workshop) -> Path:
    if shop.case.git is None or not shop.case.commit:
        raise SourceError("This source has no git history.")
    return shop.case.git


def _found(text: str, nothing: str) -> Outcome:
    return Outcome(ToolState.SUCCESS, text) if text else Outcome.no_data(nothing)


TOOLS = (
    Tool("history", "The last commits, of the repository or of one file.", History, _history),
    Tool("blame", "Who last changed some lines, and in which commit.", Blame, _blame),
    Tool("show_commit", "What one commit changed.", ShowCommit, _show, limit=20_000),
    Tool("diff", "Your own changes so far.", Nothing, _diff, limit=20_000),
)

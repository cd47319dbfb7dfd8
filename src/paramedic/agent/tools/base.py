"""What a tool is made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict

from paramedic.agent.case import Case
from paramedic.agent.worktree import WorkTree
from paramedic.model.agent import Outcome

SHOWN = 12_000
"""Characters of a result that a model gets to see."""


class Arguments(BaseModel):
    """Of one tool. Unknown ones are refused, so that a model learns that they do nothing."""

    model_config = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True)
class Workshop:
    """What the tools work on."""

    case: Case
    work: WorkTree


@dataclass(frozen=True, slots=True)
class Tool:
    """``run`` is given arguments of the type ``arguments``; it raises ``ParamedicError`` for what it cannot do."""

    name: str
    description: str
    arguments: type[Arguments]
    run: Callable[[Workshop, Any], Outcome]
    limit: int = SHOWN

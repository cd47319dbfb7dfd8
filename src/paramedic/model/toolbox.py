"""Tools that the agent may call, and what came of a call. A toolbox is one source of them: our own, or all MCP servers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from paramedic.model.diagnosis import Provenance


class ToolState(StrEnum):
    SUCCESS = "success"
    NO_DATA = "no_data"
    """It was looked for and there is none: an answer, not a failure."""
    ERROR = "error"
    APPROVAL_REQUIRED = "approval_required"
    """Nothing was done; ``text`` says what a person has to do first."""


@dataclass(frozen=True, slots=True)
class Tool:
    """One tool. ``parameters`` is the JSON Schema of its arguments, an object; ``provenance`` is that of the description and
    the schema, which a model reads as if they were instructions."""

    name: str
    description: str
    parameters: Mapping[str, object] = field(default_factory=lambda: {"type": "object", "properties": {}})
    read_only: bool = True
    provenance: Provenance = Provenance.TRUSTED


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What came of one call, bounded by whoever made it. ``source`` names the system that said it."""

    state: ToolState
    text: str
    provenance: Provenance
    source: str = ""
    truncated: bool = False


class Toolbox(Protocol):
    """A bad call (unknown name, odd arguments, a system that is down) is a result in state ``ERROR``, never an exception."""

    def tools(self) -> tuple[Tool, ...]:
        """The tools that may be offered to a model now, in a stable order."""
        ...

    def call(self, name: str, arguments: Mapping[str, object]) -> ToolResult: ...

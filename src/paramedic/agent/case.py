"""What an agent is given: the event, what the engine found, and what it may look at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from paramedic.model.agent import Prover, Trial
from paramedic.model.attachment import Attachment
from paramedic.model.event import Event
from paramedic.model.library import Recalled
from paramedic.model.repair import Edit, TriageResult
from paramedic.model.toolbox import Toolbox
from paramedic.sandbox.project import ProjectRunner
from paramedic.source.tree import SourceTree


def _no_prover(*_arguments: object) -> Trial:
    return Trial(False, "Nothing of this project can be run here, so nothing can be proven.")


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of the issue beside its event. Texts are one line each."""

    counts: tuple[str, ...] = ()
    release: str = ""
    suspect_commits: tuple[str, ...] = ()
    earlier: tuple[str, ...] = ()
    similar: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """One session's question. ``git`` is the folder of git's data and ``commit`` what is checked out; None and "" without.

    ``runner`` is None when nothing of the project can be run; ``prove`` is the one prover. ``task`` is what a person asked
    for, "" for a triage. ``outside`` are tools of other systems, which only read; ``recalled`` is what people have taught;
    ``changed`` is what the session changed in earlier turns, ``attachments`` what came with its prompts. ``output_schema`` is
    the form that the answer is asked for in, beside the words. ``hide_addresses`` keeps e-mail addresses from the model.
    """

    tree: SourceTree
    event: Event | None = None
    found: TriageResult | None = None
    facts: Facts = field(default_factory=Facts)
    git: Path | None = None
    commit: str = ""
    runner: ProjectRunner | None = None
    prove: Prover = _no_prover
    task: str = ""
    language: str = "English"
    event_tokens: int = 12_000
    hide_addresses: bool = True
    may_edit: bool = True
    outside: Toolbox | None = None
    output_schema: Mapping[str, object] | None = None
    recalled: tuple[Recalled, ...] = ()
    changed: tuple[Edit, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    cancelled: Callable[[], bool] = lambda: False

"""Attempts run in the sandbox, many per process, and how near each came to the crash."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from paramedic.model.execution import Limits
from paramedic.reproduction.code import Attempt
from paramedic.reproduction.frameworks import settings_module
from paramedic.sandbox.project import ProjectRunner

_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
MARKER = "@@paramedic-attempts@@"
_SECONDS_EACH = 5
_SECONDS_ALL = 40


@dataclass(frozen=True, slots=True)
class Step:
    """One frame of an attempt's traceback; ``file`` is repository-relative where it lies in the repository."""

    file: str
    function: str
    line: int
    qualname: str


@dataclass(frozen=True, slots=True)
class Ending:
    """How an attempt ended; ``type`` is None when nothing was raised."""

    type: str | None
    qualified: str = ""
    message: str = ""
    frames: tuple[Step, ...] = ()
    attribute: str | None = None
    owner: str | None = None
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Target:
    """The crash to come back to. ``line`` is that of the checkout; ``tail`` the functions below the crash frame."""

    type: str
    message: str
    file: str
    function: str
    line: int
    tail: tuple[str, ...] = ()

    def nearness(self, ending: Ending, *, invented: bool) -> int:
        """How near an ending came to the crash.

        0: another ending. 1: the same exception and message from another line of the function. 2: the same line. 3: with the
        same message. 4: with the same frames below. Where values were ``invented``, an error that the inventions may have
        caused themselves is another ending.
        """
        if ending.type != self.type:
            return 0
        inside = [(index, step) for index, step in enumerate(ending.frames) if step.file == self.file]
        if not inside or not self._same_function(ending, inside[-1][1]):
            return 0
        index, last = inside[-1]
        same = shape(ending.message) == shape(self.message)
        if last.line != self.line:
            return int(same)
        if not same:
            return 2 if not invented or self._same_fault(ending) else 0
        return 4 if tuple(step.function for step in ending.frames[index + 1 :]) == self.tail else 3

    def _same_fault(self, ending: Ending) -> bool:
        """Whether two messages complain of the same thing of other objects: the last name in them, the words between."""
        if self.type in {"AttributeError", "NameError", "ImportError"}:
            return _QUOTED.findall(ending.message)[-1:] == _QUOTED.findall(self.message)[-1:]
        if self.type in {"TypeError", "ValueError"}:
            return _QUOTED.sub("", ending.message) == _QUOTED.sub("", self.message)
        return True

    def _same_function(self, ending: Ending, step: Step) -> bool:
        own = [item for item in ending.frames if not item.file.startswith(("/", "<"))]
        return own[-1] == step and step.function == self.function


def shape(message: str) -> str:
    """The message without what differs between two runs: addresses, long numbers, quoted values."""
    message = re.sub(r"0x[0-9a-fA-F]+", "0x", message)
    message = re.sub(r"'[^']*'|\"[^\"]*\"", lambda match: match[0] if match[0][1:-1].isidentifier() else "''", message)
    return re.sub(r"\d+", "0", message)[:200]


@cache
def _harness() -> str:
    return resources.files("paramedic.reproduction").joinpath("harness.py").read_text(encoding="utf-8")


class Trials:
    """Runs attempts; counts them and keeps none of their output."""

    def __init__(self, runner: ProjectRunner, target: Target, warm: Sequence[str]) -> None:
        self._runner = runner
        self._target = target
        self._warm = tuple(warm)
        self.count = 0

    def run(self, attempts: Sequence[Attempt]) -> tuple[Ending, ...]:
        """Endings in the order of ``attempts``; shorter when one came back to the crash exactly, or the time was up."""
        return self.run_texts([attempt.text for attempt in attempts])

    def run_texts(self, texts: Sequence[str], *, stop: bool = True) -> tuple[Ending, ...]:
        """As ``run``; with ``stop`` False every text is run even when one comes back to the crash."""
        if not texts:
            return ()
        wanted = {name: getattr(self._target, name) for name in ("type", "message", "file", "function", "line")} if stop else None
        request = {
            "root": self._runner.inside, "warm": self._warm, "seconds": _SECONDS_EACH, "budget": _SECONDS_ALL,
            "django": settings_module(self._runner.project.tree),
            "attempts": list(texts), "wanted": wanted,
        }  # fmt: skip
        limits = Limits(wall_seconds=_SECONDS_ALL + 30, cpu_seconds=120, memory_mib=4096)
        outcome = self._runner.python(("-c", _harness()), stdin=json.dumps(request).encode(), limits=limits)
        _, found, text = outcome.stdout.rpartition(MARKER)
        endings = tuple(_ending(item) for item in json.loads(text)) if found else ()
        self.count += len(endings)
        return endings


def _ending(raw: dict[str, object]) -> Ending:
    frames = raw.get("frames")
    steps = tuple(Step(*item) for item in frames) if isinstance(frames, list) else ()
    text = {name: str(raw[name]) for name in ("type", "attribute", "owner") if raw.get(name)}
    seconds = raw.get("seconds")
    return Ending(
        text.get("type"), str(raw.get("qualified", "")), str(raw.get("message", "")), steps,
        text.get("attribute"), text.get("owner"), float(seconds) if isinstance(seconds, int | float) else 0.0,
    )  # fmt: skip

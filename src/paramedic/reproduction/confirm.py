"""The last word: the written test, run by the project's own runner, must fail as production did."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from paramedic.model.repair import Run
from paramedic.reproduction.code import Attempt
from paramedic.reproduction.render import Style, Written, write_test
from paramedic.reproduction.trial import Ending, Target
from paramedic.sandbox.project import ProjectRunner
from paramedic.source.tree import SourceTree


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A test that failed twice with the crash, and the record of the second run."""

    written: Written
    run: Run


def confirm(
    attempt: Attempt, ending: Ending, target: Target, style: Style, tree: SourceTree, runner: ProjectRunner
) -> Confirmed | str:
    """The confirmed test, or what came instead of the crash. Tries plainer places and styles before it gives up."""
    reason = ""
    for variant, how in _variants(attempt, style):
        written = write_test(variant, target, how, tree)
        runs = []
        for _ in range(2):
            runs.append(runner.tests((written.node,), overlay={written.path: written.source}))
            if not crashed_alike(runs[-1], target, ending):
                break
        else:
            return Confirmed(written, runs[-1])
        reason = (runs[-1].problem if len(runs) == 1 else "it does not fail every time") or _last_line(runs[-1].output)
    return reason


def _variants(attempt: Attempt, style: Style) -> Iterator[tuple[Attempt, Style]]:
    """With the set-up left to the project's own test configuration, then with ours; in its style, then plainly."""
    plain = Style("pytest", style.folder)
    for how in dict.fromkeys((style, plain, Style("pytest", ""))):
        if attempt.preamble is not None:
            yield replace(attempt, preamble=None), how
        yield attempt, how


def crashed_alike(run: Run, target: Target, ending: Ending) -> bool:
    """Whether a run's output shows the exception, and the crash frame where the attempt had it."""
    if run.exit_code == 0 or not re.search(rf"^(?:E\s+)?(?:[\w.]+\.)?{re.escape(target.type)}\b", run.output, re.MULTILINE):
        return False
    lines = {step.line for step in ending.frames if step.file == target.file} or {target.line}
    name = re.escape(target.file.rsplit("/", 1)[-1])
    return any(re.search(rf"{name}(?::|\", line ){line}\b", run.output) for line in lines) or target.type == "RecursionError"


def _last_line(output: str) -> str:
    lines = [line for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("E ")]
    return (errors or lines or [""])[-1][:300]

"""The project's own tests around a change: which to run, and whether the change makes any worse."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from paramedic.model.errors import SourceError
from paramedic.model.execution import Limits
from paramedic.model.repair import Candidate, Run
from paramedic.sandbox.project import ProjectRunner
from paramedic.source.tree import SourceTree

MOST_FILES = 8
SECONDS = 30.0
LIMITS = Limits(wall_seconds=SECONDS, cpu_seconds=int(SECONDS) + 5)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Both runs, None when there was nothing to run. ``worse`` are tests that only the change makes fail."""

    before: Run | None
    after: Run | None
    worse: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()


class Suite:
    """The tests that touch given files. The run before the change is made once."""

    def __init__(self, runner: ProjectRunner) -> None:
        self._runner = runner
        self._before: dict[tuple[str, ...], Run] = {}

    def compare(self, candidate: Candidate) -> Comparison:
        """Run them with and without the change."""
        tree = self._runner.project.tree
        chosen = touching(tree, [edit.path for edit in candidate.edits])
        if not chosen:
            return Comparison(None, None, gaps=("The project has no tests that touch the changed file.",))
        if chosen not in self._before:
            self._before[chosen] = replace(self._runner.tests(chosen, limits=LIMITS), name="tests around the change, before")
        before = self._before[chosen]
        if not before.passed:
            why = before.problem or "none of them passes here"
            return Comparison(before, None, gaps=(f"The tests around the change could not be used: {why}",))
        files = {edit.path: edit.after for edit in candidate.edits}
        after = replace(self._runner.tests(chosen, overlay=files, limits=LIMITS), name="tests around the change, after")
        return Comparison(before, after, _worse(before, after), _gaps(tree, chosen, before))


def _worse(before: Run, after: Run) -> tuple[str, ...]:
    new = tuple(name for name in after.failures if name not in before.failures)
    if not new and (after.passed or 0) < (before.passed or 0) and not after.problem.startswith("time ran out"):
        return ("fewer tests pass",)
    return new


def _gaps(tree: SourceTree, chosen: Sequence[str], before: Run) -> tuple[str, ...]:
    left = len(tree.test_files()) - len(chosen)
    gaps = [f"{left} test files that do not name the changed module were not run."] if left > 0 else []
    if before.problem.startswith("time ran out"):
        gaps.append(f"The tests around the change were stopped after {SECONDS:.0f} s.")
    return tuple(gaps)


def touching(tree: SourceTree, paths: Sequence[str]) -> tuple[str, ...]:
    """Test files that name a changed module: by their own name first, then by what they import."""
    scored: dict[str, int] = {}
    for path in paths:
        name = tree.module_name(path)
        for test in tree.test_files():
            score = _touches(tree, test, path, name)
            if score:
                scored[test] = max(scored.get(test, 0), score)
    return tuple(sorted(scored, key=lambda test: (-scored[test], test))[:MOST_FILES])


def _touches(tree: SourceTree, test: str, path: str, name: str) -> int:
    stem = PurePosixPath(path).stem.strip("_")
    own = PurePosixPath(test).stem
    if own in {f"test_{stem}", f"{stem}_test", f"test{stem}", f"{stem}_tests", f"tests_{stem}"}:
        return 3
    if not PurePosixPath(test).name.startswith(("test", "tests")) and not own.endswith("_test"):
        return 0
    try:
        text = tree.text(test)
    except SourceError:
        return 0
    if re.search(rf"\b{re.escape(name)}\b", text):
        return 2
    last = name.rsplit(".", 1)[-1]
    return 2 if re.search(rf"^\s*(from|import)\b.*\b{re.escape(last)}\b", text, re.MULTILINE) else _through_package(text, name)


def _through_package(text: str, name: str) -> int:
    """A test that imports the package may well reach the module."""
    package = name.split(".", maxsplit=1)[0]
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return 0
    for node in ast.walk(tree):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        module = node.module or "" if isinstance(node, ast.ImportFrom) else ""
        if package in names or module == package:
            return 1
    return 0

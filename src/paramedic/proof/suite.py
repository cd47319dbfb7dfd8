"""The project's own tests around a change: which to run, and whether the change makes any worse."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from paramedic.model.errors import SourceError
from paramedic.model.execution import Limits
from paramedic.model.repair import Candidate, Run
from paramedic.sandbox.project import ProjectRunner
from paramedic.sandbox.testing import Framework
from paramedic.source.tree import SourceTree

MOST_FILES = 8
SECONDS = 30.0
"""For one run of the tests that name the changed module."""
WHOLE_SECONDS = 60.0
"""For one run of the whole suite. What takes longer is not run as a whole."""
NONE = "no test of the project was compared"
WHOLE = "no test of the project is worse"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Both runs, None when there was nothing to run. ``worse`` are tests that only the change makes fail; ``claim`` says, as
    the part of a sentence, what holds when there are none."""

    before: Run | None
    after: Run | None
    worse: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()
    claim: str = NONE


class Suite:
    """The project's tests. Each run before the change is made once, however many changes are compared with it."""

    def __init__(self, runner: ProjectRunner, *, whole_seconds: float = WHOLE_SECONDS) -> None:
        self._runner = runner
        self._whole_seconds = whole_seconds
        self._before: dict[tuple[str, ...], Run] = {}

    def compare(self, candidate: Candidate) -> Comparison:
        """Run the tests that name the changed module with and without the change, then the whole suite if it is quick enough:
        a test may reach the change through any import."""
        tree = self._runner.project.tree
        chosen = touching(tree, [edit.path for edit in candidate.edits])
        near = self._near(candidate, chosen)
        if near.worse or near.claim == WHOLE:
            return near
        if not tree.test_files() and self._runner.framework != Framework.COMMAND:
            return Comparison(None, None, gaps=("The project has no tests.",))
        return self._whole(candidate, near)

    def _near(self, candidate: Candidate, chosen: tuple[str, ...]) -> Comparison:
        if not chosen:
            return Comparison(None, None, gaps=("No test file names the changed module.",))
        before = self._run_before(chosen, SECONDS)
        if not before.passed:
            why = before.problem or "none of them passes here"
            return Comparison(before, None, gaps=(f"The tests around the change could not be used: {why}",))
        left = len(self._runner.project.tree.test_files()) - len(chosen)
        gaps = [f"{left} other test files were not run." if left > 1 else "1 other test file was not run."] if left else []
        if _out_of_time(before):
            gaps.append(f"The tests around the change were stopped after {SECONDS:.0f} s.")
        claim = _claim(len(chosen), left, stopped=_out_of_time(before))
        return self._compared(candidate, chosen, before, Comparison(before, None, (), tuple(gaps), claim))

    def _whole(self, candidate: Candidate, near: Comparison) -> Comparison:
        before = self._run_before((), self._whole_seconds)
        obstacle = self._unusable(before)
        if obstacle:
            return replace(near, gaps=(f"The whole suite was not compared: {obstacle}", *near.gaps))
        return self._compared(candidate, (), before, Comparison(before, None, claim=WHOLE))

    def _unusable(self, whole: Run) -> str:
        """Why this run before the change does not speak for the whole suite; "" when it does."""
        if _out_of_time(whole):
            return f"it takes longer than {self._whole_seconds:.0f} s."
        if whole.problem or not whole.passed:
            return whole.problem or "none of its tests passes here."
        # Of pytest and unittest 1 is a test that fails, and more is a run that was broken off; a command may exit as it likes.
        if whole.exit_code not in (0, 1) and self._runner.framework != Framework.COMMAND:
            return f"it was broken off (exit code {whole.exit_code})."
        return ""

    def _compared(self, candidate: Candidate, nodes: tuple[str, ...], before: Run, so_far: Comparison) -> Comparison:
        """Worse is what fails twice with the change and not once in two runs without it: all else fails now and then."""
        after = self._run_after(candidate, nodes, before)
        new = worse = _worse(before, after)
        if new and not _out_of_time(after):
            after = self._run_after(candidate, nodes, before)
            again = _worse(before, after)
            others = self._run(nodes, before.seconds * 2 + SECONDS).failures
            worse = tuple(name for name in new if name in again and name not in others)
        return replace(so_far, after=after, worse=worse, gaps=(*so_far.gaps, *_uncounted(before, new)))

    def _run_before(self, nodes: tuple[str, ...], seconds: float) -> Run:
        if nodes not in self._before:
            self._before[nodes] = replace(self._run(nodes, seconds), name=f"{_name(nodes)}, before")
        return self._before[nodes]

    def _run_after(self, candidate: Candidate, nodes: tuple[str, ...], before: Run) -> Run:
        """Given more than twice the time, so that one which does not end within it hangs."""
        files = {edit.path: edit.after for edit in candidate.edits}
        seconds = SECONDS if _out_of_time(before) else before.seconds * 2 + SECONDS
        return replace(self._run(nodes, seconds, files), name=f"{_name(nodes)}, after")

    def _run(self, nodes: tuple[str, ...], seconds: float, files: Mapping[str, str] = {}) -> Run:
        # Tests may use several processes, and each has the processor time of the limit.
        return self._runner.tests(nodes, overlay=files, limits=Limits(wall_seconds=seconds, cpu_seconds=int(seconds) + 5))


def _name(nodes: tuple[str, ...]) -> str:
    return "tests around the change" if nodes else "the whole suite"


def _out_of_time(run: Run) -> bool:
    return "time ran out" in run.problem


def _claim(files: int, left: int, *, stopped: bool) -> str:
    if not left and not stopped:
        return WHOLE
    named = "the test file that names" if files == 1 else f"the {files} test files that name"
    part = f"no test of {named} the changed module is worse" if files == 1 else f"none of {named} the changed module is worse"
    if stopped:
        part = f"no test that ran within {SECONDS:.0f} s, of {named} the changed module, is worse"
    return f"{part}; {left} other{' was' if left == 1 else 's were'} not run" if left else part


def _worse(before: Run, after: Run) -> tuple[str, ...]:
    new = tuple(name for name in after.failures if name not in before.failures)
    if not new and _out_of_time(after) and not _out_of_time(before):
        return ("one that does not end",)
    if not new and (after.passed or 0) < (before.passed or 0) and not _out_of_time(after):
        return ("one that is no longer run",)
    return new


def _uncounted(before: Run, flaky: Sequence[str]) -> tuple[str, ...]:
    gaps = [f"Tests that fail without the change too, and say nothing of it: {before.failed}."] if before.failed else []
    if flaky:
        gaps.append(f"Tests that fail now and then, and were not counted: {', '.join(flaky[:3])}.")
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

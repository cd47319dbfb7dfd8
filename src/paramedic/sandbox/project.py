"""A project in its sandbox: its interpreter on its code, and its tests."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path

from paramedic.model.execution import Command, Limits, Mount, Outcome, Sandbox
from paramedic.model.repair import Run
from paramedic.sandbox import report
from paramedic.sandbox.copies import private_copy
from paramedic.sandbox.environment import Environment
from paramedic.sandbox.overlay import checked, laid_over
from paramedic.sandbox.stage import stage_of
from paramedic.sandbox.testing import PLUGIN, PLUMBING, Framework, TestPlan, labels, plan_tests
from paramedic.source.encoding import encode
from paramedic.source.tree import SourceTree

INSIDE = "/project"
RUN_LIMITS = Limits()
SUITE_LIMITS = Limits(wall_seconds=600, cpu_seconds=600)
_TOOLS = "/paramedic"
_REPORT = f"{_TOOLS}/report.jsonl"
_SHOWN_OUTPUT = 6000
_CONFIGURE = "Set test (the command that runs tests) or setup (commands that prepare) in its [repositories.NAME] table."


@dataclass(frozen=True, slots=True)
class Project:
    """What is run (tree), with what (environment), where (sandbox). ``test_command`` overrides detection."""

    tree: SourceTree
    environment: Environment
    sandbox: Sandbox
    test_command: str | None = None


class ProjectRunner:
    """Runs a project's code in its sandbox. Every run sees the same tree; nothing that a run writes is seen by another."""

    inside = INSIDE

    def __init__(self, project: Project) -> None:
        self._project = project

    @property
    def project(self) -> Project:
        return self._project

    @cached_property
    def _stage(self) -> Path:
        return stage_of(self.project.tree, self.project.environment, self.project.sandbox, self.inside)

    @cached_property
    def _plan(self) -> TestPlan:
        return plan_tests(self.project.tree, self.project.test_command)

    @property
    def framework(self) -> str:
        """``pytest``, ``django`` or ``command``: what ``tests`` runs."""
        return self._plan.framework.value

    def python(
        self,
        argv: Sequence[str],
        *,
        overlay: Mapping[str, str] = {},
        limits: Limits = RUN_LIMITS,
        stdin: bytes = b"",
        writable: bool = False,
    ) -> Outcome:
        """Run the environment's interpreter with ``argv`` in the project's root.

        ``overlay`` maps repository-relative paths to whole texts placed over the tree, new files included. The tree is
        read-only unless ``writable``, which gives this run a private copy.
        """
        command = (str(self.project.environment.interpreter), *argv)
        with self._mounts(overlay, writable=writable) as mounts:
            return self._run(command, self.inside, mounts, limits, stdin)

    def shell(self, line: str, *, overlay: Mapping[str, str] = {}, limits: Limits = RUN_LIMITS) -> Outcome:
        """Run a shell line in the project's root, on a private writable copy with ``overlay``."""
        with self._mounts(overlay, writable=True) as mounts:
            return self._run(("/bin/sh", "-c", line), self.inside, mounts, limits)

    def tests(self, nodes: Sequence[str] = (), *, overlay: Mapping[str, str] = {}, limits: Limits = SUITE_LIMITS) -> Run:
        """Run the project's tests, or those of ``nodes`` (``tests/test_x.py::Case::test``), on a private writable copy.

        ``failures`` are node ids. ``problem`` says why tests could not run at all, and what to configure.
        """
        argv = self._test_argv(nodes)
        directory = f"{self.inside}/{self._plan.directory}".rstrip("/")
        with self._mounts(overlay, writable=True) as mounts, _report_file() as (tools, written):
            done = self._run(argv, directory, (*mounts, *tools), limits)
            tally = self._tally(done, written.read_text(encoding="utf-8", errors="replace"))
        output = (done.stdout.rstrip() + "\n" + done.stderr).strip()
        return Run(
            name="tests",
            command=self._shown(argv),
            exit_code=done.exit_code,
            seconds=round(done.seconds, 3),
            output=_printable(output)[-_SHOWN_OUTPUT:],
            passed=tally.passed,
            failed=tally.failed,
            failures=tally.failures,
            problem=tally.problem,
        )

    def _test_argv(self, nodes: Sequence[str]) -> tuple[str, ...]:
        plan = self._plan
        names = labels(plan.framework, nodes, plan.directory, self.project.tree)
        if plan.framework is Framework.COMMAND:
            line = plan.argv[0]
            paths = report.shown_command(names)
            return ("/bin/sh", "-c", line.replace("{paths}", paths) if "{paths}" in line else f"{line} {paths}".rstrip())
        return (str(self.project.environment.interpreter), *plan.argv, *names)

    @staticmethod
    def _shown(argv: tuple[str, ...]) -> str:
        """The command as a reader would type it."""
        if argv[0] == "/bin/sh":
            return argv[2]
        return report.shown_command(("python", *(word for word in argv[1:] if word not in PLUMBING)))

    def _tally(self, done: Outcome, written: str) -> report.Tally:
        tally = report.of_pytest(written) or report.of_unittest(done.stderr) or report.of_unittest(done.stdout)
        if tally is None:
            reason = "time ran out" if done.timed_out else report.first_error(done.stderr + "\n" + done.stdout)
            known = self._plan.framework is Framework.COMMAND and not done.timed_out
            tally = report.Tally(None, None, (), "" if known else f"the tests did not run: {reason}")
        elif done.timed_out and not tally.problem:
            return report.Tally(tally.passed, tally.failed, tally.failures, "time ran out before all tests had run.")
        if tally.problem:
            return report.Tally(tally.passed, tally.failed, tally.failures, f"{tally.problem} {_CONFIGURE}")
        return tally

    def _run(
        self, argv: tuple[str, ...], directory: str, mounts: tuple[Mount, ...], limits: Limits, stdin: bytes = b""
    ) -> Outcome:
        command = Command(
            argv=argv,
            directory=directory,
            mounts=(*self.project.environment.mounts(), *mounts),
            environment=self._variables(),
            limits=limits,
            stdin=stdin,
        )
        return self.project.sandbox.run(command)

    @contextmanager
    def _mounts(self, overlay: Mapping[str, str], *, writable: bool) -> Iterator[tuple[Mount, ...]]:
        if not writable:
            with laid_over(self._stage, self.inside, overlay) as mounts:
                yield (Mount(self._stage, self.inside), *mounts)
            return
        checked(overlay)
        with tempfile.TemporaryDirectory(prefix="paramedic-copy-", ignore_cleanup_errors=True) as scratch:
            copy = Path(scratch, "tree")
            private_copy(self._stage, copy)
            for path, text in overlay.items():
                _replace(copy / path, copy, encode(text))
            yield (Mount(copy, self.inside, writable=True),)

    def _variables(self) -> dict[str, str]:
        roots = [f"{self.inside}/{root}".rstrip("/") for root in self.project.tree.source_roots]
        return {
            "PATH": f"{self.project.environment.folder}/bin:/usr/bin:/bin",
            "VIRTUAL_ENV": str(self.project.environment.folder),
            "PYTHONPATH": ":".join((*roots, _TOOLS)),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONHASHSEED": "0",
            "PARAMEDIC_REPORT": _REPORT,
            "PYTEST_PLUGINS": PLUGIN if self._plan.framework is Framework.COMMAND else "",
            "CI": "1",
            "TZ": "UTC",
            "LC_ALL": "C.UTF-8",
            "LANG": "C.UTF-8",
        }


def _replace(path: Path, root: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.parent.resolve().is_relative_to(root):
        return
    path.unlink(missing_ok=True)
    path.write_bytes(content)


@contextmanager
def _report_file() -> Iterator[tuple[tuple[Mount, ...], Path]]:
    """The reporting plugin, and the one file that it may write: inside, nothing else of the host can grow."""
    with tempfile.TemporaryDirectory(prefix="paramedic-report-") as scratch:
        tools, written = Path(scratch, "tools"), Path(scratch, "report.jsonl")
        tools.mkdir()
        (tools / f"{PLUGIN}.py").write_text(files("paramedic.sandbox").joinpath("pytest_report.py").read_text())
        (tools / "report.jsonl").touch()
        written.touch()
        written.chmod(0o666)
        yield (Mount(tools, _TOOLS), Mount(written, _REPORT, writable=True)), written


def _printable(text: str) -> str:
    return "".join(letter for letter in text if letter.isprintable() or letter in "\n\t")


class LaterRunner(ProjectRunner):
    """As ``ProjectRunner``, for a project that is prepared when the first thing of it is run. Any run raises what that does."""

    def __init__(self, prepare: Callable[[], Project]) -> None:
        self._prepare = prepare

    @cached_property
    def project(self) -> Project:
        return self._prepare()

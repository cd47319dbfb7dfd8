"""A project in its sandbox: its interpreter on its code, and its tests."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from paramedic.model.execution import Command, Limits, Mount, Outcome, Sandbox
from paramedic.model.repair import Run
from paramedic.sandbox.environment import Environment
from paramedic.sandbox.overlay import checked, laid_over
from paramedic.source.encoding import encode
from paramedic.source.tree import SourceTree

INSIDE = "/project"
RUN_LIMITS = Limits()
SUITE_LIMITS = Limits(wall_seconds=600, cpu_seconds=600)


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
        self.project = project

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
        environment = self.project.environment
        with self._mounts(overlay, writable) as mounts:
            command = Command(
                argv=(str(environment.interpreter), *argv),
                directory=self.inside,
                mounts=(*self._interpreter_mounts(), *mounts),
                environment=self._variables(),
                limits=limits,
                stdin=stdin,
            )
            return self.project.sandbox.run(command)

    def tests(
        self,
        nodes: Sequence[str] = (),
        *,
        overlay: Mapping[str, str] = {},
        limits: Limits = SUITE_LIMITS,
    ) -> Run:
        """Run the project's tests, or those of ``nodes``."""
        argv = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "-o", "addopts=", *nodes)
        done = self.python(argv, overlay=overlay, limits=limits)
        return Run("tests", "python " + " ".join(argv), done.exit_code, done.seconds, (done.stdout + done.stderr)[-4000:])

    def _interpreter_mounts(self) -> Iterator[Mount]:
        environment = self.project.environment
        for folder in dict.fromkeys((environment.base_prefix, environment.folder)):
            if not str(folder).startswith("/usr"):
                yield Mount(folder, str(folder))

    @contextmanager
    def _mounts(self, overlay: Mapping[str, str], writable: bool) -> Iterator[tuple[Mount, ...]]:
        tree, generated = self.project.tree, self.project.environment.overlay_files
        if writable:
            with self._private_copy(overlay) as copy:
                yield (Mount(copy, self.inside, writable=True),)
            return
        with laid_over(tree.root, self.inside, overlay, generated) as mounts:
            yield (Mount(tree.root, self.inside), *mounts)

    @contextmanager
    def _private_copy(self, overlay: Mapping[str, str]) -> Iterator[Path]:
        checked(overlay)
        with tempfile.TemporaryDirectory(prefix="paramedic-copy-", ignore_cleanup_errors=True) as scratch:
            copy = Path(scratch, "tree")
            shutil.copytree(self.project.tree.root, copy, symlinks=True)
            for path, source in self.project.environment.overlay_files.items():
                (copy / path).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, copy / path)
            for path, text in overlay.items():
                (copy / path).parent.mkdir(parents=True, exist_ok=True)
                (copy / path).unlink(missing_ok=True)
                (copy / path).write_bytes(encode(text))
            yield copy

    def _variables(self) -> dict[str, str]:
        roots = [f"{self.inside}/{root}".rstrip("/") for root in self.project.tree.source_roots]
        return {
            "PATH": f"{self.project.environment.folder}/bin:/usr/bin:/bin",
            "PYTHONPATH": ":".join(roots),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONHASHSEED": "0",
            "TZ": "UTC",
            "LC_ALL": "C.UTF-8",
            "LANG": "C.UTF-8",
        }

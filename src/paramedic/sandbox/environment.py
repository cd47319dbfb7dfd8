"""The interpreter and the dependencies of a project, made once by uv and then found again."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from paramedic.model.errors import EnvironmentFailed
from paramedic.model.event import Event
from paramedic.model.execution import Mount
from paramedic.settings.file import RepositoryConfig
from paramedic.source.tree import SourceTree

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Environment:
    """A ready virtual environment. ``overlay_files``: files of the installed project that the tree lacks (generated ones,
    compiled extensions), host path by repository-relative path. ``notes`` say what could not be had as asked."""

    interpreter: Path
    key: str
    site_packages: Path
    python_version: str
    base_prefix: Path
    home: Path
    notes: tuple[str, ...] = ()
    overlay_files: dict[str, Path] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        return self.interpreter.parent.parent

    def mounts(self) -> tuple[Mount, ...]:
        """What a sandbox must see to run the interpreter; the system's own folders are there anyway."""
        folders = dict.fromkeys((self.base_prefix, self.folder))
        return tuple(Mount(folder, str(folder)) for folder in folders if not folder.is_relative_to("/usr"))


def prepare_environment(
    tree: SourceTree,
    *,
    home: Path,
    event: Event | None = None,
    config: RepositoryConfig | None = None,
    python: str | None = None,
    progress: Progress = lambda _line: None,
) -> Environment:
    """Find or build the environment of a project. Raises ``EnvironmentFailed`` with what to set."""
    key = hashlib.sha256(f"{tree.root}{tree.commit}{python}".encode()).hexdigest()[:24]
    folder = home / "environments" / key
    if not (folder / "bin" / "python").exists():
        progress("installing the dependencies")
        uv = shutil.which("uv", path=str(Path(sys.executable).parent)) or "uv"
        _run([uv, "venv", "-q", "-p", python or sys.executable, str(folder)])
        installed = _run([uv, "pip", "install", "-q", "-p", str(folder), str(tree.root)])
        _run([uv, "pip", "install", "-q", "-p", str(folder), "pytest"])
        del installed
    answer = json.loads(
        _run(
            [
                str(folder / "bin/python"),
                "-I",
                "-c",
                "import json,sys,sysconfig,platform;print(json.dumps([sysconfig.get_path('purelib'),platform.python_version(),sys.base_prefix]))",
            ]
        )
    )
    return Environment(folder / "bin" / "python", key, Path(answer[0]), answer[1], Path(answer[2]), home)


def _run(argv: list[str]) -> str:
    done = subprocess.run(argv, capture_output=True, text=True, check=False, env=dict(os.environ))
    if done.returncode:
        raise EnvironmentFailed(done.stderr[-500:])
    return done.stdout

"""The interpreter and the dependencies of a project, made once by uv and then found again.

A repository is untrusted, and installing it runs its code: ``setup.py`` and build hooks. They run in the sandbox without
network, on a private copy, with build tools mounted read-only. Dependencies are installed as wheels, which runs nothing of
them, by a uv that is itself in a sandbox with network; only when one has no wheel is building allowed, then with a private
cache. ``setup`` commands run in the sandbox with network, as what they are for is to fetch. No step sees our environment
variables, our home or another project's files.

The key of an environment is a hash of everything it is made from, so it is never brought up to date: another content is
another environment. It is built beside its place and renamed, under a lock, so a reader sees all of it or nothing.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from packaging.utils import canonicalize_name

from paramedic.model.errors import EnvironmentFailed
from paramedic.model.event import Event
from paramedic.model.execution import Mount
from paramedic.sandbox import requirements
from paramedic.sandbox.bytecode import compile_packages
from paramedic.sandbox.copies import forget_unused
from paramedic.sandbox.installation import Installation
from paramedic.sandbox.interpreters import Interpreter, choose, requires_python, wishes
from paramedic.sandbox.projectfile import ProjectFile, read_project_file
from paramedic.sandbox.setup import run_setup
from paramedic.sandbox.uv import Uv, find_uv
from paramedic.sandbox.wheel import Wheel, WheelBuilder
from paramedic.settings.file import RepositoryConfig
from paramedic.source.locks import locked
from paramedic.source.tree import SourceTree

Progress = Callable[[str], None]

_SCHEME = "10"
_RECORD = "paramedic.json"
_SPECIFICATIONS = (
    *("pyproject.toml", "setup.py", "setup.cfg", "tox.ini", "Pipfile", "Pipfile.lock", "uv.lock", "poetry.lock"),
    *("pdm.lock", "pylock.toml", "MANIFEST.in", ".paramedic.toml"),
)
_COMPILED = (".c", ".h", ".cpp", ".cc", ".pyx", ".pxd", ".rs", ".in")

__all__ = ["Environment", "find_uv", "prepare_environment"]


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
    overlay_files: Mapping[str, Path] = field(default_factory=dict)

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
    """Find or build the environment of a project.

    The interpreter is the first named by: ``python``, ``config``, ``.paramedic.toml``, the event, the project's files; else
    ours. Raises ``EnvironmentFailed`` with what to set, ``SandboxUnavailable`` when nothing can be built in isolation.
    """
    own = read_project_file(tree)
    configured = config.python if config else None
    wanted = wishes(tree, event, asked=python, configured=configured, project=own.python)
    interpreter, notes = choose(wanted, requires_python(tree))
    request = _Request(tree, home, event, config, own, interpreter, notes, progress)
    folder = home / "environments" / request.key
    found = _read(folder, request)
    if found is not None:
        return found
    with locked(folder.with_name(f"{request.key}.lock")):
        # Another process may have built it while we waited.
        return _read(folder, request) or _build(folder, request)


class _Request:
    """What an environment is made from."""

    def __init__(
        self,
        tree: SourceTree,
        home: Path,
        event: Event | None,
        config: RepositoryConfig | None,
        own: ProjectFile,
        interpreter: Interpreter,
        notes: tuple[str, ...],
        progress: Progress,
    ) -> None:
        self.tree, self.home, self.interpreter, self.notes, self.progress = tree, home, interpreter, notes, progress
        self.setup = (config.setup if config and config.setup else ()) or own.setup
        self.modules = _event_modules(event)
        self.key = self._key()

    def _key(self) -> str:
        digest = hashlib.sha256(f"{_SCHEME}\n{self.interpreter.path}\n{self.interpreter.version}\n".encode())
        digest.update(json.dumps([sorted(self.modules.items()), self.setup]).encode())
        for path in self._specifications():
            digest.update(f"\0{path}\0".encode())
            digest.update(self.tree.raw(path))
        return digest.hexdigest()[:24]

    def _specifications(self) -> Iterator[str]:
        yield from (path for path in _SPECIFICATIONS if self.tree.exists(path))
        yield from requirements.metadata_files(self.tree)
        for path in self.tree.files(""):
            name = path.rpartition("/")[2]
            if (name.endswith(".txt") and "requirements" in path) or name.endswith(_COMPILED):
                yield path


def _event_modules(event: Event | None) -> dict[str, str]:
    modules = event.modules if event else {}
    return {canonicalize_name(name): version for name, version in modules.items() if requirements.is_version(version)}


def _read(folder: Path, request: _Request) -> Environment | None:
    """The environment that lies ready; None when there is none, or it is damaged."""
    try:
        record = json.loads((folder / _RECORD).read_text(encoding="utf-8"))
        site, overlay, notes = folder / record["site_packages"], dict(record["overlay"]), record["notes"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    interpreter = folder / "bin" / "python"
    os.utime(folder)
    if not interpreter.exists() or not (site / "_pytest").is_dir():
        return None
    return Environment(
        interpreter=interpreter,
        key=request.key,
        site_packages=site,
        python_version=request.interpreter.version,
        base_prefix=request.interpreter.base_prefix,
        home=request.home,
        notes=(*request.notes, *notes),
        overlay_files={path: site / name for path, name in overlay.items()},
    )


def _build(folder: Path, request: _Request) -> Environment:
    with tempfile.TemporaryDirectory(prefix=f".{request.key}-", dir=folder.parent, ignore_cleanup_errors=True) as scratch:
        target = Path(scratch, "environment")
        record = _fill(target, Path(scratch), request)
        (target / _RECORD).write_text(json.dumps(record), encoding="utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        target.rename(folder)
    forget_unused(folder.parent, keep=folder.name)
    found = _read(folder, request)
    if found is None:
        raise EnvironmentFailed("The environment was built, but cannot be used.", remedy="Set setup to install pytest too.")
    return found


def _fill(target: Path, scratch: Path, request: _Request) -> dict[str, object]:
    """Build everything; what ``_read`` needs to know of it."""
    declared = requirements.read(request.tree)
    uv = Uv(find_uv())
    installation = Installation(
        target, request.interpreter, uv, declared, request.modules, scratch, request.progress, list(declared.notes)
    )
    wheel = None
    if request.setup:
        request.progress("running the setup commands")
        run_setup(request.setup, installation, request.tree)
    else:
        wheel = _project_wheel(declared, uv, scratch, request, installation.notes)
        request.progress("installing dependencies")
        installation.install_main(wheel)
    installation.install_wishes(wheel)
    site = next(target.glob("lib/python*/site-packages"))
    compile_packages(request.interpreter, site, request.home)
    overlay = _generated(wheel, request.tree, site)
    return {"site_packages": str(site.relative_to(target)), "overlay": overlay, "notes": installation.notes}


def _project_wheel(declared: requirements.Declared, uv: Uv, scratch: Path, request: _Request, notes: list[str]) -> Wheel | None:
    if not declared.builds:
        return None
    request.progress("building the project")
    version = request.modules.get(declared.name, "0.0.0")
    wheel, reason = WheelBuilder(request.tree, declared, request.interpreter, uv, request.home, version).build(scratch)
    if wheel is None:
        notes.append(f"The project itself cannot be built ({reason}); only its declared dependencies were installed.")
    return wheel


def _generated(wheel: Wheel | None, tree: SourceTree, site: Path) -> dict[str, str]:
    """Files of the wheel that belong into a package of the tree but are not in it: made by the build."""
    found: dict[str, str] = {}
    for name in wheel.modules if wheel else ():
        top, _, rest = name.partition("/")
        if not rest or top.endswith((".dist-info", ".data")):
            continue
        root = next((root for root in tree.source_roots if (tree.root / root / top).is_dir()), None)
        path = f"{root}/{name}" if root else name
        if root is not None and not (tree.root / path).exists() and (site / name).is_file():
            found[path] = name
    return found

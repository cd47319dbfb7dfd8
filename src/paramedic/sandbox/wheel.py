"""The project itself as a wheel, built in the sandbox without network.

Its build requirements are installed beforehand (wheels only, shared between projects, mounted read-only), so a hostile
``setup.py`` finds no network, no cache and no file of anybody else: only a private copy of its own tree.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path

from packaging.utils import canonicalize_name

from paramedic.model.execution import Command, Limits, Mount, Outcome
from paramedic.sandbox.choose import choose_sandbox
from paramedic.sandbox.copies import copy_file, without_data
from paramedic.sandbox.interpreters import Interpreter
from paramedic.sandbox.report import first_error
from paramedic.sandbox.requirements import Declared
from paramedic.sandbox.uv import Uv, failure, interpreter_mounts
from paramedic.source.locks import locked
from paramedic.source.tree import SourceTree

_INSIDE = "/build"
_OUT = "/wheel"
_LIMITS = Limits(wall_seconds=300, cpu_seconds=300, memory_mib=8192, output_bytes=200_000)
_OLDER_TOOLS = (("setuptools<81", "wheel"), ("setuptools<66", "wheel"), ("setuptools<58", "wheel<0.38"))
"""What removed the features that old ``setup.py`` files use: ``pkg_resources`` (81), strict versions (66), ``use_2to3`` (58)."""


@dataclass(frozen=True, slots=True)
class Wheel:
    """A built wheel. ``modules`` are its files' paths inside site-packages."""

    path: Path
    name: str
    extras: tuple[str, ...]
    modules: tuple[str, ...]
    requires: tuple[str, ...] = ()


@dataclass(frozen=True)
class WheelBuilder:
    """Builds the wheel of one tree. ``version`` is what version-control plugins shall believe, since no history is there."""

    tree: SourceTree
    declared: Declared
    interpreter: Interpreter
    uv: Uv
    home: Path
    version: str

    def build(self, scratch: Path) -> tuple[Wheel | None, str]:
        """The wheel, or None and why not. Older build tools are tried when those declared do not work."""
        reason = ""
        for number, requires in enumerate(self._attempts()):
            folder = scratch / f"attempt{number}"
            wheel, said = self._attempt(requires, folder)
            if wheel is not None:
                return wheel, ""
            reason = reason or said
        return None, reason

    def _attempts(self) -> Iterator[tuple[str, ...]]:
        declared = self.declared.build_requires
        yield declared
        if self.declared.backend.startswith("setuptools"):
            others = tuple(line for line in declared if not line.startswith(("setuptools", "wheel")))
            yield from ((*older, *others) for older in _OLDER_TOOLS if self._works_with(older))

    def _works_with(self, older: tuple[str, ...]) -> bool:
        # From Python 3.12 on, setuptools before 66 cannot be imported.
        minor = int(self.interpreter.minor.split(".")[1])
        return minor < 12 or older[0] == "setuptools<81"

    def _attempt(self, requires: tuple[str, ...], scratch: Path) -> tuple[Wheel | None, str]:
        tools, said = self._tools(requires)
        if tools is None:
            return None, said
        answer, done = self._hooks(tools, scratch, last=False)
        needs = answer.get("needs")
        if isinstance(needs, list):
            tools, said = self._tools((*requires, *map(str, needs)))
            if tools is None:
                return None, said
            answer, done = self._hooks(tools, scratch, last=True)
        built = next(iter(sorted((scratch / "out").glob("*.whl"))), None)
        if "wheel" not in answer or built is None:
            return None, "time ran out" if done.timed_out else first_error(done.stderr)
        return read_wheel(built), ""

    def _tools(self, requires: tuple[str, ...]) -> tuple[Path | None, str]:
        """The build environment for these requirements, made once."""
        text = "\n".join(sorted(requires))
        key = hashlib.sha256(f"{self.interpreter.path}\n{self.interpreter.version}\n{text}".encode()).hexdigest()[:20]
        folder = self.home / "build-environments" / key
        with locked(folder.with_suffix(".lock")):
            said = "" if (folder / "done").exists() else self._install_tools(folder, text)
        return (None, f"its build requirements cannot be installed: {said}") if said else (folder / "packages", "")

    def _install_tools(self, folder: Path, requirements: str) -> str:
        """Why not, "" when it is done."""
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        (folder / "requirements.txt").write_text(requirements, encoding="utf-8")
        options = ("--quiet", "--only-binary", ":all:", "--no-python-downloads", "--python", str(self.interpreter.path))
        done = self.uv.run(
            *("pip", "install", *options, "--target", str(folder / "packages"), "-r", str(folder / "requirements.txt")),
            interpreter=self.interpreter,
            writable=[folder],
        )
        if done.exit_code:
            return failure(done)
        (folder / "packages").mkdir(exist_ok=True)
        (folder / "done").touch()
        return ""

    def _hooks(self, tools: Path, scratch: Path, *, last: bool) -> tuple[dict[str, object], Outcome]:
        source, out = scratch / "source", scratch / "out"
        shutil.rmtree(source, ignore_errors=True)
        out.mkdir(parents=True, exist_ok=True)
        for path in without_data(self.tree):
            copy_file(self.tree.root / path, source / path, self.tree.root)
        request = {"root": _INSIDE, "out": _OUT, "last": last}
        request |= {"backend": self.declared.backend, "backend_path": list(self.declared.backend_path)}
        command = Command(
            argv=(str(self.interpreter.path), "-c", self._script),
            directory=_INSIDE,
            mounts=(
                *interpreter_mounts(self.interpreter),
                Mount(tools, "/tools"),
                Mount(source, _INSIDE, writable=True),
                Mount(out, _OUT, writable=True),
            ),
            environment=self._variables(),
            limits=_LIMITS,
            stdin=json.dumps(request).encode(),
        )
        done = choose_sandbox("auto").run(command)
        return _last_line(done.stdout), done

    @cached_property
    def _script(self) -> str:
        return files("paramedic.sandbox").joinpath("build_backend.py").read_text(encoding="utf-8")

    def _variables(self) -> dict[str, str]:
        return {
            "PATH": "/tools/bin:/usr/bin:/bin",
            "PYTHONPATH": "/tools",
            "SETUPTOOLS_SCM_PRETEND_VERSION": self.version,
            "PBR_VERSION": self.version,
            "PDM_BUILD_SCM_VERSION": self.version,
            "LC_ALL": "C.UTF-8",
        }


def _last_line(output: str) -> dict[str, object]:
    try:
        answer = json.loads(output.strip().rpartition("\n")[2] or "{}")
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def read_wheel(path: Path) -> Wheel | None:
    """What a wheel says of itself; None when it is not one (it was made by untrusted code)."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            metadata = next(name for name in names if name.endswith(".dist-info/METADATA") and name.count("/") == 1)
            with archive.open(metadata) as stream:
                lines = stream.read(1_000_000).decode("utf-8", "replace").splitlines()
    except (OSError, zipfile.BadZipFile, StopIteration, RuntimeError):
        return None
    extras = tuple(line.partition(":")[2].strip() for line in lines if line.startswith("Provides-Extra:"))
    safe = tuple(name for name in names if ".." not in name.split("/") and not name.startswith("/"))
    requires = tuple(line.partition(":")[2].strip() for line in lines if line.startswith("Requires-Dist:"))
    return Wheel(path, canonicalize_name(path.name.split("-")[0]), extras, safe, requires)

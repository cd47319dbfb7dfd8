"""Which Python a project needs, and where this machine has it."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from paramedic.model.errors import EnvironmentFailed, SourceError
from paramedic.model.event import Event
from paramedic.sandbox.process import run_bounded
from paramedic.source.roots import parse_toml, table
from paramedic.source.tree import SourceTree

_VERSION = re.compile(r"^(?:python|cpython)?-?(\d+\.\d+(?:\.\d+)?)$", re.IGNORECASE)
_ASK = "import json,sys,platform;print(json.dumps([platform.python_version(),sys.base_prefix,platform.python_implementation()]))"
_OLDEST = Version("3.7")


@dataclass(frozen=True, slots=True)
class Interpreter:
    """A Python of this machine; ``base_prefix`` is the folder that holds it and its standard library."""

    path: Path
    version: str
    base_prefix: Path

    @property
    def minor(self) -> str:
        return ".".join(self.version.split(".")[:2])


@dataclass(frozen=True, slots=True)
class Wish:
    """A version or path, who named it, and whether another version would be a mistake."""

    text: str
    origin: str
    strict: bool = False


def wishes(
    tree: SourceTree, event: Event | None, *, asked: str | None, configured: str | None, project: str | None
) -> tuple[Wish, ...]:
    """What is wanted, the first the most. ``project`` is what ``.paramedic.toml`` says."""
    found = [
        Wish(asked, "--python", strict=True) if asked else None,
        Wish(configured, "python in [repositories.NAME]", strict=True) if configured else None,
        Wish(project, "python in .paramedic.toml", strict=True) if project else None,
        _of_event(event),
        _of_version_file(tree),
    ]
    return tuple(wish for wish in found if wish)


def _of_event(event: Event | None) -> Wish | None:
    runtime = event.runtime if event else None
    if runtime is None or runtime[0].lower() not in {"cpython", "python"}:
        return None
    found = re.match(r"\d+\.\d+(?:\.\d+)?", runtime[1])
    return Wish(found[0], "the event") if found else None


def _of_version_file(tree: SourceTree) -> Wish | None:
    try:
        first = tree.text(".python-version").split()
    except SourceError:
        return None
    return Wish(first[0], ".python-version") if first and _VERSION.match(first[0]) else None


def choose(wanted: tuple[Wish, ...], requires: str) -> tuple[Interpreter, tuple[str, ...]]:
    """The interpreter for the first wish that can be met, and notes on what is not as wished.

    ``requires`` is the project's ``requires-python``. Without a wish it is the running Python if that fits, else the nearest
    that does. Raises ``EnvironmentFailed`` when a strict wish cannot be met, or nothing fits.
    """
    for wish in wanted[:1]:
        found = _at_path(wish.text) if "/" in wish.text else _of_version(wish)
        if found is not None:
            return found, _difference(wish, found)
        if wish.strict:
            here = ", ".join(sorted({interpreter.version for interpreter in installed()}))
            raise EnvironmentFailed(
                f"Python {wish.text} (from {wish.origin}) is not on this machine; it has {here}.",
                remedy=f"Install it (uv python install {wish.text}), or name another.",
            )
    fitting = _fitting(requires)
    if not fitting:
        raise EnvironmentFailed(
            f"No Python of this machine fits requires-python {requires!r}.",
            remedy="Install one (uv python install), or set python in its [repositories.NAME] table.",
        )
    target = Version(_number(wanted[0].text) or running().version) if wanted else Version(running().version)
    best = min(fitting, key=lambda interpreter: _distance(Version(interpreter.version), target))
    return best, _difference(wanted[0], best) if wanted else ()


def _difference(wish: Wish, found: Interpreter) -> tuple[str, ...]:
    wanted = _number(wish.text)
    if wanted is None or found.version == wanted or found.version.startswith(f"{wanted}."):
        return ()
    return (f"Python {wanted} was asked for by {wish.origin}; {found.version} was used, the nearest on this machine.",)


def _number(text: str) -> str | None:
    found = _VERSION.match(text)
    return found[1] if found else None


def _at_path(text: str) -> Interpreter | None:
    return inspect(Path(text).expanduser())


def _of_version(wish: Wish) -> Interpreter | None:
    """Of the same minor version, the nearest patch. Only those that can be it are asked for their version."""
    number = _number(wish.text)
    if number is None:
        raise EnvironmentFailed(f"{wish.text!r} (from {wish.origin}) is not a Python version or path.", remedy="Write 3.12, say.")
    if running().version == number:
        return running()
    minor, target = ".".join(number.split(".")[:2]), Version(number)
    same = _known(minor)
    if number == minor:
        return max(same, key=lambda interpreter: Version(interpreter.version), default=None)
    return min(same, key=lambda interpreter: _distance(Version(interpreter.version), target), default=None)


def _distance(version: Version, target: Version) -> tuple[int, int, int]:
    """Older minors are farther than newer ones: code seldom breaks by what was added."""
    minor = version.minor - target.minor
    return (abs(version.major - target.major), minor if minor >= 0 else -2 * minor, abs(version.micro - target.micro))


def _fitting(requires: str) -> list[Interpreter]:
    try:
        allowed = SpecifierSet(requires)
    except InvalidSpecifier:
        allowed = SpecifierSet()
    return [item for item in installed() if Version(item.version) in allowed and Version(item.version) >= _OLDEST]


def requires_python(tree: SourceTree) -> str:
    """The declared range, "" when none is: ``project.requires-python``, else Poetry's ``python``."""
    try:
        pyproject = parse_toml(tree.text("pyproject.toml"))
    except SourceError:
        return ""
    declared = table(pyproject, "project").get("requires-python")
    poetry = table(table(table(pyproject, "tool"), "poetry"), "dependencies").get("python")
    value = declared or poetry
    return _from_caret(value) if isinstance(value, str) else ""


def _from_caret(text: str) -> str:
    """Poetry's ``^3.8`` is ``>=3.8,<4``."""
    found = re.match(r"^[\^~](\d+)\.(\d+)", text.strip())
    return f">={found[1]}.{found[2]},<{int(found[1]) + 1}" if found else text


@lru_cache(maxsize=1)
def running() -> Interpreter:
    """The Python that we run on."""
    version = ".".join(map(str, sys.version_info[:3]))
    return Interpreter(Path(os.path.realpath(sys.executable)), version, Path(sys.base_prefix))


@lru_cache(maxsize=1)
def installed() -> tuple[Interpreter, ...]:
    """CPythons of this machine: the system's, pyenv's, uv's and ours. Looked for once per process."""
    return _known(None)


@lru_cache(maxsize=32)
def _known(minor: str | None) -> tuple[Interpreter, ...]:
    """Those of one minor version, or all. A folder named after its version is believed; others are asked."""
    found = {running().path: running()} if minor in {None, running().minor} else {}
    for path in _candidates():
        named = _from_folder(path)
        if path in found or (minor and named and named.minor != minor):
            continue
        interpreter = named or (inspect(path) if _may_be(path, minor) else None)
        if interpreter is not None and minor in {None, interpreter.minor}:
            found.setdefault(interpreter.path, interpreter)
    return tuple(found.values())


def _from_folder(path: Path) -> Interpreter | None:
    """Of ``…/versions/3.12.1/bin/python3.12`` (pyenv) and ``…/cpython-3.12.1-linux-…/bin/python3.12`` (uv)."""
    folder = path.parent.parent
    found = re.fullmatch(r"(?:cpython-)?(3\.\d+\.\d+)(?:-(?!.*freethreaded).*)?", folder.name)
    return Interpreter(path, found[1], folder) if found and path.parent.name == "bin" else None


def _may_be(path: Path, minor: str | None) -> bool:
    number = re.fullmatch(r"python(3\.\d+)", path.name)
    return minor is None or number is None or number[1] == minor


def _candidates() -> Iterator[Path]:
    home = Path.home()
    managed = Path(os.environ.get("UV_PYTHON_INSTALL_DIR", home / ".local/share/uv/python"))
    pyenv = Path(os.environ.get("PYENV_ROOT", home / ".pyenv")) / "versions"
    for folder, pattern in (
        (managed, "cpython-3*/bin/python3"),
        (pyenv, "3*/bin/python3"),
        (Path("/opt/python"), "*/bin/python3"),
    ):
        yield from (Path(os.path.realpath(path)) for path in sorted(folder.glob(pattern)))
    for folder in (Path("/usr/local/bin"), Path("/usr/bin")):
        names = (path for path in sorted(folder.glob("python3*")) if re.fullmatch(r"python3(\.\d+)?", path.name))
        yield from (Path(os.path.realpath(path)) for path in names)


@lru_cache(maxsize=64)
def inspect(path: Path) -> Interpreter | None:
    """Ask an interpreter what it is; None when it does not answer or is not CPython. A link of an environment is followed
    to its base."""
    try:
        done = run_bounded([str(path), "-I", "-S", "-c", _ASK], wall_seconds=15, output_bytes=10_000)
        version, prefix, implementation = json.loads(done.stdout.text())
        Version(version)
    except (OSError, ValueError, InvalidVersion):
        return None
    if implementation != "CPython":
        return None
    return Interpreter(Path(os.path.realpath(path)), version, Path(prefix))

"""Where the importable packages of a checkout lie, and which commit it is. Reads files, runs nothing."""

from __future__ import annotations

import ast
import configparser
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

_LARGEST_PROJECT_FILE = 2_000_000
_SHA = re.compile(r"^[0-9a-f]{40}([0-9a-f]{24})?$")
_NEVER = frozenset(
    ("docs", "doc", "examples", "example", "node_modules", "build", "dist", "venv", "test", "tests", "site-packages")
)

Table = dict[str, object]


def detect(root: Path) -> tuple[str, ...]:
    """Source roots relative to ``root``, the most specific first; always ends with "" (the root itself).

    In order: what the project files declare, ``src/`` and ``lib/`` layouts, folders with ``manage.py``, and the same for
    sub-projects (folders up to two levels down that have project files of their own).
    """
    found: list[str] = []
    for folder in ("", *_subprojects(root)):
        for name in _of_project(root / folder):
            joined = normalised(f"{folder}/{name}" if folder else name)
            if joined not in found and _is_folder_inside(root, joined):
                found.append(joined)
        if folder and folder not in found:
            found.append(folder)
    return (*[name for name in found if name], "")


def normalised(name: str) -> str:
    """``./src/`` → ``src``; the root is ""."""
    parts = [part for part in PurePosixPath(name.replace("\\", "/")).parts if part not in {".", "/"}]
    return "/".join(parts)


def _is_folder_inside(root: Path, name: str) -> bool:
    if ".." in name.split("/"):
        return False
    try:
        folder = (root / name).resolve()
        return folder.is_dir() and folder.is_relative_to(root)
    except (OSError, RuntimeError, ValueError):
        return False


def _of_project(folder: Path) -> Iterator[str]:
    yield from _declared_by_pyproject(read_toml(folder / "pyproject.toml"))
    yield from _declared_by_setup_cfg(folder / "setup.cfg")
    yield from _declared_by_setup_py(folder / "setup.py")
    for name in ("src", "lib"):
        if _holds_modules(folder / name):
            yield name
    yield from (manage.parent.relative_to(folder).as_posix() for manage in sorted(folder.glob("*/manage.py")))


def _holds_modules(folder: Path) -> bool:
    """A folder of packages, itself none: an ``src`` with an ``__init__.py`` is imported as ``src``."""
    if not folder.is_dir() or (folder / "__init__.py").exists():
        return False
    return any(folder.glob("*.py")) or any(folder.glob("*/*.py"))


def _subprojects(root: Path) -> Iterator[str]:
    markers = ("pyproject.toml", "setup.py", "setup.cfg")
    for depth in ("*", "*/*"):
        for marker in markers:
            for found in sorted(root.glob(f"{depth}/{marker}"))[:50]:
                parts = found.parent.relative_to(root).parts
                if not _NEVER.intersection(parts) and not any(part.startswith(".") for part in parts):
                    yield "/".join(parts)


def _declared_by_pyproject(project: Table) -> Iterator[str]:
    tool = table(project, "tool")
    setuptools = table(tool, "setuptools")
    yield from _strings(list(table(setuptools, "package-dir").values()))
    yield from _strings(table(table(setuptools, "packages"), "find").get("where"))
    for package in _tables(table(tool, "poetry").get("packages")):
        yield from _strings([package.get("from")])
    wheel = table(table(table(table(tool, "hatch"), "build"), "targets"), "wheel")
    yield from (_parent(name) for name in _strings(wheel.get("packages")))
    yield from _strings(wheel.get("sources"))
    yield from _strings([table(table(tool, "pdm"), "build").get("package-dir"), table(tool, "pdm").get("package-dir")])
    yield from _strings([table(table(tool, "uv"), "build-backend").get("module-root")])
    yield from _strings([table(tool, "maturin").get("python-source")])


def _declared_by_setup_cfg(path: Path) -> Iterator[str]:
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(_read(path))
    except configparser.Error:
        return
    for line in parser.get("options", "package_dir", fallback="").splitlines():
        yield from _strings([line.partition("=")[2].strip()])
    yield from _strings(parser.get("options.packages.find", "where", fallback="").split())


def _declared_by_setup_py(path: Path) -> Iterator[str]:
    """Literal ``package_dir={...}`` and ``find_packages("src")``. The file is parsed, never run."""
    text = _read(path)
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == "package_dir" and isinstance(node.value, ast.Dict):
            yield from _constants(node.value.values[:1] if _has_root_key(node.value) else [])
        elif isinstance(node, ast.Call) and _called(node).endswith(("find_packages", "find_namespace_packages")):
            yield from _constants(node.args[:1])
            yield from _constants([keyword.value for keyword in node.keywords if keyword.arg == "where"])


def _has_root_key(node: ast.Dict) -> bool:
    return any(isinstance(key, ast.Constant) and key.value == "" for key in node.keys)


def _called(node: ast.Call) -> str:
    function = node.func
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")


def _constants(nodes: list[ast.expr]) -> Iterator[str]:
    return _strings([node.value for node in nodes if isinstance(node, ast.Constant)])


def _parent(name: str) -> str:
    return PurePosixPath(name).parent.as_posix()


def _strings(values: object) -> Iterator[str]:
    if isinstance(values, dict):
        values = list(values)
    if isinstance(values, list | tuple):
        yield from (value for value in values if isinstance(value, str) and value.strip(" ./"))


def _tables(values: object) -> Iterator[Table]:
    if isinstance(values, list):
        yield from (value for value in values if isinstance(value, dict))


def table(parent: Table, key: str) -> Table:
    """The sub-table, or an empty one when it is missing or something else: project files are not ours to trust."""
    value = parent.get(key)
    return value if isinstance(value, dict) else {}


def read_toml(path: Path) -> Table:
    """The parsed file; empty when it is missing or broken."""
    return parse_toml(_read(path))


def parse_toml(text: str) -> Table:
    """The parsed text; empty when it is broken."""
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return {}


def _read(path: Path) -> str:
    try:
        if not path.is_file() or path.stat().st_size > _LARGEST_PROJECT_FILE:
            return ""
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def head_commit(root: Path) -> str:
    """The commit that HEAD names, read from the files of ``.git`` without running git; "" when there is none."""
    folder = root / ".git"
    pointer = _read(folder).strip() if folder.is_file() else ""
    if pointer.startswith("gitdir:"):
        folder = (root / pointer.removeprefix("gitdir:").strip()).resolve()
    head = _read(folder / "HEAD").strip()
    if not head.startswith("ref:"):
        return head if _SHA.match(head) else ""
    reference = head.removeprefix("ref:").strip()
    if ".." in reference:
        return ""
    common = (folder / _read(folder / "commondir").strip()).resolve() if (folder / "commondir").is_file() else folder
    direct = _read(common / reference).strip()
    return direct if _SHA.match(direct) else _packed(common / "packed-refs", reference)


def _packed(path: Path, reference: str) -> str:
    for line in _read(path).splitlines():
        sha, _, name = line.partition(" ")
        if name.strip() == reference and _SHA.match(sha):
            return sha
    return ""

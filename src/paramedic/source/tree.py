"""One checkout of a repository, read lazily and never written."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from paramedic.model.errors import SourceError
from paramedic.source import encoding, roots
from paramedic.source.module import ParsedModule

LARGEST_FILE = 4_000_000
"""Bytes; a larger file is data or generated, and reading it would only cost memory."""

_TOOLS = (".git", ".hg", ".svn", ".idea", ".vscode", ".eggs", ".tox", ".nox", "__pycache__", ".mypy_cache")
_ENVIRONMENTS = (".venv", "venv", ".env", "env", "node_modules", "site-packages", ".pytest_cache", ".ruff_cache")
_SKIPPED = frozenset((*_TOOLS, *_ENVIRONMENTS))
_SKIPPED_UNLESS_PACKAGE = frozenset(("build", "dist"))
_TEST_FOLDERS = frozenset(("test", "tests", "testing", "unittests", "unit_tests"))


class SourceTree:
    """A view on one checkout. Opening reads nothing but the project files that say where the packages lie.

    Paths are relative to ``root``, with ``/``. No path, link or ``..`` leads out of it. Safe to share between threads.
    """

    def __init__(self, root: Path, *, source_roots: tuple[str, ...], path_prefixes: tuple[str, ...], commit: str) -> None:
        self.root = root
        self.source_roots = source_roots
        self.path_prefixes = path_prefixes
        self.commit = commit
        self._lock = threading.RLock()
        self._all_files: tuple[str, ...] | None = None
        self._by_suffix: dict[str, tuple[str, ...]] = {}
        self._texts: dict[str, str] = {}
        self._modules: dict[str, ParsedModule | SourceError] = {}
        self._names: dict[str, str] | None = None

    @classmethod
    def open(
        cls,
        root: Path,
        *,
        source_roots: tuple[str, ...] = (),
        path_prefixes: tuple[str, ...] = (),
        commit: str | None = None,
    ) -> SourceTree:
        """Open a checkout, or any folder. ``commit`` None reads HEAD without running git; "" when there is none.

        Raises ``SourceError`` when ``root`` is not a folder, or a given source root is not in it.
        """
        resolved = root.expanduser().resolve()
        if not resolved.is_dir():
            raise SourceError(f"{root} is not a folder.", remedy="Give the path of a checkout.")
        for name in source_roots:
            if not (resolved / name).resolve().is_relative_to(resolved) or not (resolved / name).is_dir():
                raise SourceError(f"The source root {name!r} is not a folder of {root}.", remedy="Correct source_roots.")
        found = tuple(roots.normalised(name) for name in source_roots) or roots.detect(resolved)
        head = roots.head_commit(resolved) if commit is None else commit
        return cls(resolved, source_roots=found, path_prefixes=path_prefixes, commit=head)

    def files(self, suffix: str = ".py") -> tuple[str, ...]:
        """All files with that suffix, sorted; without folders of tools, environments and build results."""
        with self._lock:
            if self._all_files is None:
                self._all_files = tuple(sorted(self._walk()))
            if suffix not in self._by_suffix:
                self._by_suffix[suffix] = tuple(path for path in self._all_files if path.endswith(suffix))
            return self._by_suffix[suffix]

    def _walk(self) -> Iterator[str]:
        base = os.fspath(self.root)
        for folder, folders, names in os.walk(base):
            folders[:] = [name for name in folders if not _skipped(folder, name)]
            relative = os.path.relpath(folder, base).replace(os.sep, "/")
            prefix = "" if relative == "." else f"{relative}/"
            yield from (prefix + name for name in names if _encodable(name))

    def exists(self, path: str) -> bool:
        """Whether ``path`` is a regular file of the tree."""
        try:
            return self._inside(path).is_file()
        except (SourceError, OSError):
            return False

    def _inside(self, path: str) -> Path:
        pure = PurePosixPath(path)
        if pure.is_absolute() or ".." in pure.parts or "\0" in path:
            raise SourceError(f"{path!r} is not a path inside the repository.")
        try:
            resolved = (self.root / pure).resolve()
        except (OSError, RuntimeError) as error:
            raise SourceError(f"{path!r} cannot be resolved.") from error
        if not resolved.is_relative_to(self.root):
            raise SourceError(f"{path!r} leads out of the repository.")
        return resolved

    def raw(self, path: str) -> bytes:
        """The bytes of a file. Raises ``SourceError`` when it is missing, too large, or leads out of the repository."""
        resolved = self._inside(path)
        try:
            if not resolved.is_file():
                raise SourceError(f"{path} is not a file of the repository.")
            if resolved.stat().st_size > LARGEST_FILE:
                raise SourceError(f"{path} is larger than {LARGEST_FILE} bytes.")
            return resolved.read_bytes()
        except OSError as error:
            raise SourceError(f"{path} cannot be read: {error.strerror}.") from error

    def text(self, path: str) -> str:
        """The file's text, decoded by PEP 263, newlines as they are. Raises ``SourceError``."""
        cached = self._texts.get(path)
        if cached is None:
            cached = encoding.decode(self.raw(path), path)
            with self._lock:
                self._texts[path] = cached
        return cached

    def lines(self, path: str) -> tuple[str, ...]:
        """The lines without their ends; split where Python's parser splits, so that line n is ``lines[n - 1]``."""
        return tuple(re.split(r"\r\n|\r|\n", self.text(path)))

    def module(self, path: str) -> ParsedModule:
        """The parsed file, from a cache. Raises ``SourceError`` when it does not parse."""
        found = self._modules.get(path)
        if found is None:
            try:
                found = ParsedModule(path, self.text(path))
            except SourceError as error:
                found = error
            with self._lock:
                self._modules[path] = found
        if isinstance(found, SourceError):
            raise found
        return found

    def module_name(self, path: str) -> str:
        """The dotted name under which ``path`` is imported, given the source roots: the longest root that holds it."""
        holding = [root for root in self.source_roots if root == "" or path.startswith(f"{root}/")]
        root = max(holding, key=len, default="")
        relative = path[len(root) + 1 :] if root else path
        parts = relative.removesuffix(".py").split("/")
        if parts[-1] == "__init__" and len(parts) > 1:
            parts.pop()
        return ".".join(parts)

    def find_module(self, dotted: str) -> str | None:
        """The path of the module or package of that name; None when the tree has none."""
        with self._lock:
            if self._names is None:
                self._names = {}
                # A package wins over a module of the same name, as it does for the import system.
                for path in sorted(self.files(), key=lambda path: path.endswith("/__init__.py")):
                    self._names[self.module_name(path)] = path
            return self._names.get(dotted)

    def test_files(self) -> tuple[str, ...]:
        """Python files that hold tests, by the names that pytest and unittest look for."""
        return tuple(path for path in self.files() if is_test_path(path))


def is_test_path(path: str) -> bool:
    """``test_*.py``, ``*_test.py``, ``tests.py``, or any ``test*`` module in a folder for tests."""
    *folders, name = path.split("/")
    if name.startswith("test_") or name.endswith(("_test.py", "_tests.py")) or name in {"tests.py", "test.py"}:
        return True
    return name.startswith("test") and any(folder in _TEST_FOLDERS for folder in folders)


def _skipped(folder: str, name: str) -> bool:
    if name in _SKIPPED or name.endswith((".egg-info", ".dist-info")):
        # A package may well be called ``env``; an environment never has an __init__.py at its top.
        return not (name in {"env", "venv"} and (Path(folder) / name / "__init__.py").exists())
    return name in _SKIPPED_UNLESS_PACKAGE and not (Path(folder) / name / "__init__.py").exists()


def _encodable(name: str) -> bool:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True

"""From a name in an event to an import that binds it: in the repository, its dependencies or the standard library."""

from __future__ import annotations

import ast
import re
import sys
from collections import Counter, defaultdict
from functools import cached_property

from paramedic.model.errors import SourceError
from paramedic.model.event import Event
from paramedic.reproduction.code import Code, Import
from paramedic.reproduction.vetting import standard_module
from paramedic.source.tree import SourceTree, is_test_path

_TOP_LEVEL = re.compile(r"^(?:class|def|async def)\s+(\w+)|^(\w+)\s*(?::[^=\n]+)?=(?!=)", re.MULTILINE)
_IMPORTED = re.compile(r"^\s*(?:from|import)\s+([A-Za-z_]\w*)", re.MULTILINE)
_IMPORT_LINE = re.compile(r"^[ \t>.]*(?:import [\w., ]+|from [\w.]+ import [\w, ]+)[ \t]*$", re.MULTILINE)
_PLACES = {"_io": "io", "_decimal": "decimal", "_collections": "collections", "_struct": "struct", "_datetime": "datetime"}


class Names:
    """What the repository defines and imports. Files are scanned once, by line, and parsed only when one is asked for."""

    def __init__(self, tree: SourceTree, event: Event) -> None:
        self.tree = tree
        self._event = event

    @cached_property
    def _sources(self) -> tuple[str, ...]:
        return tuple(path for path in self.tree.files() if not is_test_path(path) and not path.startswith(("docs/", "examples/")))

    @cached_property
    def _defined(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for path in self._sources:
            for match in _TOP_LEVEL.finditer(self._text(path)):
                found[match[1] or match[2]].append(path)
        return found

    def _text(self, path: str) -> str:
        try:
            return self.tree.text(path)
        except SourceError:
            return ""

    @cached_property
    def roots(self) -> frozenset[str]:
        """Top-level packages that a test of this project may import: its own and those that it imports itself."""
        own = {self.tree.module_name(path).split(".")[0] for path in self._sources}
        imported = {name for path in self._sources for name in _IMPORTED.findall(self._text(path))}
        installed = {name.lower().replace("-", "_") for name in self._event.modules}
        foreign = {name for name in imported | installed if name not in sys.stdlib_module_names and name.isidentifier()}
        return frozenset((own | foreign) - {"setup", "conftest", "noxfile", "tasks"})

    def module(self, dotted: str) -> bool:
        """Whether ``dotted`` is a module that a test may import."""
        root = dotted.split(".", maxsplit=1)[0]
        return self.tree.find_module(dotted) is not None or standard_module(root) or (root in self.roots and not self.own(root))

    def own(self, root: str) -> bool:
        return self.tree.find_module(root) is not None or any(path.startswith(f"{root}/") for path in self._sources)

    def dotted(self, name: str) -> Code | None:
        """``package.module.Class.Inner`` as an expression with its import; None when nothing of that name can be had."""
        name = name.replace("builtins.", "")
        parts = name.split(".")
        parts[0] = _PLACES.get(parts[0], parts[0])
        if not all(part.isidentifier() for part in parts):
            return None
        for length in range(len(parts) - 1, 0, -1):
            module = ".".join(parts[:length])
            if self._holds(module, parts[length]):
                return Code(".".join(parts[length:]), frozenset((Import(module, parts[length]),)))
        return None

    def _holds(self, module: str, name: str) -> bool:
        path = self.tree.find_module(module)
        if path is not None:
            return name in self.bound(path)
        return self.module(module) and not self.own(module.split(".", maxsplit=1)[0])

    def bound(self, path: str) -> frozenset[str]:
        """The names bound at module level in ``path``, also those under ``if`` and ``try``."""
        try:
            body = self.tree.module(path).tree.body
        except SourceError:
            return frozenset()
        return frozenset(_module_names(body))

    @cached_property
    def _habits(self) -> dict[str, Import]:
        """What each name is most often imported as, in the code, the tests and the documentation of the repository."""
        counted: dict[str, Counter[Import]] = defaultdict(Counter)
        for path in (*self.tree.files(), *self.tree.files(".rst"), *self.tree.files(".md")):
            for match in _IMPORT_LINE.finditer(self._text(path)):
                for item in _imports_of(match[0].strip()):
                    counted[item.bound][item] += 1
        return {name: max(items, key=lambda item: (items[item], item.text)) for name, items in counted.items()}

    def habit(self, name: str) -> Code | None:
        """``name`` as the project itself imports it: ``np`` is ``import numpy as np``."""
        item = self._habits.get(name)
        if item is None or not self._importable(item):
            return None
        return Code(name, frozenset((item,)))

    def _importable(self, item: Import) -> bool:
        path = self.tree.find_module(item.module)
        if path is not None:
            return (
                not item.name or item.name in self.bound(path) or self.tree.find_module(f"{item.module}.{item.name}") is not None
            )
        return not self.own(item.module.split(".")[0]) and (self.module(item.module) or item.module in {"os", "os.path", "sys"})

    def near(self, name: str, path: str | None, *, holder: bool = False) -> Code | None:
        """A simple name as seen from module ``path``, else from wherever the repository defines it once or most openly.

        ``holder``: the name is used as ``name.attribute``, so a module of that name comes first.
        """
        if path is not None and name in self.bound(path):
            return Code(name, frozenset((Import(self.tree.module_name(path), name),)))
        if holder and name.isidentifier() and self.tree.find_module(name) is not None:
            return Code(name, frozenset((Import(name),)))
        return self._exported(name) if self._open(name) else self.habit(name) or self._exported(name)

    def _open(self, name: str) -> bool:
        """Whether a top-level package of the repository hands out ``name`` itself."""
        tops = {path.split("/")[0] for path in self._sources}
        return any(name in self.bound(f"{top}/__init__.py") for top in tops if self.tree.exists(f"{top}/__init__.py"))

    def _exported(self, name: str) -> Code | None:
        places = [place for place in self._defined.get(name, []) if name in self.bound(place)]
        if not places or name.startswith("__"):
            return self._package(name)
        exporting = [place for place in self._packages(places) if name in self.bound(place)]
        chosen = (exporting or sorted(places, key=lambda place: (place.count("/"), len(place))))[0]
        return Code(name, frozenset((Import(self.tree.module_name(chosen), name),)))

    def _packages(self, places: list[str]) -> list[str]:
        """The ``__init__`` files above the definitions, outermost first."""
        above = {"/".join(place.split("/")[:depth]) for place in places for depth in range(1, place.count("/") + 1)}
        return [f"{folder}/__init__.py" for folder in sorted(above, key=len) if self.tree.exists(f"{folder}/__init__.py")]

    def _package(self, name: str) -> Code | None:
        if name in {"os", "sys"}:
            return Code(name, frozenset((Import(name),)))
        installed = name in self.roots or name in sys.stdlib_module_names
        if installed and self.module(name) and name.isidentifier():
            return Code(name, frozenset((Import(name),)))
        return None

    def definition(self, imported: Import) -> tuple[str, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef] | None:
        """Where the repository defines what ``imported`` binds, following re-exports; None for anything else."""
        path = self.tree.find_module(imported.module)
        for _ in range(5):
            if path is None:
                return None
            node = self._top(path, imported.name)
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                return path, node
            if not isinstance(node, ast.ImportFrom):
                return None
            imported = self._source_of(path, node, imported.name)
            path = self.tree.find_module(imported.module)
        return None

    def _top(self, path: str, name: str) -> ast.stmt | None:
        try:
            body = self.tree.module(path).tree.body
        except SourceError:
            return None
        return next((node for node in _flat(body) if name in _binds(node)), None)

    def _source_of(self, path: str, node: ast.ImportFrom, name: str) -> Import:
        base = self.tree.module_name(path).split(".")
        if node.level:
            keep = len(base) - node.level + path.endswith("__init__.py")
            module = ".".join([*base[:keep], *([node.module] if node.module else [])])
        else:
            module = node.module or ""
        original = next((alias.name for alias in node.names if (alias.asname or alias.name) == name), name)
        return Import(module, original)


def _imports_of(line: str) -> list[Import]:
    try:
        node = ast.parse(line.lstrip("> .\t")).body[0]
    except (SyntaxError, ValueError, IndexError):
        return []
    if isinstance(node, ast.ImportFrom):
        return [Import(node.module or "", alias.name, alias.asname or "") for alias in node.names] if not node.level else []
    if not isinstance(node, ast.Import):
        return []
    return [Import(alias.name, "", alias.asname or "") for alias in node.names]


def _elsewhere(node: ast.stmt) -> bool:
    """A block that does not run on import: for type checkers, or for running the file as a script."""
    return isinstance(node, ast.If) and bool(re.search(r"\bTYPE_CHECKING\b|__name__ ==", ast.unparse(node.test)))


def _flat(body: list[ast.stmt]) -> list[ast.stmt]:
    found: list[ast.stmt] = []
    for node in body:
        found.append(node)
        if _elsewhere(node):
            found += _flat(node.orelse) if isinstance(node, ast.If) else []
            continue
        for inner in ("body", "orelse", "finalbody"):
            if isinstance(node, ast.If | ast.Try | ast.With):
                found += _flat(getattr(node, inner, []))
        if isinstance(node, ast.Try):
            found += [item for handler in node.handlers for item in _flat(handler.body)]
    return found


def _binds(node: ast.stmt) -> set[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {node.name}
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {alias.asname or alias.name.split(".")[0] for alias in node.names}
    if isinstance(node, ast.Assign):
        return {item.id for target in node.targets for item in ast.walk(target) if isinstance(item, ast.Name)}
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
        return {node.target.id}
    return set()


def _module_names(body: list[ast.stmt]) -> set[str]:
    return set().union(*(_binds(node) for node in _flat(body)))

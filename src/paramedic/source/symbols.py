"""Who defines a name, who calls it, and what a call means: best effort, by reading only."""

from __future__ import annotations

import ast
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass

from paramedic.model.errors import SourceError
from paramedic.source.classes import ClassInfo, describe, dotted
from paramedic.source.imports import Imports, imports_of
from paramedic.source.module import Function, ParsedModule
from paramedic.source.tree import SourceTree, is_test_path

_LONGEST_REEXPORT = 6
_MOST_FILES = 400
"""Files parsed for one question: a name as common as ``get`` must not parse a whole monorepo."""


@dataclass(frozen=True, slots=True)
class Definition:
    """A function, method or class of the repository."""

    path: str
    qualname: str
    node: Function | ast.ClassDef

    @property
    def line(self) -> int:
        return self.node.lineno


@dataclass(frozen=True, slots=True)
class CallSite:
    """A call of some name. ``function`` is the qualified name around it, None at module level."""

    path: str
    line: int
    node: ast.Call
    function: str | None


class SymbolIndex:
    """Names of one tree. Built as it is asked: a file's text is searched first, and parsed only when the name is in it.

    Code under test is listed before tests. What cannot be read or parsed is left out. Safe to share between threads.
    """

    def __init__(self, tree: SourceTree) -> None:
        self.tree = tree
        self._lock = threading.RLock()
        self._definitions: dict[str, tuple[Definition, ...]] = {}
        self._callers: dict[str, tuple[CallSite, ...]] = {}
        self._imports: dict[str, Imports] = {}
        self._classes: dict[tuple[str, str], ClassInfo | None] = {}

    def definitions(self, name: str) -> tuple[Definition, ...]:
        """Every function, method and class with that simple name."""
        with self._lock:
            if name not in self._definitions:
                pattern = re.compile(rf"\b(?:def|class)\s+{re.escape(name)}\b")
                self._definitions[name] = tuple(
                    Definition(module.path, module.qualname(node), node)
                    for module in self._modules_with(name, pattern)
                    for node in (*module.functions(), *module.classes)
                    if node.name == name
                )
            return self._definitions[name]

    def definition(self, path: str, qualname: str) -> Definition | None:
        """The definition of a qualified name in one file; None when it is not there or the file does not parse."""
        module = self.parsed(path)
        node = module.definition(qualname) if module else None
        return Definition(path, qualname, node) if node is not None else None

    def callers(self, name: str) -> tuple[CallSite, ...]:
        """Calls of a function, method or class by that simple name, whatever it is bound to there."""
        with self._lock:
            if name not in self._callers:
                pattern = re.compile(rf"\b{re.escape(name)}\s*\(")
                self._callers[name] = tuple(
                    site for module in self._modules_with(name, pattern) for site in _calls_of(module, name)
                )
            return self._callers[name]

    def parsed(self, path: str) -> ParsedModule | None:
        """The parsed module; None instead of an error."""
        try:
            return self.tree.module(path)
        except SourceError:
            return None

    def _modules_with(self, name: str, pattern: re.Pattern[str]) -> Iterator[ParsedModule]:
        matching = [path for path in self.tree.files() if self._mentions(path, name, pattern)]
        for path in sorted(matching, key=is_test_path)[:_MOST_FILES]:
            module = self.parsed(path)
            if module is not None:
                yield module

    def _mentions(self, path: str, name: str, pattern: re.Pattern[str]) -> bool:
        try:
            text = self.tree.text(path)
        except SourceError:
            return False
        return name in text and pattern.search(text) is not None

    def imports(self, path: str) -> Imports:
        """The imports of a file; empty when it does not parse."""
        with self._lock:
            if path not in self._imports:
                module = self.parsed(path)
                name, is_package = self.tree.module_name(path), path.endswith("__init__.py")
                self._imports[path] = imports_of(module, name, is_package=is_package) if module else Imports({}, ())
            return self._imports[path]

    def resolve_name(self, path: str, name: str) -> Definition | None:
        """What the dotted ``name`` means at module level in ``path``: its own definition, else through its imports."""
        own = self.definition(path, name)
        if own is not None:
            return own
        first, _, rest = name.partition(".")
        imports = self.imports(path)
        if first in imports.names:
            target = imports.names[first]
            return self.resolve_dotted(f"{target}.{rest}" if rest else target)
        for star in imports.stars:
            found = self.resolve_dotted(f"{star}.{name}")
            if found is not None:
                return found
        return None

    def resolve_dotted(self, target: str, depth: int = 0) -> Definition | None:
        """The definition of an absolute dotted name (``package.module.Class.method``), through re-exports."""
        parts = target.split(".")
        for cut in range(len(parts) - 1, 0, -1):
            path = self.tree.find_module(".".join(parts[:cut]))
            if path is None:
                continue
            rest = ".".join(parts[cut:])
            found = self.definition(path, rest)
            if found is not None or depth >= _LONGEST_REEXPORT:
                return found
            return self._through_reexport(path, rest, depth + 1)
        return None

    def _through_reexport(self, path: str, name: str, depth: int) -> Definition | None:
        first, _, rest = name.partition(".")
        imports = self.imports(path)
        targets = [imports.names[first]] if first in imports.names else [f"{star}.{first}" for star in imports.stars]
        for target in targets:
            found = self.resolve_dotted(f"{target}.{rest}" if rest else target, depth)
            if found is not None:
                return found
        return None

    def class_info(self, path: str, qualname: str) -> ClassInfo | None:
        """The class of that qualified name; None when there is none."""
        key = (path, qualname)
        with self._lock:
            if key not in self._classes:
                module = self.parsed(path)
                node = module.definition(qualname) if module else None
                found = describe(module, node) if module and isinstance(node, ast.ClassDef) else None
                self._classes[key] = found
            return self._classes[key]

    def lineage(self, info: ClassInfo) -> tuple[ClassInfo, ...]:
        """The class and those of its ancestors that the repository defines, nearest first, each once."""
        found = {(info.path, info.qualname): info}
        waiting = [info]
        while waiting:
            current = waiting.pop(0)
            for base in current.bases:
                definition = self.resolve_name(current.path, base)
                parent = self.class_info(definition.path, definition.qualname) if definition else None
                if parent is not None and (parent.path, parent.qualname) not in found:
                    found[parent.path, parent.qualname] = parent
                    waiting.append(parent)
        return tuple(found.values())

    def method(self, info: ClassInfo, name: str, *, skip_own: bool = False) -> Definition | None:
        """The method that ``name`` means on an instance of the class, looked up through its ancestors."""
        for owner in self.lineage(info)[1 if skip_own else 0 :]:
            node = owner.methods.get(name)
            if node is not None:
                return Definition(owner.path, f"{owner.qualname}.{name}", node)
        return None

    def resolve_call(self, path: str, call: ast.Call) -> Definition | None:
        """What ``call`` (a node of the parsed ``path``) calls, when the repository defines it and reading can tell."""
        from paramedic.source.inference import Inference

        return Inference(self, path).callee(call)


def _calls_of(module: ParsedModule, name: str) -> Iterator[CallSite]:
    for node in module.nodes:
        if isinstance(node, ast.Call) and dotted_tail(node.func) == name:
            around = next((a for a in module.ancestors(node) if isinstance(a, ast.FunctionDef | ast.AsyncFunctionDef)), None)
            yield CallSite(module.path, node.lineno, node, module.qualname(around) if around else None)


def dotted_tail(node: ast.expr) -> str:
    """The last name of what is called: ``c`` of ``a().b.c``; "" when it has none."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def annotation_names(node: ast.expr | None) -> Iterator[str]:
    """The class names in an annotation: of ``Optional[a.B] | None`` it is ``a.B``; quoted ones are parsed."""
    if node is None:
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        try:
            yield from annotation_names(ast.parse(node.value, mode="eval").body)
        except (SyntaxError, ValueError):
            return
    elif isinstance(node, ast.BinOp):
        yield from annotation_names(node.left)
        yield from annotation_names(node.right)
    elif isinstance(node, ast.Subscript) and dotted(node).rpartition(".")[2] in {"Optional", "Union", "Annotated", "ClassVar"}:
        inner = node.slice
        for item in inner.elts if isinstance(inner, ast.Tuple) else [inner]:
            yield from annotation_names(item)
    elif dotted(node):
        yield dotted(node)

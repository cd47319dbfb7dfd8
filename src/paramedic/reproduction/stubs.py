"""Classes of the service whose definition the event does not show: the least that makes them what they were used as."""

from __future__ import annotations

import ast
import re
import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property

from paramedic.model.errors import SourceError
from paramedic.reproduction.code import Code, Import
from paramedic.reproduction.names import Names
from paramedic.reproduction.scene import Scene

_BASES = re.compile(r"^\s*class\s+\w+\(([\w.]+)[,)]", re.MULTILINE)


class Stubs:
    """Stand-in definitions by name."""

    def __init__(self, scenes: Sequence[Scene], names: Names) -> None:
        self._scenes = scenes
        self._names = names

    def of(self, name: str, *, with_body: bool = True) -> Iterator[tuple[str, frozenset[Import]]]:
        """Definitions for a class called ``name``: with a base that the stack shows, and with what the event shows of a body."""
        if not name[:1].isupper() or not name.isidentifier():
            return
        shown = self._scenes if with_body else ()
        bodies = [scene.cut_body for scene in shown if scene.cut_body and not scene.installed]
        for body in (*bodies[-1:], ()):
            lines = textwrap.indent("\n".join(ast.unparse(node) for node in body) or "pass", "    ")
            for base in self._bases():
                yield f"class {name}({base.text}):\n{lines}", base.imports

    def _bases(self) -> list[Code]:
        """Classes that users derive from, those whose methods are on the stack first."""
        owners = [scene.owner.name for scene in self._scenes if scene.owner is not None and scene.path is not None]
        found = []
        for name in (*self._popular, *self._exported):
            code = self._names.near(name, None)
            if code is not None and (not owners or self._related(code, owners)):
                found.append(code)
        return found[:2]

    def _related(self, code: Code, owners: list[str]) -> bool:
        """Whether the class that ``code`` names is, or inherits from, one of ``owners``."""
        pending, seen = list(code.imports), set()
        while pending:
            item = pending.pop()
            found = self._names.definition(item)
            if found is None or item in seen:
                continue
            seen.add(item)
            path, node = found
            if node.name in owners:
                return True
            module = self._names.tree.module_name(path)
            parts = (part for base in getattr(node, "bases", ()) for part in ast.walk(base))
            pending += [Import(module, part.id) for part in parts if isinstance(part, ast.Name)]
        return False

    @cached_property
    def _exported(self) -> list[str]:
        """Classes that the packages on the stack hand out."""
        tops = dict.fromkeys(
            scene.path.split("/__")[0].rsplit("/", 1)[0] for scene in self._scenes if scene.path and "/" in scene.path
        )
        found = [name for top in tops for name in self._names.bound(f"{top}/__init__.py")]
        return sorted({name for name in found if name[:1].isupper()}, key=lambda name: (len(name), name))

    @cached_property
    def _popular(self) -> list[str]:
        """Names of base classes in the tests and the documentation, the most used first."""
        counted: Counter[str] = Counter()
        for path in (*self._names.tree.test_files(), *self._names.tree.files(".rst"), *self._names.tree.files(".md")):
            try:
                counted.update(base.rsplit(".", 1)[-1] for base in _BASES.findall(self._names.tree.text(path)))
            except SourceError:
                continue
        return [name for name, _ in counted.most_common(30)]

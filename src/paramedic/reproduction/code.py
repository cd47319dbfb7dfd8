"""Pieces of the test being written. Texts in here come from ``ast.unparse`` or ``repr``, never from pasted event text."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, replace

from paramedic.model.diagnosis import Location


@dataclass(frozen=True, slots=True, order=True)
class Import:
    """``import module``, ``from module import name``, either with ``as alias``."""

    module: str
    name: str = ""
    alias: str = ""

    @property
    def bound(self) -> str:
        return self.alias or self.name or self.module.split(".")[0]

    @property
    def text(self) -> str:
        tail = f" as {self.alias}" if self.alias else ""
        return f"from {self.module} import {self.name}{tail}" if self.name else f"import {self.module}{tail}"


@dataclass(frozen=True, slots=True)
class Code:
    """An expression with what it needs. ``invented`` is True when part of it is not what was captured."""

    text: str
    imports: frozenset[Import] = frozenset()
    setup: tuple[str, ...] = ()
    invented: bool = False

    def inside(self, text: str) -> Code:
        """The same needs for a larger expression around it."""
        return replace(self, text=text)


def joined(parts: Iterable[Code], text: str, *, imports: Iterable[Import] = ()) -> Code:
    """An expression made of several, with the needs of all."""
    parts = tuple(parts)
    setup = tuple(dict.fromkeys(line for part in parts for line in part.setup))
    needed = frozenset(imports).union(*(part.imports for part in parts))
    return Code(text, needed, setup, any(part.invented for part in parts))


@dataclass(frozen=True, slots=True)
class Preamble:
    """Statements that must run before the project is imported, with their own imports."""

    lines: tuple[str, ...]
    imports: frozenset[Import]

    @property
    def text(self) -> str:
        return "\n".join([*(item.text for item in sorted(self.imports)), *self.lines])


@dataclass(frozen=True, slots=True)
class Attempt:
    """A small program that may crash as the event did.

    ``statements`` are whole statements, one text each, run in order; ``entry`` is the repository function that they call.
    ``rank`` orders attempts, the lowest first: what reads best as a test and depends least on invention. ``subject`` names
    what is called, for the test's name.
    """

    statements: tuple[str, ...]
    imports: frozenset[Import]
    entry: Location
    rank: float
    how: str
    invented: bool = False
    preamble: Preamble | None = None
    subject: str = ""

    @property
    def text(self) -> str:
        first = self.preamble.text if self.preamble else ""
        lines = [item.text for item in sorted(self.imports)]
        return "\n".join([*([first] if first else []), *lines, *self.statements]) + "\n"


def names_read(nodes: Iterable[ast.AST]) -> list[str]:
    """Names that are read anywhere in ``nodes``, in order of appearance, without repetition."""
    found = (
        node.id for root in nodes for node in ast.walk(root) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    )
    return list(dict.fromkeys(found))


def names_bound(nodes: Iterable[ast.AST]) -> set[str]:
    """Names that ``nodes`` bind: assignments, definitions, imports, parameters and comprehension targets."""
    bound: set[str] = set()
    for root in nodes:
        for node in ast.walk(root):
            if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
                bound.add(node.id)
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                bound.add(node.name)
            elif isinstance(node, ast.Import | ast.ImportFrom):
                bound.update(alias.asname or alias.name.split(".")[0] for alias in node.names)
            elif isinstance(node, ast.arg):
                bound.add(node.arg)
            elif isinstance(node, ast.ExceptHandler) and node.name:
                bound.add(node.name)
    return bound

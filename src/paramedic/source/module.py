"""One parsed Python file, with the questions that every stage asks of it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cached_property
from typing import TypeAlias

from paramedic.model.errors import SourceError

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
Scope: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef


class ParsedModule:
    """The syntax tree of ``text``. Line numbers are those of ``ast``: 1-based; columns are UTF-8 bytes, 0-based."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        try:
            self.tree = ast.parse(text, filename=path)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            line = getattr(error, "lineno", None)
            where = f" at line {line}" if line else ""
            raise SourceError(
                f"{path} does not parse{where}: {error.args[0] if error.args else error}.",
                remedy="It may be written for another Python version.",
            ) from error

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """All nodes, in the order of ``ast.walk``: found once, since every idea looks through them."""
        return tuple(ast.walk(self.tree))

    @cached_property
    def _parents(self) -> dict[ast.AST, ast.AST]:
        return {child: node for node in self.nodes for child in ast.iter_child_nodes(node)}

    def parent(self, node: ast.AST) -> ast.AST | None:
        """The node that directly holds ``node``; None for the module itself."""
        return self._parents.get(node)

    def ancestors(self, node: ast.AST) -> Iterator[ast.AST]:
        """From the direct parent outwards to the module."""
        current = self._parents.get(node)
        while current is not None:
            yield current
            current = self._parents.get(current)

    @cached_property
    def _functions(self) -> tuple[Function, ...]:
        found = [node for node in self.nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
        return tuple(sorted(found, key=lambda node: node.lineno))

    def functions(self) -> tuple[Function, ...]:
        """All functions and methods at any depth, in the order of the file. Lambdas are not among them."""
        return self._functions

    @cached_property
    def classes(self) -> tuple[ast.ClassDef, ...]:
        """All classes at any depth, in the order of the file."""
        found = [node for node in self.nodes if isinstance(node, ast.ClassDef)]
        return tuple(sorted(found, key=lambda node: node.lineno))

    def enclosing(self, line: int) -> Function | None:
        """The innermost function whose text, decorators included, covers ``line``."""
        covering = [node for first, last, node in self._spans if first <= line <= last]
        return max(covering, key=lambda node: (node.lineno, -(node.end_lineno or 0)), default=None)

    @cached_property
    def _spans(self) -> tuple[tuple[int, int, Function], ...]:
        return tuple((first_line(node), node.end_lineno or node.lineno, node) for node in self._functions)

    def enclosing_class(self, node: ast.AST) -> ast.ClassDef | None:
        """The class whose body directly holds the function ``node``; None for a plain function."""
        for ancestor in self.ancestors(node):
            if isinstance(ancestor, ast.ClassDef):
                return ancestor
            if isinstance(ancestor, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
                return None
        return None

    def qualname(self, node: ast.AST) -> str:
        """The name as Python's ``__qualname__`` gives it: ``Class.method``, ``outer.<locals>.inner``."""
        parts = [_name(node)] if isinstance(node, _SCOPES) else []
        for ancestor in self.ancestors(node):
            if isinstance(ancestor, ast.ClassDef):
                parts.append(ancestor.name)
            elif isinstance(ancestor, _SCOPES):
                parts += ["<locals>", _name(ancestor)] if parts else [_name(ancestor)]
        return ".".join(reversed(parts))

    @cached_property
    def _by_qualname(self) -> dict[str, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
        # The last definition of a name wins, as it does at run time.
        return {self.qualname(node): node for node in sorted((*self.classes, *self._functions), key=lambda node: node.lineno)}

    def definition(self, qualname: str) -> ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | None:
        """The function or class of that qualified name; the last one when it is defined more than once."""
        return self._by_qualname.get(qualname)

    def functions_named(self, name: str) -> tuple[Function, ...]:
        """Every function with that simple name."""
        return tuple(node for node in self._functions if node.name == name)

    def statement_at(self, line: int) -> ast.stmt | None:
        """The innermost statement that covers ``line``."""
        covering = [
            node for node in self.nodes if isinstance(node, ast.stmt) and node.lineno <= line <= (node.end_lineno or node.lineno)
        ]
        return max(covering, key=lambda node: (node.lineno, -(node.end_lineno or 0)), default=None)

    def segment(self, node: ast.AST) -> str:
        """The source of ``node`` as written; "" when it has no position."""
        end = getattr(node, "end_lineno", None)
        if end is None:
            return ""
        lines = list(self._lines[node.lineno - 1 : end])  # type: ignore[attr-defined]
        lines[-1] = lines[-1][: node.end_col_offset]  # type: ignore[attr-defined]
        lines[0] = lines[0][node.col_offset :]  # type: ignore[attr-defined]
        return b"".join(lines).decode()

    @cached_property
    def _lines(self) -> tuple[bytes, ...]:
        """Lines as ``ast`` counts them: a form feed ends none."""
        return tuple(line.encode() for line in _LINE.findall(self.text))


_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r|$)")
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)


def _name(node: ast.AST) -> str:
    return getattr(node, "name", "<lambda>")


def first_line(node: Function | ast.ClassDef) -> int:
    """The line of the first decorator, or of ``def`` and ``class``."""
    return min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])

"""A possible fault: an expression on the crash line and the part of it whose value may have been wrong."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Possible:
    """``weight`` in (0, 1] says how well the kind of expression fits the message, before any variable is looked at.

    ``expected`` is the type that the subject must have had, None when the message does not say; ``key`` the expression of
    the key, index or needle where there is one.
    """

    node: ast.AST
    subject: ast.AST
    weight: float = 1.0
    expected: str | None = None
    key: ast.AST | None = None


def callee_name(call: ast.Call) -> str:
    """The last name of what is called: ``loads`` of ``json.loads``; "" for computed callees."""
    return tail(call.func)


def tail(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def arguments(call: ast.Call) -> Iterator[ast.expr]:
    """All argument expressions, stars unwrapped."""
    for argument in call.args:
        yield argument.value if isinstance(argument, ast.Starred) else argument
    for keyword in call.keywords:
        yield keyword.value


def receiver(call: ast.Call) -> ast.expr | None:
    return call.func.value if isinstance(call.func, ast.Attribute) else None


OPERATORS: dict[str, type[ast.AST]] = {
    "+": ast.Add,
    "-": ast.Sub,
    "*": ast.Mult,
    "/": ast.Div,
    "//": ast.FloorDiv,
    "%": ast.Mod,
    "**": ast.Pow,
    "@": ast.MatMult,
    "<<": ast.LShift,
    ">>": ast.RShift,
    "&": ast.BitAnd,
    "|": ast.BitOr,
    "^": ast.BitXor,
    "~": ast.Invert,
    "<": ast.Lt,
    "<=": ast.LtE,
    ">": ast.Gt,
    ">=": ast.GtE,
    "==": ast.Eq,
    "!=": ast.NotEq,
}

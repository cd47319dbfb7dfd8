"""What a class does with what its constructor is given tells what that should be."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from paramedic.reproduction.vetting import words

_OF_TEXT = words("strip lstrip rstrip split splitlines lower upper title startswith endswith encode replace format zfill")
_OF_MAPPING = words("get items keys values setdefault")
_OF_LIST = words("append extend sort insert")
_WALKING = words("sum len sorted max min any all list set tuple enumerate zip map filter")


def empty_by_use(owner: ast.ClassDef, name: str) -> str | None:
    """The source of a plain value that the class can work with as its parameter or attribute ``name``; None when no use tells."""
    for node in ast.walk(owner):
        for used, text in _uses(node):
            if (isinstance(used, ast.Attribute) and used.attr.lstrip("_") == name) or (
                isinstance(used, ast.Name) and used.id == name
            ):
                return text
    return None


def _uses(node: ast.AST) -> Iterator[tuple[ast.expr, str]]:
    """Expressions whose kind this node tells, with such a value."""
    if isinstance(node, ast.For | ast.comprehension):
        yield node.iter, "[]"
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        yield from ((node.func.value, text) for names, text in _METHODS if node.func.attr in names)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _WALKING:
        yield from ((argument, "[]") for argument in node.args)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub | ast.Mult | ast.Div | ast.FloorDiv):
        yield from ((node.left, "1"), (node.right, "1"))
    elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str):
        yield node.value, "{}"


_METHODS = ((_OF_TEXT, "'x'"), (_OF_MAPPING, "{}"), (_OF_LIST, "[]"))

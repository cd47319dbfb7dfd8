"""Where one frame calls the next."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from paramedic.reproduction.captured import dotted
from paramedic.reproduction.scene import Scene

_OPERATORS: dict[type[ast.AST], tuple[str, ...]] = {
    ast.Add: ("add", "radd", "iadd"), ast.Sub: ("sub", "rsub", "isub"), ast.Mult: ("mul", "rmul", "imul"),
    ast.Div: ("truediv", "rtruediv"), ast.Mod: ("mod", "rmod"), ast.Lt: ("lt", "gt"), ast.LtE: ("le", "ge"), ast.Gt: ("gt", "lt"),
    ast.GtE: ("ge", "le"), ast.Eq: ("eq",), ast.NotEq: ("ne", "eq"), ast.In: ("contains",), ast.NotIn: ("contains",),
    ast.BitAnd: ("and", "rand"), ast.BitOr: ("or", "ror"), ast.BitXor: ("xor", "rxor"), ast.FloorDiv: ("floordiv",),
    ast.Pow: ("pow",), ast.MatMult: ("matmul",), ast.LShift: ("lshift",), ast.RShift: ("rshift",), ast.USub: ("neg",),
}  # fmt: skip


def statement_at(body: tuple[ast.stmt, ...], line: int) -> ast.stmt | None:
    """The innermost statement of ``body`` that covers ``line``."""
    for node in body:
        if node.lineno <= line <= (node.end_lineno or node.lineno):
            inner = tuple(child for child in ast.walk(node) if isinstance(child, ast.stmt) and child is not node)
            return min((child for child in inner if _covers(child, line)), key=_extent, default=node)
    return None


def _covers(node: ast.stmt, line: int) -> bool:
    return node.lineno <= line <= (node.end_lineno or node.lineno)


def _extent(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) - node.lineno


def call_into(scene: Scene, callee: Scene) -> ast.expr | None:
    """The expression in ``scene`` whose evaluation entered ``callee``: a call, an attribute, an item or an operation."""
    statement = statement_at(scene.body, scene.line)
    if statement is None:
        return None
    here = [node for node in _expressions(statement) if node.lineno <= scene.line <= (node.end_lineno or node.lineno)]
    wanted = callee.name
    matching = [node for node in here if _enters(node, wanted, callee)]
    if matching:
        return matching[-1]
    calls = [node for node in here if isinstance(node, ast.Call)]
    return calls[0] if len(calls) == 1 else None


def _expressions(statement: ast.stmt) -> Iterator[ast.expr]:
    """Expressions of the statement itself, not of statements inside; outer before inner."""
    pending: list[ast.AST] = [statement]
    while pending:
        node = pending.pop(0)
        if isinstance(node, ast.expr):
            yield node
        pending += [child for child in ast.iter_child_nodes(node) if not isinstance(child, ast.stmt)]


def _enters(node: ast.expr, wanted: str, callee: Scene) -> bool:
    if isinstance(node, ast.Call):
        name = (dotted(node.func) or getattr(node.func, "attr", "") or "").rsplit(".", 1)[-1]
        return name == wanted or (
            wanted in {"__init__", "__new__", "__call__"} and callee.owner is not None and name == callee.owner.name
        )
    if isinstance(node, ast.Attribute):
        return node.attr == wanted
    if isinstance(node, ast.Subscript):
        return wanted in {"__getitem__", "__class_getitem__", "__setitem__", "__delitem__"}
    operators = [node.op] if isinstance(node, ast.BinOp | ast.UnaryOp) else node.ops if isinstance(node, ast.Compare) else []
    return wanted.strip("_") in {name for op in operators for name in _OPERATORS.get(type(op), ())} and wanted.startswith("__")

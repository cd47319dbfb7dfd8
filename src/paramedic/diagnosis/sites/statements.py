"""Statements that raise by themselves: iteration, unpacking, with, await, assert, import."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from paramedic.diagnosis.candidates import Possible
from paramedic.diagnosis.reading import Reading


def iterations(node: ast.AST, reading: Reading) -> Iterator[Possible]:
    if isinstance(node, ast.For | ast.AsyncFor | ast.comprehension):
        yield Possible(node.iter, node.iter, expected=reading.bad_type)
    elif isinstance(node, ast.Starred | ast.YieldFrom):
        yield Possible(node, node.value, 0.9, expected=reading.bad_type)
    elif isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if key is None:
                yield Possible(node, value, 0.95, expected=reading.bad_type)
    elif isinstance(node, ast.Assign) and any(isinstance(each, ast.Tuple | ast.List) for each in node.targets):
        yield Possible(node, node.value, 0.9, expected=reading.bad_type)
    elif isinstance(node, ast.AugAssign):
        yield Possible(node, node.value, 0.6, expected=reading.bad_type)
    elif isinstance(node, ast.Compare) and any(isinstance(op, ast.In | ast.NotIn) for op in node.ops):
        yield Possible(node, node.comparators[-1], 0.5, expected=reading.bad_type)


def unpackings(node: ast.AST, reading: Reading) -> Iterator[Possible]:
    if isinstance(node, ast.Assign) and any(isinstance(each, ast.Tuple | ast.List) for each in node.targets):
        yield Possible(node, node.value, expected=reading.bad_type)
    elif isinstance(node, ast.For | ast.AsyncFor | ast.comprehension) and isinstance(node.target, ast.Tuple | ast.List):
        # The items are unpacked, not the iterable itself.
        yield Possible(node.target, node.iter, 0.95)
    elif isinstance(node, ast.withitem) and isinstance(node.optional_vars, ast.Tuple | ast.List):
        yield Possible(node.optional_vars, node.context_expr, 0.9)


def contexts(node: ast.AST, reading: Reading) -> Iterator[Possible]:
    if isinstance(node, ast.withitem):
        yield Possible(node.context_expr, node.context_expr, expected=reading.bad_type)


def assertions(node: ast.AST, _reading: Reading) -> Iterator[Possible]:
    if isinstance(node, ast.Assert):
        yield Possible(node.test, node.test)


def imports(node: ast.AST, _reading: Reading) -> Iterator[Possible]:
    if isinstance(node, ast.Import | ast.ImportFrom):
        yield Possible(node, node)


def awaited(node: ast.AST, reading: Reading) -> Iterator[Possible]:
    if isinstance(node, ast.Await):
        yield Possible(node, node.value, expected=reading.bad_type)

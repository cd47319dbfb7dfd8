"""Operators, comparisons, membership tests, divisions and string formatting."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from paramedic.diagnosis.candidates import OPERATORS, Possible, arguments
from paramedic.diagnosis.reading import Reading
from paramedic.model.diagnosis import Family

_DIVISIONS = (ast.Div, ast.FloorDiv, ast.Mod)


def _symbols(detail: str | None) -> type[ast.AST] | None:
    return OPERATORS.get((detail or "").rstrip("=") or "=") if detail not in OPERATORS else OPERATORS[detail]


def operations(node: ast.AST, reading: Reading) -> Iterator[Possible]:
    """Binary, augmented and unary operators. A concatenation complains about its right side, else the subject is the side of
    the bad type; both sides are offered and the variables decide."""
    operator = _symbols(reading.detail) if reading.detail else (ast.Add if reading.other_type else None)
    if isinstance(node, ast.BinOp) and (operator is None or isinstance(node.op, operator)):
        yield from _sides(node, node.left, node.right, reading)
    elif isinstance(node, ast.AugAssign) and (operator is None or isinstance(node.op, operator)):
        yield from _sides(node, node.target, node.value, reading)
    elif isinstance(node, ast.UnaryOp) and (operator is None or _unary_fits(node.op, reading.detail)):
        yield Possible(node, node.operand, expected=reading.bad_type)


def _unary_fits(operator: ast.unaryop, detail: str | None) -> bool:
    return isinstance(operator, {"-": ast.USub, "+": ast.UAdd, "~": ast.Invert}.get(detail or "", ast.UAdd))


def _sides(node: ast.AST, left: ast.expr, right: ast.expr, reading: Reading) -> Iterator[Possible]:
    concatenation = reading.detail is None and reading.other_type is not None
    yield Possible(node, right, 1.0 if concatenation else 0.9, expected=reading.bad_type, key=left)
    yield Possible(node, left, 0.3 if concatenation else 0.95, expected=reading.bad_type, key=right)


def comparisons(node: ast.AST, reading: Reading) -> Iterator[Possible]:
    if not isinstance(node, ast.Compare):
        return
    operator = OPERATORS.get(reading.detail or "")
    left = node.left
    for op, right in zip(node.ops, node.comparators, strict=True):
        if (operator is None and not isinstance(op, ast.Is | ast.IsNot | ast.In | ast.NotIn)) or (
            operator and isinstance(op, operator)
        ):
            yield Possible(node, left, 1.0, expected=reading.bad_type, key=right)
            yield Possible(node, right, 0.95, expected=reading.bad_type, key=left)
        left = right


def memberships(node: ast.AST, reading: Reading) -> Iterator[Possible]:
    if not isinstance(node, ast.Compare):
        return
    left: ast.expr = node.left
    for op, right in zip(node.ops, node.comparators, strict=True):
        if isinstance(op, ast.In | ast.NotIn):
            wrong_needle = reading.family is Family.NONE_OPERATION or reading.other_type == "string"
            yield Possible(node, left if wrong_needle else right, expected=reading.bad_type, key=None if wrong_needle else left)
        left = right


def hashed_members(node: ast.AST, reading: Reading) -> Iterator[Possible]:
    if isinstance(node, ast.Compare) and any(isinstance(op, ast.In | ast.NotIn) for op in node.ops):
        yield Possible(node, node.left, 1.0, expected=reading.bad_type, key=node.comparators[0])


def divisions(node: ast.AST, _reading: Reading) -> Iterator[Possible]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, _DIVISIONS) and not _is_text(node.left):
        yield Possible(node, node.right)
    elif isinstance(node, ast.AugAssign) and isinstance(node.op, _DIVISIONS):
        yield Possible(node, node.value)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
        yield Possible(node, node.left, 0.6)


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str | bytes))


def formats(node: ast.AST, reading: Reading) -> Iterator[Possible]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
        parts = node.right.elts if isinstance(node.right, ast.Tuple) else [node.right]
        for part in parts:
            yield Possible(node, part, 0.9 if _is_text(node.left) else 0.7, expected=reading.bad_type)
    if isinstance(node, ast.FormattedValue):
        yield Possible(node, node.value, 0.9 if node.format_spec else 0.5, expected=reading.bad_type)


def conversions(node: ast.AST, reading: Reading) -> Iterator[Possible]:
    """Operators that convert or call: a comparison or an arithmetic step of decimals, dates and arrays; formatting."""
    if isinstance(node, ast.Compare) and not all(isinstance(op, ast.Is | ast.IsNot) for op in node.ops):
        yield Possible(node, node.left, 0.35, expected=reading.bad_type, key=node.comparators[0])
    elif isinstance(node, ast.BinOp):
        yield Possible(node, node.left, 0.35, expected=reading.bad_type, key=node.right)
        yield Possible(node, node.right, 0.3, expected=reading.bad_type, key=node.left)
    elif isinstance(node, ast.Call) and reading.function and any(_is_name(each, reading.function) for each in arguments(node)):
        # ``map(int, values)``: the callee is an argument.
        for each in arguments(node):
            if not _is_name(each, reading.function):
                yield Possible(node, each, 0.8)


def _is_name(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name

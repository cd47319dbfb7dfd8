"""Numbers of the wrong kind: a fraction where an integer is wanted, text where a number is, a float beside a Decimal."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from paramedic.model.diagnosis import Family
from paramedic.repair.draft import Draft
from paramedic.repair.guards import is_pure
from paramedic.repair.imports import naming
from paramedic.repair.site import Site
from paramedic.repair.slips.reading import (
    guess,
    header,
    is_given,
    mending,
    origin_of,
    shown,
    slip,
    statement_calls,
    types_in,
)

_INTEGER = re.compile(
    r"cannot be interpreted as an integer|indices must be integers|integer argument expected"
    r"|can't multiply sequence by non-int of type 'float'|integer is required"
)
_DECIMAL = re.compile(
    r"^unsupported operand type\(s\) for [-+*/%]+=?: '(?:decimal\.Decimal' and 'float|float' and 'decimal\.Decimal)'"
)
_UNLIKE = re.compile(r"'(?:str)' and '(?:int|float)'|'(?:int|float)' and 'str'")
_WHOLE = re.compile(r"^(?:-?\d+\.0|Decimal\('-?\d+(?:\.0+)?'\))$")
_NUMERIC = re.compile(r"^'\s*-?\d+(\.\d+)?\s*'$")
_FRACTION = re.compile(r"^(?:-?\d+\.\d+(?:e[-+]?\d+)?|Decimal\(.*\))$")


def integral(site: Site) -> Iterator[Draft]:
    """``//`` where two integers are divided, else ``int()`` around the fractions that the call was given."""
    if site.depth or not _INTEGER.search(site.message):
        return
    divisions = [node for operand in _operands(site) for node in _divisions(origin_of(site, operand))]
    for node in divisions:
        left, right = site.source(node.left), site.source(node.right)
        yield slip("floor", 0.75, "An integer is wanted here; `/` always gives a float.",
                   site.sheet.replace(node, f"{left} // {right}"))  # fmt: skip
    fractions = [node for node in _operands(site) if _FRACTION.match(shown(site, node))]
    if fractions and not divisions:
        whole = all(_WHOLE.match(shown(site, node)) for node in fractions)
        changed = tuple(site.sheet.replace(node, f"int({site.source(node)})") for node in fractions)
        whole = whole and not any(is_given(site, node) for node in fractions)
        make = slip if whole else guess
        yield make("to-integer", 0.65 if whole else 0.4, "An integer is wanted; the value is a whole number of another type.",
                   *changed)  # fmt: skip


def _operands(site: Site) -> Iterator[ast.expr]:
    node = site.expression
    if isinstance(node, ast.Call):
        yield from node.args
        yield from (keyword.value for keyword in node.keywords)
    elif isinstance(node, ast.Subscript):
        parts = [node.slice.lower, node.slice.upper, node.slice.step] if isinstance(node.slice, ast.Slice) else [node.slice]
        yield from (part for part in parts if part is not None)
    elif isinstance(node, ast.BinOp):
        yield from (node.left, *(node.right.elts if isinstance(node.right, ast.Tuple) else (node.right,)))


def _divisions(node: ast.expr) -> Iterator[ast.BinOp]:
    """The division whose result the expression is, also with an integer added to it."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        yield node
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub | ast.Mult):
        yield from _divisions(node.left)
        yield from _divisions(node.right)


def decimal_beside_float(site: Site) -> Iterator[Draft]:
    """Money in ``Decimal`` and a float do not mix; the float's own text is its exact decimal value."""
    node = site.expression
    if site.depth or not _DECIMAL.match(site.message) or not isinstance(node, ast.BinOp):
        return
    name, extra = naming(site, "Decimal", "decimal")
    left, right = types_in(site)[-2:]
    operand = node.left if left == "float" else node.right
    if name is not None and right != left:
        yield mending(site, operand)("decimal", 0.7, "Beside a Decimal, a float is taken by its text, which keeps its digits.",
                   site.sheet.replace(operand, f"{name}(str({site.source(operand)}))"), *extra)  # fmt: skip


def numeric_text(site: Site) -> Iterator[Draft]:
    """Text that holds a number where a number is worked with: converted where it comes from. A number as the default of what was
    asked for shows that a number was meant."""
    if site.depth or site.family is not Family.WRONG_TYPE or not _UNLIKE.search(site.message):
        return
    names = [node for node in header(site.statement) if isinstance(node, ast.Name) and _NUMERIC.match(shown(site, node))]
    for node in names:
        kind = "float" if "." in shown(site, node) else "int"
        made = origin_of(site, node)
        asked = isinstance(made, ast.Call) and bool(made.args) and _is_number(made.args[-1])
        make = slip if asked else guess
        yield make("to-number", 0.7 if asked else 0.4, f"`{node.id}` holds a number as text.",
                   site.sheet.replace(made, f"{kind}({site.source(made)})"))  # fmt: skip


def _is_number(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool)


def clamped(site: Site) -> Iterator[Draft]:
    """``max(0, x)`` where a size or count must not be negative."""
    least = 1 if "must not be zero" in site.message else 0
    if site.depth or not (least or re.search(r"negative|0 <= x|must be (?:>=? 0|positive|non-negative)", site.message)):
        return
    for call in statement_calls(site):
        for argument in [*call.args, *(keyword.value for keyword in call.keywords)]:
            value = shown(site, argument) or (str(site.value) if site.subject is argument else "")
            if (value == "0" if least else value.startswith("-")) and is_pure(argument):
                yield guess("clamp", 0.4, "Less than the least that can be asked for is taken as that.",
                            site.sheet.replace(argument, f"max({least}, {site.source(argument)})"))  # fmt: skip


def ratio(site: Site) -> Iterator[Draft]:
    """``a / b if b else 0``: the ratio to nothing is taken as nothing, as this code does elsewhere."""
    node = site.expression
    if site.depth or site.family is not Family.ZERO_DIVISION or not isinstance(node, ast.BinOp) or not is_pure(node.right):
        return
    if isinstance(site.module.parent(node), ast.IfExp) or "\n" in site.source(node):
        return
    divisor, text = site.source(node.right), site.source(node)
    shown_elsewhere = _ratio_elsewhere(site)
    zero = shown_elsewhere[0] if shown_elsewhere else "0"
    changed = f"{text} if {divisor} else {zero}"
    bare = isinstance(site.module.parent(node), ast.Assign | ast.Return)
    yield Draft(
        shape="ratio",
        replacements=(site.sheet.replace(node, changed if bare else f"({changed})"),),
        weight=0.7 if shown_elsewhere else 0.4,
        rationale=f"The ratio to nothing is `{zero}`" + (", as elsewhere in this module." if shown_elsewhere else "."),
        precedent=site.at(shown_elsewhere[1]) if shown_elsewhere else None,
    )


def _ratio_elsewhere(site: Site) -> tuple[str, ast.IfExp] | None:
    for node in site.module.nodes:
        if not isinstance(node, ast.IfExp) or not isinstance(node.body, ast.BinOp) or not isinstance(node.orelse, ast.Constant):
            continue
        if isinstance(node.body.op, ast.Div | ast.FloorDiv):
            return site.source(node.orelse), node
    return None

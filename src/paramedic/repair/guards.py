"""A guard before the statement that failed, ending as this code ends when there is nothing to do."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from paramedic.model.diagnosis import Family
from paramedic.repair.draft import Draft
from paramedic.repair.errors import own_errors
from paramedic.repair.exits import exits
from paramedic.repair.site import Site

NONE_FAMILIES = frozenset(
    (
        Family.NONE_ATTRIBUTE,
        Family.NONE_ITEM,
        Family.NONE_OPERATION,
        Family.NONE_CALL,
        Family.NONE_ITERATION,
        Family.NONE_ARGUMENT,
    )
)


@dataclass(frozen=True, slots=True)
class Condition:
    """``text`` holds exactly when the statement cannot run; ``holds`` is its opposite, for joining with ``and``."""

    text: str
    holds: str
    weight: float


def guards(site: Site) -> Iterator[Draft]:
    """``if <the value is unusable>: <leave>`` before the statement."""
    if not site.sheet.alone(site.statement):
        return
    for condition in conditions(site):
        for leave in exits(site):
            yield Draft(
                shape="guard",
                replacements=(site.sheet.before(site.statement, _guard(site, condition.text, leave.line)),),
                weight=condition.weight * leave.weight,
                rationale=f"When `{condition.text}`, leave as this code does elsewhere: {leave.why}.",
                precedent=leave.precedent,
                leaves=leave.line,
            )
        for error in own_errors(site):
            yield Draft(
                shape="guard-raise",
                replacements=(site.sheet.before(site.statement, _guard(site, condition.text, error.statement)),),
                weight=condition.weight * error.weight * 0.7,
                rationale=f"When `{condition.text}`, report it with `{error.name}`, as this module reports bad input.",
                precedent=error.precedent,
                answer=error.name,
            )


def _guard(site: Site, condition: str, line: str) -> list[str]:
    return [f"if {condition}:", f"{site.sheet.step()}{line}"]


def conditions(site: Site) -> tuple[Condition, ...]:
    """When the statement cannot run, told from the family and the failing expression."""
    subject = site.subject
    if subject is None or not is_pure(subject):
        return ()
    text = site.source(subject)
    if "\n" in text:
        return ()
    return tuple(_by_family(site, subject, text))


def _by_family(site: Site, subject: ast.expr, text: str) -> Iterator[Condition]:
    if site.depth:
        return
    if site.family in NONE_FAMILIES:
        yield Condition(f"{text} is None", f"{text} is not None", 1.0)
        yield Condition(f"not {_atom(subject, text)}", text, 0.7)
    elif site.family is Family.MISSING_KEY and isinstance(site.expression, ast.Subscript):
        yield from _missing_key(site, site.expression)
    elif site.family in {Family.INDEX_OUT_OF_RANGE, Family.EMPTY_SEQUENCE}:
        yield from _too_short(site, text)
    elif site.family is Family.ZERO_DIVISION:
        yield Condition(f"{_atom(subject, text)} == 0", f"{_atom(subject, text)} != 0", 0.9)
        yield Condition(f"not {_atom(subject, text)}", text, 0.8)
    elif site.family is Family.NOT_FOUND_IN_SEQUENCE:
        yield from _absent(site)
    elif site.family is Family.MISSING_ATTRIBUTE and isinstance(site.expression, ast.Attribute):
        yield from _of_another_kind(site.expression, text)


_METHODS_OF = {"str": str, "dict": dict, "list": list, "bytes": bytes, "set": set}
_COMMON = frozenset(("copy", "pop", "clear", "index", "count", "remove", "update"))


def _of_another_kind(node: ast.Attribute, text: str) -> Iterator[Condition]:
    """The builtin whose method is asked for, else whether the attribute is there."""
    kinds = [name for name, kind in _METHODS_OF.items() if hasattr(kind, node.attr)] if node.attr not in _COMMON else []
    if kinds:
        yield Condition(f"not isinstance({text}, {kinds[0]})", f"isinstance({text}, {kinds[0]})", 0.75)
    else:
        yield Condition(f'not hasattr({text}, "{node.attr}")', f'hasattr({text}, "{node.attr}")', 0.6)


def _missing_key(site: Site, expression: ast.Subscript) -> Iterator[Condition]:
    if not is_pure(expression.value) or not is_pure(expression.slice):
        return
    holder, key = site.source(expression.value), site.source(expression.slice)
    yield Condition(f"{key} not in {holder}", f"{key} in {holder}", 0.9)


def _too_short(site: Site, text: str) -> Iterator[Condition]:
    index = site.expression.slice if isinstance(site.expression, ast.Subscript) else None
    holder = site.source(site.expression.value) if isinstance(site.expression, ast.Subscript) else text
    if index is None or ast.unparse(index) in {"0", "-1"}:
        yield Condition(f"not {holder}", holder, 0.95)
    elif is_pure(index):
        position = site.source(index)
        yield Condition(f"{position} >= len({holder})", f"{position} < len({holder})", 0.85)


def _absent(site: Site) -> Iterator[Condition]:
    call = site.expression
    if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and len(call.args) == 1 and is_pure(call.args[0]):
        item, holder = site.source(call.args[0]), site.source(call.func.value)
        yield Condition(f"{item} not in {holder}", f"{item} in {holder}", 0.8)


def is_pure(node: ast.expr) -> bool:
    """Whether evaluating it twice is the same as once: names, attributes, subscripts, constants, ``len``, arithmetic."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Call) and not (
            isinstance(inner.func, ast.Name) and inner.func.id in {"len", "type", "str", "int"}
        ):
            return False
        if isinstance(
            inner, ast.Await | ast.Yield | ast.YieldFrom | ast.NamedExpr | ast.ListComp | ast.GeneratorExp | ast.DictComp
        ):
            return False
    return True


def _atom(node: ast.expr, text: str) -> str:
    if isinstance(node, ast.BoolOp | ast.Compare | ast.IfExp | ast.Lambda | ast.BinOp):
        return f"({text})"
    return text

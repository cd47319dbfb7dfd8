"""An operand added to a condition that already decides whether the failing expression is reached."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from paramedic.model.diagnosis import Family
from paramedic.repair.draft import Draft
from paramedic.repair.guards import NONE_FAMILIES, conditions, is_pure
from paramedic.repair.sheet import Replacement
from paramedic.repair.site import Site


def strengthened(site: Site) -> Iterator[Draft]:
    """``a and fails(x)`` becomes ``a and x is not None and fails(x)``, wherever the expression is part of a condition."""
    if site.depth or site.expression is None:
        return
    operand = _operand(site, site.expression)
    if operand is None:
        return
    for condition in conditions(site):
        text = site.source(operand)
        if isinstance(operand, ast.BoolOp | ast.IfExp | ast.Lambda):
            text = f"({text})"
        yield Draft(
            shape="condition",
            replacements=(site.sheet.replace(operand, f"{condition.holds} and {text}"),),
            weight=0.65 * condition.weight,
            rationale=f"The condition already decides whether to go on; `{condition.holds}` belongs to it.",
            precedent=site.at(operand) if _has_company(site, operand) else None,
            origin=True,
        )


def _operand(site: Site, expression: ast.expr) -> ast.expr | None:
    """The largest part of a condition that holds ``expression`` and is one operand of it."""
    inner: ast.expr = expression
    for node in site.module.ancestors(expression):
        if isinstance(node, ast.BoolOp):
            return inner
        if isinstance(node, ast.If | ast.While | ast.IfExp | ast.Assert) and node.test is inner:
            return inner
        if isinstance(node, ast.comprehension) and inner in node.ifs:
            return inner
        if isinstance(node, ast.stmt) or not isinstance(node, ast.expr):
            return None
        inner = node
    return None


def _has_company(site: Site, operand: ast.expr) -> bool:
    return isinstance(site.module.parent(operand), ast.BoolOp)


def truthiness(site: Site) -> Iterator[Draft]:
    """``x is not None and fails(x)`` becomes ``x and fails(x)``: an empty value is as absent as None."""
    if site.depth or site.subject is None or not is_pure(site.subject):
        return
    subject = ast.dump(site.subject)
    if not _is_empty_value(site.value) and site.value is not None:
        return
    for node in (site.statement, *site.module.ancestors(site.statement)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            return
        test = node.test if isinstance(node, ast.If | ast.While) else None
        for compare in ast.walk(test) if test else ():
            if isinstance(compare, ast.Compare) and _not_none(compare) and ast.dump(compare.left) == subject:
                yield Draft(
                    shape="truthiness",
                    replacements=(site.sheet.replace(compare, site.source(compare.left)),),
                    weight=0.6,
                    rationale=f"`{site.source(compare)}` lets empty values through, which fail in the same way.",
                    precedent=site.at(compare),
                )


def _is_empty_value(value: str | None) -> bool:
    return value in {"''", '""', "b''", "[]", "()", "{}", "0", "set()"}


def _not_none(node: ast.Compare) -> bool:
    right = node.comparators[0]
    return len(node.ops) == 1 and isinstance(node.ops[0], ast.IsNot) and isinstance(right, ast.Constant) and right.value is None


def class_checked(site: Site) -> Iterator[Draft]:
    """``issubclass(x, …)`` for something that may be no class: the language's own test comes first."""
    call = site.expression
    if site.depth or not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name) or call.func.id != "issubclass":
        return
    if not call.args or not is_pure(call.args[0]):
        return
    operand = _operand(site, call) or call
    text = f"isinstance({site.source(call.args[0])}, type) and {site.source(call)}"
    parent = site.module.parent(call)
    if (not (isinstance(parent, ast.BoolOp) and isinstance(parent.op, ast.And)) and operand is not call) or (
        isinstance(parent, ast.BoolOp) and isinstance(parent.op, ast.Or)
    ):
        text = f"({text})"
    yield Draft(
        shape="condition",
        replacements=(site.sheet.replace(call, text),),
        weight=0.75,
        rationale="`issubclass` takes classes only; anything else is no subclass.",
        precedent=site.at(call),
    )


def filtered(site: Site) -> Iterator[Draft]:
    """A comprehension skips the items that it cannot work with."""
    if site.depth or site.expression is None:
        return
    for node in site.module.ancestors(site.expression):
        if isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp):
            yield from _filtered(site, node)
            return
        if isinstance(node, ast.stmt):
            return


def _filtered(site: Site, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> Iterator[Draft]:
    last = node.generators[-1]
    targets = {name.id for generator in node.generators for name in ast.walk(generator.target) if isinstance(name, ast.Name)}
    for condition in conditions(site):
        names = {name.id for name in ast.walk(ast.parse(condition.holds)) if isinstance(name, ast.Name)}
        if not names & targets:
            continue
        text = f" and {condition.holds}" if last.ifs else f" if {condition.holds}"
        end = site.sheet.end(last.ifs[-1] if last.ifs else last.iter)
        if not last.ifs and site.sheet.text[end : end + 1] == ")" and isinstance(last.iter, ast.GeneratorExp):
            continue
        yield Draft(
            shape="filter",
            replacements=(Replacement(end, end, text),),
            weight=0.45 * condition.weight,
            rationale=f"Items for which not `{condition.holds}` have nothing to give here.",
            precedent=site.at(last.ifs[-1]) if last.ifs else None,
        )


def alternative(site: Site) -> Iterator[Draft]:
    """The failing expression becomes conditional, with an empty value of its own kind otherwise."""
    if site.depth or site.expression is None or site.family not in {*NONE_FAMILIES, Family.INDEX_OUT_OF_RANGE}:
        return
    whole = _whole(site, site.expression)
    if whole is None or "\n" in site.source(whole):
        return
    for condition in conditions(site):
        text = f"{site.source(whole)} if {condition.holds} else None"
        yield Draft(
            shape="conditional",
            replacements=(site.sheet.replace(whole, text if _bare(site, whole) else f"({text})"),),
            weight=0.3 * condition.weight,
            rationale=f"Without `{condition.holds}` there is no value.",
        )


def _whole(site: Site, expression: ast.expr) -> ast.expr | None:
    """The expression with the calls and subscripts that hang on it."""
    whole = expression
    for node in site.module.ancestors(expression):
        if (isinstance(node, ast.Attribute | ast.Subscript) and node.value is whole) or (
            isinstance(node, ast.Call) and node.func is whole
        ):
            whole = node
        else:
            return whole if isinstance(whole.ctx if hasattr(whole, "ctx") else ast.Load(), ast.Load) else None
    return whole


def _bare(site: Site, node: ast.expr) -> bool:
    parent = site.module.parent(node)
    return isinstance(parent, ast.Assign | ast.Return | ast.AnnAssign | ast.Expr)

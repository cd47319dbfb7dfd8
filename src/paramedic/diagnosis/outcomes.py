"""What a function of the repository may return."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from paramedic.diagnosis.flow import completes
from paramedic.diagnosis.nullable import why_none
from paramedic.source.module import Function, ParsedModule


@dataclass(frozen=True, slots=True)
class Outcome:
    """One way out: ``node`` is the return statement, or the function itself where control falls off its end."""

    node: ast.AST
    value: ast.expr | None
    when: str
    """The condition around it, "" when there is none."""


def own_nodes(function: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a function without those of functions and classes nested in it."""
    waiting = list(ast.iter_child_nodes(function))
    while waiting:
        node = waiting.pop(0)
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            waiting.extend(ast.iter_child_nodes(node))


def is_generator(function: Function) -> bool:
    return any(isinstance(node, ast.Yield | ast.YieldFrom) for node in own_nodes(function))


def outcomes(module: ParsedModule, function: Function) -> tuple[Outcome, ...]:
    """Every return of the function in the order of its text, then falling off the end where that is possible."""
    found = sorted((node for node in own_nodes(function) if isinstance(node, ast.Return)), key=lambda node: node.lineno)
    ways = [Outcome(node, node.value, condition_around(module, node)) for node in found]
    if completes(function.body):
        ways.append(Outcome(function, None, ""))
    return tuple(ways)


def giving_none(module: ParsedModule, function: Function) -> tuple[Outcome, ...]:
    """The ways out that give None, the sure ones first."""
    if is_generator(function) or _only_raises(function):
        return ()
    ways = outcomes(module, function)
    sure = [way for way in ways if way.value is None or (isinstance(way.value, ast.Constant) and way.value.value is None)]
    possible = [way for way in ways if way not in sure and way.value is not None and why_none(way.value)]
    return (*sure, *possible)


def _only_raises(function: Function) -> bool:
    """An abstract method: its overrides answer for it."""
    return isinstance(function.body[-1], ast.Raise)


def getter(module: ParsedModule, method: Function) -> Function:
    """Of a property its getter, though the setter of the same name stands last."""
    written = {getattr(each, "attr", "") for each in method.decorator_list}
    if not written & {"setter", "deleter"}:
        return method
    owner = module.enclosing_class(method)
    same = [each for each in module.functions_named(method.name) if module.enclosing_class(each) is owner]
    return min(same, key=lambda each: each.lineno, default=method)


def condition_around(module: ParsedModule, node: ast.AST) -> str:
    """The nearest condition under which ``node`` runs, as written; "" when it always does."""
    guard = guard_of(module, node)
    return guard[1] if guard else ""


def guard_of(module: ParsedModule, node: ast.AST) -> tuple[ast.expr, str] | None:
    """The test of the nearest ``if`` or ``while`` around ``node``, with how it decides; None at the function's top level."""
    child = node
    for ancestor in module.ancestors(node):
        if isinstance(ancestor, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            return None
        if isinstance(ancestor, ast.If):
            written = module.segment(ancestor.test)
            return ancestor.test, written if child in ancestor.body else f"not ({written})"
        child = ancestor
    return None


def says_when(way: Outcome, name: str) -> str:
    """One clause: how the function comes to give that."""
    if isinstance(way.node, ast.FunctionDef | ast.AsyncFunctionDef):
        return f"`{name}()` returns None where it falls off its end without a `return`"
    condition = f" when `{' '.join(way.when.split())[:80]}`" if way.when else ""
    inner = why_none(way.value) if way.value is not None else None
    if inner and not (isinstance(way.value, ast.Constant)):
        return f"`{name}()` returns what {inner}{condition}"
    return f"`{name}()` returns None{condition}"

"""From a frame to its caller: the call that led into it, and which argument became which parameter."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from paramedic.diagnosis.candidates import callee_name
from paramedic.diagnosis.scene import Scene
from paramedic.source.module import Function, ParsedModule

OPERATOR_METHODS: dict[str, tuple[type[ast.AST], ...]] = {
    "__getitem__": (ast.Subscript,),
    "__setitem__": (ast.Subscript,),
    "__delitem__": (ast.Subscript,),
    "__contains__": (ast.Compare,),
    "__eq__": (ast.Compare,),
    "__lt__": (ast.Compare,),
    "__le__": (ast.Compare,),
    "__iter__": (ast.For, ast.comprehension, ast.Call, ast.Starred),
    "__next__": (ast.For, ast.comprehension, ast.Call),
    "__add__": (ast.BinOp,),
    "__enter__": (ast.withitem,),
    "__exit__": (ast.withitem,),
}


@dataclass(frozen=True, slots=True)
class Passed:
    """The expression that became a parameter. ``default`` when the caller gave nothing and the signature's default was used."""

    expression: ast.expr
    default: bool = False


def call_into(outer: Scene, inner: Function) -> ast.AST | None:
    """The expression of the outer frame's line that runs the function: a call, a property, an operator; None if unclear."""
    for wanted in (
        _calls_named(outer, inner.name),
        _constructor(outer, inner),
        _properties(outer, inner),
        _operators(outer, inner),
    ):
        on_line = [node for node in wanted if getattr(node, "lineno", 0) <= outer.line]
        if on_line:
            return on_line[0] if len(on_line) == 1 else _nearest(on_line, outer.line)
    calls = [node for node in outer.nodes if isinstance(node, ast.Call)]
    return calls[0] if len(calls) == 1 else None


def _nearest(nodes: list[ast.AST], line: int) -> ast.AST:
    return min(nodes, key=lambda node: abs(getattr(node, "lineno", 0) - line))


def _calls_named(outer: Scene, name: str) -> list[ast.AST]:
    return [node for node in outer.nodes if isinstance(node, ast.Call) and callee_name(node) == name]


def _constructor(outer: Scene, inner: Function) -> list[ast.AST]:
    if inner.name not in {"__init__", "__new__", "__post_init__", "__call__"}:
        return []
    calls = [node for node in outer.nodes if isinstance(node, ast.Call)]
    named = [node for node in calls if callee_name(node)[:1].isupper() or callee_name(node) in {"cls", "klass"}]
    found: list[ast.AST] = [*(named if inner.name != "__call__" else calls)]
    return found


def _properties(outer: Scene, inner: Function) -> list[ast.AST]:
    return [node for node in outer.nodes if isinstance(node, ast.Attribute) and node.attr == inner.name]


def _operators(outer: Scene, inner: Function) -> list[ast.AST]:
    kinds = OPERATOR_METHODS.get(inner.name, ())
    return [node for node in outer.nodes if kinds and isinstance(node, kinds)]


def passed(call: ast.AST, module: ParsedModule, function: Function, parameter: str) -> Passed | None:
    """What the caller gave for ``parameter``; None when stars or an operator hide it."""
    if isinstance(call, ast.Subscript) and function.name in {"__getitem__", "__delitem__"}:
        return _subscript(call, function, parameter)
    if not isinstance(call, ast.Call):
        return None
    for keyword in call.keywords:
        if keyword.arg == parameter:
            return Passed(keyword.value)
    names = _positional(function)
    if parameter in names:
        place = names.index(parameter) - _implicit(call, module, function)
        if place < 0:
            return Passed(call.func.value) if isinstance(call.func, ast.Attribute) else None
        if any(isinstance(each, ast.Starred) for each in call.args[: place + 1]):
            return None
        if place < len(call.args):
            return Passed(call.args[place])
    if any(keyword.arg is None for keyword in call.keywords):
        return None
    default = default_of(function, parameter)
    return Passed(default, default=True) if default is not None else None


def _subscript(node: ast.Subscript, function: Function, parameter: str) -> Passed | None:
    names = _positional(function)
    if parameter == names[0]:
        return Passed(node.value)
    return Passed(node.slice) if len(names) > 1 and parameter == names[1] else None


def _positional(function: Function) -> list[str]:
    return [each.arg for each in (*function.args.posonlyargs, *function.args.args)]


def _implicit(call: ast.Call, module: ParsedModule, function: Function) -> int:
    """1 when the first parameter is filled by the binding of a method."""
    if module.enclosing_class(function) is None:
        return 0
    decorators = {getattr(each, "id", getattr(each, "attr", "")) for each in function.decorator_list}
    if "staticmethod" in decorators:
        return 0
    if isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name) and "classmethod" not in decorators:
        owner = module.enclosing_class(function)
        if owner is not None and call.func.value.id == owner.name:
            return 0
    return 1


def default_of(function: Function, parameter: str) -> ast.expr | None:
    """The default of a parameter in the signature."""
    names = _positional(function)
    if parameter in names:
        place = names.index(parameter) - (len(names) - len(function.args.defaults))
        return function.args.defaults[place] if place >= 0 else None
    for argument, default in zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True):
        if argument.arg == parameter:
            return default
    return None

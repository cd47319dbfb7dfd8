"""The class behind an expression, and who writes an attribute of it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from paramedic.diagnosis.captured import Missing, Variables
from paramedic.diagnosis.nullable import why_none
from paramedic.diagnosis.outcomes import own_nodes
from paramedic.diagnosis.scene import Scene
from paramedic.source.classes import ClassInfo
from paramedic.source.inference import Inference
from paramedic.source.module import Function, ParsedModule
from paramedic.source.symbols import SymbolIndex

_OBJECT = re.compile(r"<(?:class ')?([\w.]+)(?:'>| object| at )")
_FILLING = frozenset({"append", "add", "extend", "update", "insert", "setdefault", "appendleft", "__setitem__"})


@dataclass(frozen=True, eq=False)
class Write:
    """One place that gives an attribute a value, or puts something into it (``fills``)."""

    path: str
    function: Function | None
    node: ast.AST
    value: ast.expr | None
    fills: bool = False

    @property
    def gives_none(self) -> bool:
        return not self.fills and self.value is not None and why_none(self.value) is not None

    def explain(self, attribute: str, owner: str) -> str:
        where = f"`{owner}.{self.function.name}`" if self.function else f"the body of `{owner}`"
        if self.fills:
            return f"`{attribute}` is filled in {where}"
        return f"`{attribute}` {'starts as None' if self.gives_none else 'is set'} in {where}"


def owner_of(index: SymbolIndex, scene: Scene | None, module: ParsedModule, node: ast.expr) -> ClassInfo | None:
    """The repository's class of the object that ``node`` gives: by its captured repr, else by reading."""
    named = _class_from_capture(index, scene, node) if scene is not None else None
    return named or Inference(index, module.path).class_of(node)


def _class_from_capture(index: SymbolIndex, scene: Scene, node: ast.expr) -> ClassInfo | None:
    value = Variables(scene.mapped.frame).lookup(node)
    if isinstance(value, Missing) or not isinstance(value, str):
        return None
    named = _OBJECT.match(value)
    return class_named(index, named.group(1)) if named else None


def class_named(index: SymbolIndex, dotted: str) -> ClassInfo | None:
    """The class of that dotted or simple name; of several, the one whose module fits; None when none is ours."""
    module, _, name = dotted.rpartition(".")
    found = [each for each in index.definitions(name) if isinstance(each.node, ast.ClassDef)]
    fitting = [each for each in found if module and index.tree.module_name(each.path) == module]
    for each in fitting or (found if len(found) == 1 or not module else ()):
        return index.class_info(each.path, each.qualname)
    return None


def writes(index: SymbolIndex, owner: ClassInfo, name: str, *, wants_none: bool) -> tuple[Write, ...]:
    """Who writes the attribute, over the class and its ancestors: those that leave it None first where that is asked,
    else those outside ``__init__`` and those that fill it first, because an initial value is rarely the wrong one."""
    found = [write for info in index.lineage(owner) for write in _writes_in(info, name)]
    if wants_none:
        return tuple(sorted(found, key=lambda each: not each.gives_none))
    return tuple(sorted(found, key=lambda each: (not each.fills, each.function is None or each.function.name == "__init__")))


def _writes_in(info: ClassInfo, name: str) -> Iterator[Write]:
    for statement in info.node.body:
        if isinstance(statement, ast.Assign | ast.AnnAssign) and _targets_name(statement, name):
            yield Write(info.path, None, statement, statement.value)
    for method in info.methods.values():
        for node in own_nodes(method):
            yield from _write_at(info, method, node, name)


def _targets_name(statement: ast.Assign | ast.AnnAssign, name: str) -> bool:
    found = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    return any(isinstance(each, ast.Name) and each.id == name for each in found)


def _write_at(info: ClassInfo, method: Function, node: ast.AST, name: str) -> Iterator[Write]:
    if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            if _is_own(target, name):
                yield Write(info.path, method, node, node.value)
            elif isinstance(target, ast.Subscript) and _is_own(target.value, name):
                yield Write(info.path, method, node, node.value, fills=True)
    elif (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in _FILLING
        and _is_own(node.func.value, name)
    ):
        yield Write(info.path, method, node, node.args[-1] if node.args else None, fills=True)


def _is_own(node: ast.expr, name: str) -> bool:
    return (
        isinstance(node, ast.Attribute)
        and node.attr == name
        and isinstance(node.value, ast.Name)
        and node.value.id in {"self", "cls"}
    )

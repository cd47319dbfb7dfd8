"""Where a value came from: its expression in the frame that made it, rebuilt from what is known there."""

from __future__ import annotations

import ast
import copy
from collections.abc import Sequence

from paramedic.reproduction.calls import call_into
from paramedic.reproduction.code import Code, joined, names_bound, names_read
from paramedic.reproduction.names import Names
from paramedic.reproduction.recipes import Recipes
from paramedic.reproduction.scene import Scene
from paramedic.reproduction.vetting import builtin

_DEEPEST = 8


class Origins:
    """Follows variables backwards, through assignments of the same function and arguments of the calling frame."""

    def __init__(self, scenes: Sequence[Scene], names: Names, recipes: Recipes) -> None:
        self._scenes = {scene.index: scene for scene in scenes}
        self._names = names
        self._recipes = recipes

    def of_name(self, name: str, scene: Scene, depth: int = 0) -> Code | None:
        """The expression that gave local ``name`` of ``scene`` its value; None when it cannot be followed."""
        if depth > _DEEPEST:
            return None
        value = scene.values.get(name)
        if value is not None:
            code = self._recipes.express(value, scene.path)
            if code is not None and not code.invented:
                return code
        assigned = assignment_before(scene, name)
        if assigned is not None:
            return self.of(assigned, scene, depth + 1)
        if name in parameter_names(scene):
            return self.of_parameter(name, scene, depth + 1)
        if name in scene.values:
            return None
        return self._global(name, scene)

    def _global(self, name: str, scene: Scene) -> Code | None:
        if scene.path is None:
            return self._names.near(name, None)
        return self._names.near(name, scene.path) if name in self._names.bound(scene.path) else None

    def of_parameter(self, name: str, scene: Scene, depth: int = 0) -> Code | None:
        """The argument that the calling frame passed for parameter ``name``; for a receiver, what the method was called on."""
        caller = self._scenes.get(scene.index - 1)
        if caller is None or depth > _DEEPEST:
            return None
        call = call_into(caller, scene)
        expression = argument(call, name, scene) if call is not None else None
        return self.of(expression, caller, depth + 1) if expression is not None else None

    def of(self, expression: ast.expr, scene: Scene, depth: int = 0) -> Code | None:
        """``expression`` of ``scene`` with every free name replaced by its own origin."""
        if depth > _DEEPEST or any(
            isinstance(node, ast.Await | ast.Yield | ast.YieldFrom | ast.NamedExpr) for node in ast.walk(expression)
        ):
            return None
        inner = names_bound([expression])
        known: dict[str, Code] = {}
        for name in names_read([expression]):
            if name in inner or (builtin(name) and name not in scene.values):
                continue
            code = self.of_name(name, scene, depth + 1)
            if code is None:
                return None
            known[name] = code
        text = ast.unparse(ast.fix_missing_locations(_Substitute(known).visit(copy.deepcopy(expression))))
        return joined(known.values(), text)


class _Substitute(ast.NodeTransformer):
    def __init__(self, known: dict[str, Code]) -> None:
        self._known = known

    def visit_Name(self, node: ast.Name) -> ast.AST:
        code = self._known.get(node.id)
        return ast.parse(code.text, mode="eval").body if code else node


def parameter_names(scene: Scene) -> list[str]:
    """Positional and keyword parameters, receivers included, ``*`` and ``**`` left out."""
    given = scene.parameters
    return [item.arg for item in (*given.posonlyargs, *given.args, *given.kwonlyargs)] if given else []


def assignment_before(scene: Scene, name: str) -> ast.expr | None:
    """The expression last assigned to ``name`` on a line before the crash line; None when it is not a plain assignment."""
    found: ast.Assign | ast.AnnAssign | None = None
    for statement in scene.body:
        for node in ast.walk(statement):
            if isinstance(node, ast.Assign | ast.AnnAssign) and node.lineno < scene.line and _target(node) == name:
                found = node if found is None or node.lineno >= found.lineno else found
    return found.value if found is not None else None


def _target(node: ast.Assign | ast.AnnAssign) -> str | None:
    target = node.targets[0] if isinstance(node, ast.Assign) else node.target
    return target.id if isinstance(target, ast.Name) else None


def argument(call: ast.expr, name: str, callee: Scene) -> ast.expr | None:
    """The expression that ``call`` passes for the callee's parameter ``name``."""
    names = parameter_names(callee)
    bound = callee.owner is not None and bool(names) and names[0] in {"self", "cls"}
    if bound and names and name == names[0]:
        return _receiver(call, callee)
    if not isinstance(call, ast.Call) or name not in names or any(isinstance(item, ast.Starred) for item in call.args):
        return None
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value
    position = names.index(name) - bound
    return call.args[position] if position < len(call.args) else None


def _receiver(call: ast.expr, callee: Scene) -> ast.expr | None:
    if isinstance(call, ast.Call):
        if isinstance(call.func, ast.Attribute) and call.func.attr == callee.name:
            return None if isinstance(call.func.value, ast.Call) and _is_super(call.func.value) else call.func.value
        return call.func if callee.name == "__call__" else None
    if isinstance(call, ast.Attribute | ast.Subscript):
        return call.value
    return call.left if isinstance(call, ast.BinOp | ast.Compare) else None


def _is_super(node: ast.Call) -> bool:
    return isinstance(node.func, ast.Name) and node.func.id == "super"

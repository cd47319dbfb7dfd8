"""The class of a receiver and the target of a call, from what the text around them says."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from paramedic.source.classes import Attribute, ClassInfo, dotted
from paramedic.source.module import Function, ParsedModule

if TYPE_CHECKING:
    from paramedic.source.symbols import Definition, SymbolIndex

_DEEPEST = 4


class Inference:
    """Questions about expressions of one file. Every answer is something the text says; no answer is None."""

    def __init__(self, index: SymbolIndex, path: str) -> None:
        self._index = index
        self._path = path
        self._module: ParsedModule | None = index.parsed(path)

    def callee(self, call: ast.Call, depth: int = 0) -> Definition | None:
        """The function, method or class that is called."""
        if self._module is None or depth > _DEEPEST:
            return None
        function = call.func
        if isinstance(function, ast.Name):
            return self._local_function(function) or self._index.resolve_name(self._path, function.id)
        if not isinstance(function, ast.Attribute):
            return None
        if _is_super(function.value):
            owner = self._own_class(call)
            return self._index.method(owner, function.attr, skip_own=True) if owner else None
        owner = self.class_of(function.value, depth + 1)
        if owner is not None:
            return self._index.method(owner, function.attr)
        name = dotted(function)
        return self._index.resolve_name(self._path, name) if name else None

    def class_of(self, node: ast.expr, depth: int = 0) -> ClassInfo | None:
        """The repository's class that ``node`` is an instance of."""
        if depth > _DEEPEST or self._module is None:
            return None
        if isinstance(node, ast.Call):
            return self._made_by(node, depth)
        if isinstance(node, ast.Name):
            return self._class_of_name(node, depth)
        if isinstance(node, ast.Attribute):
            owner = self.class_of(node.value, depth + 1)
            return self._class_of_attribute(owner, node.attr, depth) if owner else None
        return None

    def _made_by(self, call: ast.Call, depth: int) -> ClassInfo | None:
        """What a call gives: an instance of the class called, else what the function's annotation promises."""
        target = self.callee(call, depth)
        if target is None:
            return None
        if isinstance(target.node, ast.ClassDef):
            return self._index.class_info(target.path, target.qualname)
        return self._annotated(target.path, target.node.returns)

    def _class_of_name(self, node: ast.Name, depth: int) -> ClassInfo | None:
        assert self._module is not None  # noqa: S101 (checked by class_of)
        function = self._function_around(node)
        if function is None:
            return None
        if self._is_receiver(function, node.id):
            return self._own_class(node)
        for argument in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs):
            if argument.arg == node.id and argument.annotation is not None:
                return self._annotated(self._path, argument.annotation)
        value = _assigned_before(function, node)
        return self.class_of(value, depth + 1) if value is not None else None

    def _class_of_attribute(self, owner: ClassInfo, name: str, depth: int) -> ClassInfo | None:
        for info in self._index.lineage(owner):
            attribute = info.attributes.get(name)
            if attribute is not None:
                return self._class_of_stored(info, attribute, depth)
            method = info.methods.get(name)
            if method is not None and info.is_property(name):
                return self._annotated(info.path, method.returns)
        return None

    def _class_of_stored(self, info: ClassInfo, attribute: Attribute, depth: int) -> ClassInfo | None:
        if attribute.annotation is not None:
            return self._annotated(info.path, attribute.annotation)
        if attribute.value is None:
            return None
        return Inference(self._index, info.path).class_of(attribute.value, depth + 1)

    def _annotated(self, path: str, annotation: ast.expr | None) -> ClassInfo | None:
        from paramedic.source.symbols import annotation_names

        for name in annotation_names(annotation):
            found = self._index.resolve_name(path, name)
            info = self._index.class_info(found.path, found.qualname) if found else None
            if info is not None:
                return info
        return None

    def _function_around(self, node: ast.AST) -> Function | None:
        ancestors = self._module.ancestors(node) if self._module else iter(())
        return next((item for item in ancestors if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef)), None)

    def _own_class(self, node: ast.AST) -> ClassInfo | None:
        """The class whose method holds ``node``, through nested functions."""
        assert self._module is not None  # noqa: S101 (checked by the callers)
        for ancestor in self._module.ancestors(node):
            if isinstance(ancestor, ast.ClassDef):
                return self._index.class_info(self._path, self._module.qualname(ancestor))
        return None

    def _is_receiver(self, function: Function, name: str) -> bool:
        """Whether ``name`` is the ``self`` or ``cls`` of the method around, or of the method that a closure lies in."""
        assert self._module is not None  # noqa: S101
        current: ast.AST | None = function
        while isinstance(current, ast.FunctionDef | ast.AsyncFunctionDef):
            first = next((argument.arg for argument in (*current.args.posonlyargs, *current.args.args)), None)
            static = any(dotted(decorator) == "staticmethod" for decorator in current.decorator_list)
            if self._module.enclosing_class(current) is not None:
                return first == name and not static
            current = self._function_around(current)
        return False

    def _local_function(self, name: ast.Name) -> Definition | None:
        """A function defined inside the functions around the call."""
        assert self._module is not None  # noqa: S101
        around = self._function_around(name)
        while around is not None:
            found = self._index.definition(self._path, f"{self._module.qualname(around)}.<locals>.{name.id}")
            if found is not None:
                return found
            around = self._function_around(around)
        return None


def _is_super(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "super"


def _assigned_before(function: Function, name: ast.Name) -> ast.expr | None:
    """The last expression assigned to the name in the function above the line of ``name``."""
    values = [
        node.value
        for node in ast.walk(function)
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None and node.lineno < name.lineno
        if any(isinstance(target, ast.Name) and target.id == name.id for target in _targets(node))
    ]
    return max(values, key=lambda value: value.lineno, default=None)


def _targets(node: ast.Assign | ast.AnnAssign) -> list[ast.expr]:
    return node.targets if isinstance(node, ast.Assign) else [node.target]

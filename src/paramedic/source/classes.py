"""What a class says about itself: bases, methods, and attributes with their annotation and first value."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from paramedic.source.module import Function, ParsedModule

_DATACLASS = frozenset(("dataclass", "define", "frozen", "mutable", "attrs", "s", "attributes", "dataclasses"))


@dataclass(frozen=True, slots=True)
class Attribute:
    """``value`` is the first expression assigned to it, ``method`` the method that does so ("" in the class body)."""

    name: str
    line: int
    method: str = ""
    annotation: ast.expr | None = None
    value: ast.expr | None = None


@dataclass(frozen=True, slots=True)
class ClassInfo:
    """``bases`` as dotted text; ``methods`` the last definition of each name; ``attributes`` of class and instance."""

    path: str
    qualname: str
    node: ast.ClassDef
    bases: tuple[str, ...]
    methods: Mapping[str, Function]
    attributes: Mapping[str, Attribute]
    decorators: tuple[str, ...] = ()

    @property
    def is_dataclass(self) -> bool:
        """Whether a decorator of dataclasses or attrs writes its ``__init__``."""
        return any(name.rpartition(".")[2] in _DATACLASS for name in self.decorators)

    def is_property(self, name: str) -> bool:
        method = self.methods.get(name)
        names = (dotted(decorator) for decorator in method.decorator_list) if method else ()
        return any(decorator.rpartition(".")[2] in {"property", "cached_property"} for decorator in names)


def describe(module: ParsedModule, node: ast.ClassDef) -> ClassInfo:
    """Read a class; only what its own text says, nothing from its bases."""
    methods = {item.name: item for item in _body(node) if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef)}
    attributes: dict[str, Attribute] = {}
    for attribute in (*_in_body(node), *_in_methods(methods)):
        attributes.setdefault(attribute.name, attribute)
    return ClassInfo(
        path=module.path,
        qualname=module.qualname(node),
        node=node,
        bases=tuple(filter(None, (dotted(base) for base in node.bases))),
        methods=methods,
        attributes=attributes,
        decorators=tuple(filter(None, (dotted(decorator) for decorator in node.decorator_list))),
    )


def dotted(node: ast.expr) -> str:
    """``a.b.c`` for such an expression, of a subscript its value (``Generic`` of ``Generic[T]``), of a call its function."""
    if isinstance(node, ast.Subscript):
        return dotted(node.value)
    if isinstance(node, ast.Call):
        return dotted(node.func)
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""


def _body(node: ast.ClassDef) -> Iterator[ast.stmt]:
    """The statements of the class body, those under ``if`` and ``try`` too."""
    waiting: list[ast.stmt] = list(node.body)
    while waiting:
        statement = waiting.pop(0)
        yield statement
        if isinstance(statement, ast.If | ast.Try | ast.With):
            waiting += [item for item in ast.iter_child_nodes(statement) if isinstance(item, ast.stmt)]


def _in_body(node: ast.ClassDef) -> Iterator[Attribute]:
    for statement in _body(node):
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            yield Attribute(statement.target.id, statement.lineno, "", statement.annotation, statement.value)
        elif isinstance(statement, ast.Assign):
            for target in statement.targets:
                if isinstance(target, ast.Name):
                    yield Attribute(target.id, statement.lineno, "", None, statement.value)


def _in_methods(methods: Mapping[str, Function]) -> Iterator[Attribute]:
    """``self.x = …`` in every method, those of ``__init__`` and ``__new__`` first."""
    for name in sorted(methods, key=lambda name: name not in {"__init__", "__new__"}):
        method = methods[name]
        receiver = next((argument.arg for argument in (*method.args.posonlyargs, *method.args.args)), None)
        for node in ast.walk(method):
            if not isinstance(node, ast.AnnAssign | ast.Assign):
                continue
            targets = [node.target] if isinstance(node, ast.AnnAssign) else node.targets
            annotation = node.annotation if isinstance(node, ast.AnnAssign) else None
            for target in _flat(targets):
                if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name) and target.value.id == receiver:
                    value = node.value if target in targets else None
                    yield Attribute(target.attr, target.lineno, name, annotation, value)


def _flat(targets: Sequence[ast.expr]) -> Iterator[ast.expr]:
    for target in targets:
        if isinstance(target, ast.Tuple | ast.List):
            yield from _flat(target.elts)
        else:
            yield target

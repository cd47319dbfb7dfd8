"""Changes that a test would leave behind, undone at its end: ``sys.stdout = None`` becomes a ``mock.patch.object``."""

from __future__ import annotations

import ast
from collections.abc import Container, Sequence

from paramedic.reproduction.code import Import

MOCK = Import("unittest", "mock")


def patched(body: Sequence[ast.stmt], imported: Container[str]) -> list[ast.stmt]:
    """``body`` with each assignment to an attribute of an imported name turned into a ``with`` around what follows it."""
    kept: list[ast.stmt] = []
    for index, node in enumerate(body):
        items = _items(node, imported)
        if items:
            rest = patched(body[index + 1 :], imported) or [ast.Pass()]
            return [*kept, ast.fix_missing_locations(ast.copy_location(ast.With(items, rest), node))]
        kept.append(node)
    return kept


def _items(node: ast.stmt, imported: Container[str]) -> list[ast.withitem]:
    if not isinstance(node, ast.Assign):
        return []
    targets = [target for target in node.targets if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name)]
    if len(targets) < len(node.targets) or not all(_name(target) in imported for target in targets):
        return []
    return [ast.withitem(_patch(target, node.value)) for target in targets]


def _name(target: ast.Attribute) -> str:
    return target.value.id if isinstance(target.value, ast.Name) else ""


def _patch(target: ast.Attribute, value: ast.expr) -> ast.expr:
    patch = ast.parse("mock.patch.object", mode="eval").body
    return ast.Call(patch, [ast.Name(_name(target), ast.Load()), ast.Constant(target.attr), value], [])

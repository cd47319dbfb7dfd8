"""Where a None comes from: the ``return`` of a called function that gives none of what its other returns give."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from paramedic.model.diagnosis import Family
from paramedic.repair.draft import Draft
from paramedic.repair.guards import NONE_FAMILIES
from paramedic.repair.site import Site, own_nodes

_EMPTY: dict[type[ast.expr], str] = {
    ast.List: "[]",
    ast.ListComp: "[]",
    ast.Dict: "{}",
    ast.DictComp: "{}",
    ast.Set: "set()",
    ast.SetComp: "set()",
    ast.JoinedStr: '""',
}


def empty_of_its_kind(site: Site) -> Iterator[Draft]:
    """``return`` or ``return None`` becomes the empty value of what the function gives otherwise."""
    node, function = site.statement, site.function
    if function is None or not isinstance(node, ast.Return) or not _gives_none(node):
        return
    others = [each.value for each in own_nodes(function) if isinstance(each, ast.Return) and each is not node and each.value]
    kinds = {_empty(value) for value in others if not (isinstance(value, ast.Constant) and value.value is None)}
    empty = kinds.pop() if len(kinds) == 1 else None
    if empty is not None and site.family in {*NONE_FAMILIES, Family.UNPACK} and site.sheet.alone(node):
        yield Draft(
            shape="empty-return",
            replacements=(site.sheet.replace(node, f"return {empty}"),),
            weight=0.75,
            rationale=f"`{function.name}` gives a value of one kind everywhere else; for nothing that is `{empty}`.",
            origin=True,
        )


def _gives_none(node: ast.Return) -> bool:
    return node.value is None or (isinstance(node.value, ast.Constant) and node.value.value is None)


def _empty(value: ast.expr) -> str | None:
    if isinstance(value, ast.Tuple) and value.elts:
        return ", ".join(["None"] * len(value.elts))
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        return '""'
    return _EMPTY.get(type(value))


IDEAS = (empty_of_its_kind,)

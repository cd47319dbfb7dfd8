"""An entry that a table lacks although its neighbours are there."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from paramedic.model.diagnosis import Family
from paramedic.repair.draft import Draft
from paramedic.repair.sheet import Replacement
from paramedic.repair.site import Site


def missing_entry(site: Site) -> Iterator[Draft]:
    """A table by version or number, with the next one missing: like the last, or empty when the last ones are."""
    node = site.expression
    if site.depth or site.family is not Family.MISSING_KEY or not isinstance(node, ast.Subscript):
        return
    if not isinstance(node.value, ast.Name) or not re.fullmatch(r"\(?[\d, .]+\)?|'[\w.]+'", site.detail or ""):
        return
    for pairs in _tables(site, node.value.id):
        keys = [_shape(site.source(key)) for key, _ in pairs]
        if len(pairs) < 3 or len(set(keys)) != 1 or _shape(site.detail or "") != keys[0]:
            continue
        yield from _entry(site, pairs)


def _tables(site: Site, name: str) -> Iterator[list[tuple[ast.expr, ast.expr]]]:
    for statement in site.module.tree.body:
        targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
        if not any(isinstance(target, ast.Name) and target.id == name for target in targets):
            continue
        value = getattr(statement, "value", None)
        for node in ast.walk(value) if value is not None else ():
            if isinstance(node, ast.Dict) and all(key is not None for key in node.keys):
                yield [(key, item) for key, item in zip(node.keys, node.values, strict=True) if key is not None]
            elif isinstance(node, ast.Tuple | ast.List) and all(_is_pair(item) for item in node.elts):
                yield [(item.elts[0], item.elts[1]) for item in node.elts if isinstance(item, ast.Tuple)]
        yield from _by_name(site, value)


def _by_name(site: Site, value: ast.expr | None) -> Iterator[list[tuple[ast.expr, ast.expr]]]:
    """Tables that the assigned expression is built from."""
    for node in ast.walk(value) if value is not None else ():
        if isinstance(node, ast.Name) and node.id.isupper():
            yield from _tables(site, node.id)


def _is_pair(node: ast.expr) -> bool:
    return isinstance(node, ast.Tuple) and len(node.elts) == 2


def _shape(text: str) -> str:
    return re.sub(r"\d+", "0", text.replace(" ", ""))


def _entry(site: Site, pairs: list[tuple[ast.expr, ast.expr]]) -> Iterator[Draft]:
    last_key, last_value = pairs[-1]
    paired = isinstance(site.module.parent(last_key), ast.Tuple)
    values = [site.source(value) for _, value in pairs]
    empties = [text for text in values if text in {"()", "[]", "{}", "set()", "''", '""', "None", "frozenset()"}]
    value = empties[-1] if empties else values[-1]
    entry = f"({site.detail}, {value})" if paired else f"{site.detail}: {value}"
    holder = site.module.parent(last_key) if paired else last_value
    if not isinstance(holder, ast.expr):
        return
    end = site.sheet.end(holder)
    indent = re.match(r"\s*", site.sheet.line(holder.lineno))
    separator = f",{site.sheet.newline}{indent.group() if indent else ''}" if _one_per_line(pairs) else ", "
    yield Draft(
        shape="table-entry",
        replacements=(Replacement(end, end, separator + entry),),
        weight=0.75 if empties else 0.35,
        rationale=f"The table has the neighbours of {site.detail}; it was not given its own entry.",
        precedent=site.at(last_key),
    )


def _one_per_line(pairs: list[tuple[ast.expr, ast.expr]]) -> bool:
    return len({key.lineno for key, _ in pairs}) == len(pairs)

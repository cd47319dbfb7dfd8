"""A row of tests that look a value up, past which a value goes that cannot be looked up."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import takewhile

from paramedic.model.diagnosis import Family
from paramedic.repair.draft import Draft
from paramedic.repair.imports import naming
from paramedic.repair.site import Site


def past_lookups(site: Site) -> Iterator[Draft]:
    """``try`` around the whole row of tests that look the value up: what cannot be looked up matches none of them."""
    name, extra = naming(site, site.exception, site.exception_module)
    if site.depth or site.family is not Family.UNHASHABLE or name is None:
        return
    first = site.statement
    for node in site.module.ancestors(site.statement):
        if not isinstance(node, ast.If) or first not in node.orelse:
            break
        first = node
    block = getattr(site.module.parent(first), "body", [])
    if not isinstance(first, ast.If) or first not in block or not site.sheet.alone(first):
        return
    rest = block[block.index(first) + 1 :]
    row = [first, *takewhile(lambda node: isinstance(node, ast.If) and _looks_up(node), rest)]
    if len(row) > len(rest) or site.sheet.holds_multiline_string(first, row[-1]):
        return
    step = site.sheet.step()
    body = [f"{step}{line}" if line.strip() else line for line in site.sheet.body(first, row[-1])]
    yield Draft(
        shape="skip-tests",
        replacements=(site.sheet.whole(first, row[-1], ["try:", *body, f"except {name}:", f"{step}pass"]), *extra),
        weight=0.75,
        rationale="A value that cannot even be looked up matches none of these cases; what follows is for such values.",
        precedent=site.at(rest[len(row) - 1]),
    )


def _looks_up(node: ast.If) -> bool:
    return any(
        isinstance(op, ast.In | ast.NotIn) for each in ast.walk(node.test) if isinstance(each, ast.Compare) for op in each.ops
    )

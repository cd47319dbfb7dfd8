"""Names that a branch leaves unset."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from paramedic.model.diagnosis import Family
from paramedic.repair.draft import Draft
from paramedic.repair.errors import own_errors
from paramedic.repair.exits import is_empty
from paramedic.repair.sheet import Replacement
from paramedic.repair.site import Site, is_docstring, module_names, own_nodes
from paramedic.source.module import Function


def unbound(site: Site) -> Iterator[Draft]:
    """A local that not every branch assigns: an ``else`` that reports, or a value before the branches."""
    name = (site.detail or "").strip("'\"")
    if site.depth or site.family is not Family.UNBOUND_LOCAL or site.function is None or not name.isidentifier():
        return
    yield from _of_the_module(site, site.function, name)
    block = _assigning_block(site, name)
    if block is None:
        return
    yield from _else_raises(site, block)
    yield from _initialised(site, block, name)


def _of_the_module(site: Site, function: Function, name: str) -> Iterator[Draft]:
    """A module's variable that the function changes without saying that it is the module's."""
    changed = [node for node in own_nodes(function) if isinstance(node, ast.AugAssign) and getattr(node.target, "id", "") == name]
    first = next((node for node in function.body if not is_docstring(node)), None)
    if changed and name in module_names(site.module) and first is not None and site.sheet.alone(first):
        yield Draft(
            shape="global",
            replacements=(site.sheet.before(first, [f"global {name}"]),),
            weight=0.85,
            rationale=f"`{name}` is the module's; a function that changes it has to say so.",
            origin=True,
        )


def _assigning_block(site: Site, name: str) -> ast.stmt | None:
    """The outermost statement before the use, in the use's own block or further out, in which the name is assigned."""
    holder: ast.AST | None = site.statement
    while holder is not None and holder is not site.function:
        parent = site.module.parent(holder)
        for field in ("body", "orelse", "finalbody"):
            block: list[ast.stmt] = getattr(parent, field, None) or []
            earlier = block[: block.index(holder)] if isinstance(holder, ast.stmt) and holder in block else []
            for statement in reversed(earlier):
                if _assigns(statement, name):
                    return statement
        holder = parent
    return None


def _assigns(statement: ast.AST, name: str) -> bool:
    return any(isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Store) for node in ast.walk(statement))


def _else_raises(site: Site, block: ast.stmt) -> Iterator[Draft]:
    """An ``if``/``elif`` chain over kinds of values without ``else``."""
    if not isinstance(block, ast.If):
        return
    last = block
    while len(last.orelse) == 1 and isinstance(last.orelse[0], ast.If):
        last = last.orelse[0]
    if last.orelse:
        return
    dispatch = "isinstance(" in site.source(last.test)
    end = site.sheet.line_start((last.end_lineno or last.lineno) + 1)
    subject = _dispatched(last)
    statements = [(error.statement, error.name, error.weight) for error in own_errors(site)]
    if dispatch and subject:
        statements.append((f'raise TypeError(f"unexpected {subject}: {{{subject}!r}}")', "TypeError", 0.9))
    for statement, name, weight in statements:
        text = site.sheet.block(["else:", f"{site.sheet.step()}{statement}"], site.sheet.indent(block))
        yield Draft(
            shape="else-raise",
            replacements=(Replacement(end, end, text),),
            weight=weight * (0.75 if dispatch else 0.5),
            rationale="The branches know all accepted kinds; anything else is a mistake of the caller and is said so.",
            precedent=site.at(last),
            answer=name,
        )


def _dispatched(node: ast.If) -> str | None:
    for call in ast.walk(node.test):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "isinstance" and call.args:
            return call.args[0].id if isinstance(call.args[0], ast.Name) else None
    return None


def _initialised(site: Site, block: ast.stmt, name: str) -> Iterator[Draft]:
    if not site.sheet.alone(block):
        return
    assigned = [
        node.value
        for node in own_nodes(site.scope)
        if isinstance(node, ast.Assign) and any(isinstance(target, ast.Name) and target.id == name for target in node.targets)
    ]
    empties = [site.source(value) for value in assigned if is_empty(value)]
    checked = f"{name} is None" in site.source(site.scope) if site.function else False  # type: ignore[arg-type]
    for value in dict.fromkeys([*empties, "None", *_kind_of(assigned)]):
        yield Draft(
            shape="initialise",
            replacements=(site.sheet.before(block, [f"{name} = {value}"]),),
            weight=0.7 if value in empties else 0.6 if checked and value == "None" else 0.45,
            rationale=f"Not every branch sets `{name}`; `{value}` is what it is for nothing.",
            origin=True,
        )


def _kind_of(values: list[ast.expr]) -> Iterator[str]:
    for value in values:
        if isinstance(value, ast.List | ast.ListComp):
            yield "[]"
        elif isinstance(value, ast.Dict | ast.DictComp):
            yield "{}"
        elif isinstance(value, ast.Constant) and isinstance(value.value, str):
            yield '""'
        elif isinstance(value, ast.Constant) and isinstance(value.value, bool):
            yield str(not value.value)
        elif isinstance(value, ast.Constant) and isinstance(value.value, int):
            yield "0"

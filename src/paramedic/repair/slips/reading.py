"""What a slip is told from: the message's types, the captured values, and where a name was assigned."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator

from paramedic.repair.draft import Draft
from paramedic.repair.sheet import Replacement
from paramedic.repair.site import Site, own_nodes

_QUOTED = re.compile(r"'([\w.]+)'")


def types_in(site: Site) -> tuple[str, ...]:
    """The type names that the message puts in quotes, in order."""
    return tuple(_QUOTED.findall(site.message))


def shown(site: Site, node: ast.expr | None) -> str:
    """The captured repr of a plain name, "" for anything else."""
    return str(site.variables.get(node.id, "")) if isinstance(node, ast.Name) else ""


def assigned(site: Site, name: str) -> ast.expr | None:
    """What a local was last assigned above the statement, when that was a plain assignment."""
    found = None
    for node in own_nodes(site.scope):
        if isinstance(node, ast.Assign) and node.lineno < site.statement.lineno:
            if any(isinstance(target, ast.Name) and target.id == name for target in node.targets):
                found = node.value
        elif isinstance(node, ast.AnnAssign) and getattr(node.target, "id", "") == name and node.lineno < site.statement.lineno:
            found = node.value
    return found


def origin_of(site: Site, node: ast.expr) -> ast.expr:
    """The expression that made the value: of a local, what it was assigned; else the expression itself."""
    made = assigned(site, node.id) if isinstance(node, ast.Name) else None
    return node if made is None else made


def is_given(site: Site, node: ast.expr) -> bool:
    """Whether the value is as a caller passed it: then another kind of value may be the caller's slip, and other callers may rely
    on how it is treated now."""
    return isinstance(node, ast.Name) and node.id in site.parameters and assigned(site, node.id) is None


def statement_calls(site: Site) -> Iterator[ast.Call]:
    """Calls of the statement that ran, without those of its body."""
    for node in header(site.statement):
        if isinstance(node, ast.Call):
            yield node


def header(statement: ast.stmt) -> Iterator[ast.AST]:
    """The nodes of a statement without the statements inside it."""
    pending: list[ast.AST] = [statement]
    while pending:
        node = pending.pop()
        yield node
        pending += [child for child in ast.iter_child_nodes(node) if not isinstance(child, ast.stmt | ast.ExceptHandler)]


def slip(shape: str, weight: float, rationale: str, *replacements: Replacement) -> Draft:
    """A draft that mends the slip itself: the language leaves one reading of what was meant."""
    return Draft(shape=shape, replacements=replacements, weight=weight, rationale=rationale, origin=True)


def guess(shape: str, weight: float, rationale: str, *replacements: Replacement) -> Draft:
    """A draft that makes the crash go away in a usual manner, which this code base does not show."""
    return Draft(shape=shape, replacements=replacements, weight=weight, rationale=rationale)


def atom(site: Site, node: ast.expr) -> str:
    """The source of an expression, in parentheses where something is to be hung on it."""
    text = site.source(node)
    plain = isinstance(node, ast.Name | ast.Attribute | ast.Subscript | ast.Call | ast.Constant | ast.List | ast.Tuple | ast.Dict)
    return text if plain and not (isinstance(node, ast.Constant) and isinstance(node.value, int)) else f"({text})"


def mending(site: Site, node: ast.expr) -> Callable[..., Draft]:
    """``slip`` where the code itself made the value, ``guess`` where a caller passed it."""
    return guess if is_given(site, node) else slip

"""How this module says that its input is bad: the ``raise`` statements that a repair may repeat."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from paramedic.model.diagnosis import Location
from paramedic.repair.site import Site, own_nodes, used_names

_FAIL_NAMES = frozenset(("fail", "make_error", "error", "_error", "raise_error"))
_NOT_INPUT = frozenset(
    (
        "NotImplementedError",
        "AssertionError",
        "StopIteration",
        "KeyboardInterrupt",
        "SystemExit",
        "RuntimeError",
        "StopAsyncIteration",
    )
)


@dataclass(frozen=True, slots=True)
class OwnError:
    """``statement`` raises ``name`` and needs only names that the site has."""

    statement: str
    name: str
    weight: float
    precedent: Location


def own_errors(site: Site) -> tuple[OwnError, ...]:
    """The likeliest first: those of the function itself, its class, its module; those that the caller handles win."""
    found: dict[str, OwnError] = {}
    for error in _all_errors(site):
        kept = found.get(error.statement)
        if kept is None or kept.weight < error.weight:
            found[error.statement] = error
    return tuple(sorted(found.values(), key=lambda error: -error.weight))[:6]


def _all_errors(site: Site) -> Iterator[OwnError]:
    bound = site.bound()
    for node in site.module.nodes:
        statement = _raising(node)
        if statement is None or not used_names(statement) <= bound:
            continue
        name = error_name(statement)
        if name is None or name in _NOT_INPUT:
            continue
        weight = _nearness(site, statement)
        if name in site.expected:
            weight = max(weight, 0.5) + 0.35
        if weight >= 0.3:
            yield OwnError(_without_cause(site, statement), name, weight, site.at(statement))


def _raising(node: ast.AST) -> ast.Raise | ast.Expr | None:
    if isinstance(node, ast.Raise) and node.exc is not None and isinstance(node.exc, ast.Call | ast.Name):
        return node
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and isinstance(node.value.func, ast.Attribute):
        target = node.value.func
        if target.attr == "fail" and isinstance(target.value, ast.Name) and target.value.id == "self":
            return node
    return None


def error_name(statement: ast.stmt) -> str | None:
    """The simple name of what a statement raises; ``fail`` helpers go by their own name."""
    value = statement.exc if isinstance(statement, ast.Raise) else getattr(statement, "value", None)
    if isinstance(value, ast.Call):
        value = value.func
    if isinstance(value, ast.Attribute):
        return value.attr
    return value.id if isinstance(value, ast.Name) and (value.id[:1].isupper() or value.id in _FAIL_NAMES) else None


def _nearness(site: Site, statement: ast.stmt) -> float:
    if site.function is not None and any(node is statement for node in own_nodes(site.function)):
        return 0.6
    owner = site.module.enclosing(statement.lineno)
    if owner is None:
        return 0.0
    if site.owner is not None and site.module.enclosing_class(owner) is site.owner:
        return 0.35
    same_name = site.function is not None and owner.name == site.function.name
    return 0.3 if same_name else 0.15


def _without_cause(site: Site, statement: ast.Raise | ast.Expr) -> str:
    if isinstance(statement, ast.Raise) and statement.exc is not None:
        text = " ".join(part.strip() for part in site.source(statement.exc).splitlines())
        return f"raise {text}"
    return " ".join(part.strip() for part in site.source(statement).splitlines())

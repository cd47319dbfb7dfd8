"""What a value taken over from elsewhere may not do: decide, or break what the function promises to those who call it.

That `tip` answers what it cannot read with 0 shows how *it* answers. That a payment which cannot be read is 0 too is a
decision, and nobody has taken it. Nothing (``None``, ``""``, ``[]``) says of itself that nothing was found; a number, a truth
value or a name is worked with as if it had been.
"""

from __future__ import annotations

import ast
import re

from paramedic.model.diagnosis import Family, Location
from paramedic.repair.draft import Draft
from paramedic.repair.handlers import catches
from paramedic.repair.site import Site, own_nodes

_OF_NOTHING = frozenset((Family.ZERO_DIVISION, Family.EMPTY_SEQUENCE))
"""Of nothing to count, the count is 0."""
_MAY_BE_NONE = re.compile(r"\b(?:None|Optional|Any|object)\b")


def oversteps(site: Site, draft: Draft) -> bool:
    """Whether the change gives a value that nobody has decided on, or in place of an error that callers wait for."""
    if not draft.gives and not draft.leaves:
        return False
    return _decides(site, draft) or _breaks_annotation(site, draft) or _is_awaited(site)


def _decides(site: Site, draft: Draft) -> bool:
    try:
        value = ast.parse(draft.gives or "None", mode="eval").body
    except SyntaxError:
        return True
    if not _is_decision(value) or draft.precedent is None:
        return False
    is_zero = isinstance(value, ast.Constant) and value.value == 0 and not isinstance(value.value, bool)
    return not _is_own(site, draft.precedent) and not (is_zero and site.family in _OF_NOTHING)


def _is_decision(value: ast.expr) -> bool:
    if isinstance(value, ast.Constant):
        return isinstance(value.value, bool | int | float | complex)
    return isinstance(value, ast.Name | ast.Attribute | ast.UnaryOp | ast.BinOp)


def _is_own(site: Site, place: Location) -> bool:
    """Whether the precedent stands in this function, or in one of the same name, which does the same work."""
    holder = site.module.enclosing(place.line)
    return holder is not None and site.function is not None and holder.name == site.function.name


def _breaks_annotation(site: Site, draft: Draft) -> bool:
    """``return None`` from what is said to return an ``int`` only moves the crash to whoever called."""
    returns = site.function.returns if site.function is not None else None
    if site.function is None or any(isinstance(node, ast.Yield | ast.YieldFrom) for node in own_nodes(site.function)):
        return False
    gives_none = draft.gives in {"", "None"} and draft.leaves.startswith("return")
    return gives_none and returns is not None and not _MAY_BE_NONE.search(ast.unparse(returns))


def _is_awaited(site: Site) -> bool:
    """Whether the function says that it raises this error, or a call of it stands where that is handled."""
    if site.function is None:
        return False
    told = ast.get_docstring(site.function) or ""
    if re.search(rf"\b[Rr]aises?\b[^.]*\b{re.escape(site.exception)}\b", told):
        return True
    return any(_handles(site, node, site.function.name) for node in site.module.nodes if isinstance(node, ast.Try))


def _handles(site: Site, node: ast.Try, name: str) -> bool:
    if not any(handler.type is not None and catches(handler, site.exception) for handler in node.handlers):
        return False
    calls = (each for held in node.body for each in ast.walk(held) if isinstance(each, ast.Call))
    return any(name == getattr(call.func, "attr", getattr(call.func, "id", "")) for call in calls)

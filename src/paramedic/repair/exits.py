"""How a function already leaves when there is nothing to do: the ways a guard may end."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from paramedic.model.diagnosis import Location
from paramedic.repair.site import Site, own_nodes, used_names
from paramedic.source.module import Function

_EMPTY_BY_ANNOTATION = {
    "str": '""',
    "bytes": 'b""',
    "bool": "False",
    "int": "0",
    "float": "0.0",
    "list": "[]",
    "List": "[]",
    "Sequence": "[]",
    "Iterable": "[]",
    "dict": "{}",
    "Dict": "{}",
    "Mapping": "{}",
    "set": "set()",
    "Set": "set()",
    "tuple": "()",
    "Tuple": "()",
}
_EMPTY_CALLS = frozenset(("list", "dict", "set", "tuple", "frozenset", "str", "bytes", "OrderedDict", "defaultdict"))


@dataclass(frozen=True, slots=True)
class Exit:
    """``line`` leaves the function or the iteration. ``precedent`` shows that this code leaves so."""

    line: str
    weight: float
    why: str
    precedent: Location | None = None


def exits(site: Site) -> tuple[Exit, ...]:
    """The likeliest first; each line once."""
    found: dict[str, Exit] = {}
    for leave in _all_exits(site):
        if leave.line not in found or found[leave.line].weight < leave.weight:
            found[leave.line] = leave
    return tuple(sorted(found.values(), key=lambda leave: -leave.weight))


def _all_exits(site: Site) -> Iterator[Exit]:
    if site.loop() is not None:
        yield from _continue(site)
    if site.function is None:
        return
    if is_generator(site.function):
        yield Exit("return", 0.5, "a generator ends with nothing more to give")
        return
    yield from _returns(site, site.function)
    yield from _annotated(site, site.function)
    yield from _siblings(site, site.function)


def is_generator(function: Function) -> bool:
    return any(isinstance(node, ast.Yield | ast.YieldFrom) for node in own_nodes(function))


def _continue(site: Site) -> Iterator[Exit]:
    loop = site.loop()
    precedent = next((node for node in ast.walk(loop) if isinstance(node, ast.Continue)), None) if loop else None
    if precedent is not None:
        yield Exit("continue", 0.6, "the loop already skips such items", site.at(precedent))
    else:
        yield Exit("continue", 0.35, "the item is skipped")


def _returns(site: Site, function: Function) -> Iterator[Exit]:
    returns = [node for node in own_nodes(function) if isinstance(node, ast.Return)]
    valued = [node for node in returns if node.value is not None]
    if not valued:
        yield Exit("return", 0.5, "the function gives nothing", site.at(returns[0]) if returns else None)
        return
    bound = site.bound()
    for node in valued:
        if node.value is None or node is site.statement or not used_names(node.value) <= bound:
            continue
        weight = _return_weight(site, node, node.value)
        if weight:
            text = site.source(node)
            yield Exit(text, weight, f"the function already ends with `{text}`", site.at(node))
    if not any(is_empty(node.value) for node in valued if node.value):
        yield Exit("return None", 0.25, "there is no value to give")


def _return_weight(site: Site, node: ast.Return, value: ast.expr) -> float:
    guarded = isinstance(site.module.parent(node), ast.If | ast.ExceptHandler)
    if is_empty(value):
        return 0.75 if guarded else 0.6
    if isinstance(value, ast.Name) and value.id in site.parameters:
        return 0.55 if guarded else 0.3
    if isinstance(value, ast.Name | ast.Attribute | ast.Constant) and guarded:
        return 0.45
    if isinstance(value, ast.Name | ast.Constant | ast.Attribute):
        return 0.3
    return 0.2 if guarded and isinstance(value, ast.Call) else 0.0


def is_empty(value: ast.expr | None) -> bool:
    """A constant or container that stands for nothing: None, False, 0, "", [], set(), NotImplemented …"""
    if isinstance(value, ast.Constant):
        return not value.value or value.value is Ellipsis
    if isinstance(value, ast.List | ast.Tuple | ast.Set):
        return all(is_empty(element) for element in value.elts) if value.elts else True
    if isinstance(value, ast.Dict):
        return not value.keys
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name):
        return value.func.id in _EMPTY_CALLS and not value.args and not value.keywords
    return False


def _annotated(site: Site, function: Function) -> Iterator[Exit]:
    if function.returns is None:
        return
    text = site.source(function.returns).strip("\"'")
    place = site.at(function)
    if "Optional[" in text or text.endswith("| None") or text == "None" or text.startswith("None |"):
        # Where None is all that it ever gives, leaving early skips whatever it was called for.
        line, weight = ("return", 0.45) if text == "None" else ("return None", 0.6)
        yield Exit(line, weight, f"the function is declared to return `{text}`", place)
        return
    base = text.split("[")[0].rsplit(".", 1)[-1]
    if base in _EMPTY_BY_ANNOTATION:
        # A declared type says what kind of value is given, not that its empty one stands for nothing found.
        yield Exit(f"return {_EMPTY_BY_ANNOTATION[base]}", 0.4, f"the function is declared to return `{text}`")


def _siblings(site: Site, function: Function) -> Iterator[Exit]:
    """What methods of the same name in this module return for nothing."""
    for other in site.module.functions_named(function.name):
        if other is function or site.module.enclosing_class(other) is None:
            continue
        for node in own_nodes(other):
            if isinstance(node, ast.Return) and node.value is not None and is_empty(node.value) and _under_none(site, node):
                text = site.source(node)
                yield Exit(text, 0.7, f"`{site.module.qualname(other)}` ends with `{text}` then", site.at(node))


def _under_none(site: Site, node: ast.Return) -> bool:
    parent = site.module.parent(node)
    return isinstance(parent, ast.If) and ("None" in site.source(parent.test) or isinstance(parent.test, ast.UnaryOp))

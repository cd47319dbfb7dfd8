"""A value in place of the missing one: where it is read, or where it comes from."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from paramedic.model.diagnosis import Family, Location
from paramedic.repair.draft import Draft
from paramedic.repair.guards import NONE_FAMILIES, is_pure
from paramedic.repair.sheet import Replacement
from paramedic.repair.site import Site, is_docstring, own_nodes

_OF_DICT = frozenset(("items", "keys", "values", "get", "pop", "update", "setdefault", "popitem"))
_OF_STRING = frozenset(
    [
        "strip",
        "split",
        "lower",
        "upper",
        "startswith",
        "endswith",
        "encode",
        "replace",
        "format",
        "join",
        "splitlines",
        "rstrip",
        "lstrip",
        "title",
        "partition",
    ]
)
_OF_LIST = frozenset(("append", "extend", "sort", "insert", "remove", "index", "count", "reverse"))
CONVENTION = 2
"""Functions that ask a mapping with the same default before it is what the mapping stands for, and not what one of them wants."""
_COUNTED = re.compile(r"(?i)(?:^|[._])(?:count|counts|counter|tally|tallies|hits|seen|stock|quantit(?:y|ies)|occurrences)$")
"""What has not been counted is there 0 times."""
_PARSERS = frozenset(("safe_load", "load", "loads", "full_load", "json", "get"))


def origin(site: Site) -> Iterator[Draft]:
    """An empty value where the None comes from: the assignment, or the parameter."""
    if site.depth > 2 or site.family not in NONE_FAMILIES:
        return
    subject = site.subject if site.depth == 0 else _passed_none(site)
    empty = _empty_for(site)
    if subject is None or empty is None:
        return
    if isinstance(subject, ast.Name):
        yield from _at_assignments(site, subject.id, empty)
        if site.depth == 0 and subject.id in site.parameters:
            yield from _at_parameter(site, subject.id, empty)


def _passed_none(site: Site) -> ast.Name | None:
    """The argument of the outer call that was None in this frame."""
    call = site.expression
    if not isinstance(call, ast.Call):
        return None
    passed = [*call.args, *(keyword.value for keyword in call.keywords)]
    names = [node for node in passed if isinstance(node, ast.Name) and str(site.variables.get(node.id, "")) == "None"]
    return names[0] if len(names) == 1 else None


def _empty_for(site: Site) -> str | None:
    """The empty value of the kind that the failing code expects, told from what it does with it."""
    detail = (site.detail or "").strip("'\"")
    if detail in _OF_DICT:
        return "{}"
    if detail in _OF_STRING:
        return '""'
    if detail in _OF_LIST or site.family is Family.NONE_ITERATION:
        return "[]"
    return "{}" if site.family is Family.NONE_ITEM else None


def _at_assignments(site: Site, name: str, empty: str) -> Iterator[Draft]:
    assigned = [
        node
        for node in own_nodes(site.scope)
        if isinstance(node, ast.Assign | ast.AnnAssign)
        and node.lineno < site.statement.lineno
        and node.value is not None
        and [target.id for target in _targets(node) if isinstance(target, ast.Name)] == [name]
    ]
    if not assigned:
        return
    last = assigned[-1]
    if last.value is None or isinstance(last.value, ast.Constant):
        return
    text = site.source(last.value)
    if isinstance(last.value, ast.IfExp | ast.Lambda | ast.Await | ast.NamedExpr):
        text = f"({text})"
    parsed = isinstance(last.value, ast.Call) and _name_of(last.value) in _PARSERS
    yield Draft(
        shape="origin-default",
        replacements=(site.sheet.replace(last.value, f"{text} or {empty}"),),
        weight=0.85 if parsed else 0.45,
        rationale=f"`{name}` comes from `{text.splitlines()[0]}`, which gives None for nothing; what follows wants `{empty}`.",
        origin=True,
    )
    yield Draft(
        shape="origin-default",
        replacements=(site.sheet.before(site.statement, [f"if {name} is None:", f"{site.sheet.step()}{name} = {empty}"]),),
        weight=0.4,
        rationale=f"`{name}` may be None; the code after it wants `{empty}`.",
        origin=True,
    )


def _targets(node: ast.Assign | ast.AnnAssign) -> list[ast.expr]:
    return node.targets if isinstance(node, ast.Assign) else [node.target]


def _name_of(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _at_parameter(site: Site, name: str, empty: str) -> Iterator[Draft]:
    if site.function is None:
        return
    precedent = _default_of(site, name)
    first = next((node for node in site.function.body if not is_docstring(node)), None)
    if first is None or not site.sheet.alone(first):
        return
    yield Draft(
        shape="parameter-default",
        replacements=(site.sheet.before(first, [f"if {name} is None:", f"{site.sheet.step()}{name} = {empty}"]),),
        weight=0.7 if precedent else 0.4,
        rationale=f"`{name}` may be None for nothing given; the body wants `{empty}`.",
        precedent=precedent,
    )


def _default_of(site: Site, name: str) -> Location | None:
    """Where the signature says that None may be given."""
    if site.function is None:
        return None
    arguments = site.function.args
    positional = [*arguments.posonlyargs, *arguments.args]
    pairs = [
        *zip(reversed(positional), reversed(arguments.defaults), strict=False),
        *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
    ]
    for argument, value in pairs:
        if argument.arg == name and isinstance(value, ast.Constant) and value.value is None:
            return site.at(argument)
    return None


def in_place(site: Site) -> Iterator[Draft]:
    """``x or []`` where it is iterated or asked."""
    if site.depth or site.family not in NONE_FAMILIES or site.subject is None:
        return
    empty = _empty_for(site)
    if empty is None:
        return
    text = site.source(site.subject)
    bare = isinstance(site.module.parent(site.subject), ast.For | ast.comprehension) or _is_argument(site, site.subject)
    changed = f"{text} or {empty}"
    yield Draft(
        shape="or-default",
        replacements=(site.sheet.replace(site.subject, changed if bare else f"({changed})"),),
        weight=0.4,
        rationale=f"`{text}` may be None; `{empty}` is what the code wants then.",
        precedent=_same_idiom(site, f"{text} or "),
    )


def _is_argument(site: Site, node: ast.expr) -> bool:
    parent = site.module.parent(node)
    return isinstance(parent, ast.Call) and node in parent.args


def _same_idiom(site: Site, text: str) -> Location | None:
    found = site.sheet.text.find(text)
    return Location(site.module.path, site.sheet.line_of(found)) if found >= 0 else None


def lookup(site: Site) -> Iterator[Draft]:
    """``.get`` in place of a subscript; ``discard`` for ``remove``; a default for ``pop``."""
    node = site.expression
    if site.depth or site.family is not Family.MISSING_KEY:
        return
    if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load) and not isinstance(node.slice, ast.Slice):
        yield from _get(site, node)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        yield from _method(site, node, node.func)


def _get(site: Site, node: ast.Subscript) -> Iterator[Draft]:
    holder, key = site.source(node.value), site.source(node.slice)
    compared = _compared_with_none(site, node)
    # What one setting is by default says nothing of another: a fixed key needs a precedent of its own.
    fixed = key if isinstance(node.slice, ast.Constant) else ""
    elsewhere = _same_idiom(site, f"{holder}.get({fixed}")
    shown = _default_elsewhere(site, holder, fixed)
    if shown is not None:
        usual, place, usage = shown
        yield Draft(
            shape="get",
            replacements=(site.sheet.replace(node, f"{holder}.get({key}, {usual})"),),
            weight=0.8,
            rationale=f"`{holder}` need not hold the key; elsewhere it is asked with `{usual}` for nothing.",
            precedent=place,
            gives="" if usage >= CONVENTION or (usual == "0" and _COUNTED.search(holder)) else usual,
        )
    for default, weight in ((None, 0.75 if compared else 0.4), ("''", 0.15), ("0", 0.15), ("[]", 0.15), ("{}", 0.15)):
        text = f"{holder}.get({key})" if default is None else f"{holder}.get({key}, {default})"
        yield Draft(
            shape="get",
            replacements=(site.sheet.replace(node, text),),
            weight=weight + (0.15 if elsewhere else 0.0),
            rationale=f"`{holder}` need not hold the key" + ("; the code already handles None." if compared else "."),
            # That it is asked with a default elsewhere says nothing for another one.
            precedent=compared or (elsewhere if default is None and shown is None else None),
        )


def _default_elsewhere(site: Site, holder: str, fixed: str) -> tuple[str, Location, int] | None:
    """The default with which this code asks the same mapping (for the key ``fixed``, if any), when it is always the same, and in
    how many functions it does."""
    asked = [
        node
        for node in site.module.nodes
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get"
    ]
    defaults = [
        node
        for node in asked
        if len(node.args) == 2
        and isinstance(node.func, ast.Attribute)
        and site.source(node.func.value) == holder
        and fixed in {"", site.source(node.args[0])}
    ]
    texts = {site.source(node.args[1]) for node in defaults}
    if len(texts) != 1:
        return None
    return texts.pop(), site.at(defaults[-1]), len({id(site.module.enclosing(node.lineno)) for node in defaults})


def _compared_with_none(site: Site, node: ast.expr) -> Location | None:
    parent = site.module.parent(node)
    if isinstance(parent, ast.Compare) and any(
        isinstance(item, ast.Constant) and item.value is None for item in parent.comparators
    ):
        return site.at(parent)
    return None


def _method(site: Site, node: ast.Call, func: ast.Attribute) -> Iterator[Draft]:
    name_end = site.sheet.end(func)
    if func.attr == "remove" and len(node.args) == 1:
        yield Draft(
            shape="discard",
            replacements=(Replacement(name_end - len("remove"), name_end, "discard"),),
            weight=0.8,
            rationale="The set need not hold the item; it is only to be gone afterwards.",
            precedent=site.at(node),
        )
    elif func.attr == "pop" and len(node.args) == 1:
        end = site.sheet.end(node.args[0])
        yield Draft(
            shape="pop-default",
            replacements=(Replacement(end, end, ", None"),),
            weight=0.6,
            rationale="The mapping need not hold the key.",
            precedent=_same_idiom(site, ".pop(") if isinstance(site.statement, ast.Expr) else None,
        )


def empty_sequence(site: Site) -> Iterator[Draft]:
    """``default=`` for ``max`` and ``min``, a second argument for ``next``."""
    call = site.expression
    if site.depth or not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name) or not call.args:
        return
    if call.func.id in {"max", "min"} and site.family is Family.EMPTY_SEQUENCE and len(call.args) == 1:
        yield from _extreme(site, call)
    elif call.func.id == "next" and site.family is Family.STOP_ITERATION and len(call.args) == 1:
        yield Draft(
            shape="next-default",
            replacements=(_with_argument(site, call, "None"),),
            weight=0.5 if isinstance(site.statement, ast.Expr) else 0.35,
            rationale="The iterator may be at its end.",
            origin=isinstance(site.statement, ast.Expr),
        )


def _extreme(site: Site, call: ast.Call) -> Iterator[Draft]:
    zero = _zero_nearby(site)
    # A length is never below nothing, so nothing to measure has length 0; of other values nobody can tell.
    lengths = isinstance(call.args[0], ast.GeneratorExp | ast.ListComp) and "len(" in site.source(call.args[0])
    yield Draft(
        shape="extreme-default",
        replacements=(_with_argument(site, call, "default=0"),),
        weight=0.8 if zero else 0.7 if lengths else 0.5,
        rationale="Nothing to compare is measured as 0.",
        precedent=zero,
        origin=lengths,
    )


def _with_argument(site: Site, call: ast.Call, text: str) -> Replacement:
    only = call.args[0]
    end = site.sheet.end(only)
    if isinstance(only, ast.GeneratorExp) and site.sheet.end(call) == end:
        inner = site.sheet.source(only)
        return site.sheet.replace(only, f"({inner.strip()}, {text})" if inner.startswith("((") else f"({inner}, {text})")
    return Replacement(end, end, f", {text}")


def _zero_nearby(site: Site) -> Location | None:
    """Whether this expression or function already gives 0 for nothing."""
    for node in own_nodes(site.scope):
        if isinstance(node, ast.IfExp) and isinstance(node.orelse, ast.Constant) and node.orelse.value == 0:
            return site.at(node)
        if isinstance(node, ast.Return) and isinstance(node.value, ast.Constant) and node.value.value == 0:
            return site.at(node)
    return None


def attribute(site: Site) -> Iterator[Draft]:
    """``getattr`` with a default where the attribute is optional."""
    node = site.expression
    if site.depth or site.family is not Family.MISSING_ATTRIBUTE:
        return
    if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load) and is_pure(node.value):
        parent = site.module.parent(node)
        if isinstance(parent, ast.Call) and parent.func is node:
            return
        for default, weight in (("None", 0.4), ("()", 0.3 if _iterated(site) else 0.1)):
            yield Draft(
                shape="getattr",
                replacements=(site.sheet.replace(node, f'getattr({site.source(node.value)}, "{node.attr}", {default})'),),
                weight=weight,
                rationale=f"`{node.attr}` is not there on every such object.",
                precedent=_same_idiom(site, "getattr(") if _same_idiom(site, f'"{node.attr}"') else None,
            )


def _iterated(site: Site) -> bool:
    return isinstance(site.statement, ast.Assign | ast.For)

"""A mapping that holds an explicit None, and chains of ``get``."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from paramedic.model.diagnosis import Family
from paramedic.repair.draft import Draft
from paramedic.repair.guards import NONE_FAMILIES
from paramedic.repair.sheet import Replacement
from paramedic.repair.site import Site
from paramedic.repair.slips.reading import atom, origin_of, slip


def null_for_missing(site: Site) -> Iterator[Draft]:
    """``d.get(key, default)`` gives None when the key is there and null: the default is meant for that too."""
    if site.depth or site.family not in NONE_FAMILIES or site.subject is None:
        return
    made = origin_of(site, site.subject)
    if not isinstance(made, ast.Call) or not _asks(made):
        return
    holder = site.source(made.func)
    if len(made.args) == 2:
        key, default = (site.source(argument) for argument in made.args)
        if default == "None":
            return
        text = f"{holder}({key}) or {default}"
        bare = isinstance(site.module.parent(made), ast.Assign | ast.Return | ast.For | ast.comprehension)
        yield slip("null-default", 0.8, f"The key is there with null; `{default}` is what the code wants for nothing.",
                   site.sheet.replace(made, text if bare else f"({text})"))  # fmt: skip
        return
    if site.family is Family.NONE_ITERATION:
        end = site.sheet.end(made.args[0])
        yield slip("asked-default", 0.65, "The key need not be there, and nothing is walked or searched then.",
                   Replacement(end, end, ", []"))  # fmt: skip
    if made is site.subject and _asks(site.module.parent(site.expression or made)):
        yield slip("null-default", 0.65, "A chain of `get` gives None when any link of it is missing.",
                   site.sheet.replace(made, f"({site.source(made)} or {{}})"))  # fmt: skip


def _asks(node: ast.AST | None) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get" and bool(node.args)


_FIRST = {"append": "[]", "extend": "[]", "insert": "[]", "add": "set()", "update": "{}", "setdefault": "{}"}


def first_under_key(site: Site) -> Iterator[Draft]:
    """``d[key].append(x)`` and the like for a key that has nothing yet: what is added to is made first."""
    node = site.expression
    if (
        site.depth
        or site.family is not Family.MISSING_KEY
        or not isinstance(node, ast.Subscript)
        or isinstance(node.slice, ast.Slice)
    ):
        return
    parent, holder, key = site.module.parent(node), site.source(node.value), site.source(node.slice)
    if isinstance(parent, ast.AugAssign) and parent.target is node and isinstance(parent.op, ast.Add):
        start = {ast.List: "[]", ast.Constant: "0", ast.JoinedStr: '""'}.get(type(parent.value))
        if start == "0" and isinstance(parent.value, ast.Constant) and isinstance(parent.value.value, str):
            start = '""'
        if start is not None:
            text = f"{holder}[{key}] = {holder}.get({key}, {start}) + {site.source(parent.value)}"
            yield slip("first", 0.75, "The first one is added to nothing.", site.sheet.replace(parent, text))
        return
    start = None
    if isinstance(parent, ast.Attribute) and isinstance(site.module.parent(parent), ast.Call):
        start = _FIRST.get(parent.attr)
    elif isinstance(parent, ast.Subscript) and parent.value is node and isinstance(parent.ctx, ast.Store):
        start = "{}"
    if start is not None:
        yield slip("first", 0.7, f"What is added under a key for the first time needs `{start}` there.",
                   site.sheet.replace(node, f"{holder}.setdefault({key}, {start})"))  # fmt: skip


def sorted_with_none(site: Site) -> Iterator[Draft]:
    """A key for sorting that may be None: those without come last."""
    if site.depth or "'<' not supported between instances of" not in site.message or "NoneType" not in site.message:
        return
    for call in ast.walk(site.statement):
        if not isinstance(call, ast.Call):
            continue
        for keyword in call.keywords:
            if keyword.arg == "key" and isinstance(keyword.value, ast.Lambda):
                body = keyword.value.body
                text = f"({atom(site, body)} is None, {site.source(body)})"
                yield slip("sort-none", 0.5, "Those without a value come last; None has no order.",
                           site.sheet.replace(body, text))  # fmt: skip

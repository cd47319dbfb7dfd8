"""A name that nearly exists: misspelled attributes, moved parts of the standard library, one identifier for another."""

from __future__ import annotations

import ast
import difflib
import re
from collections.abc import Iterator

from paramedic.model.diagnosis import Family
from paramedic.repair.draft import Draft
from paramedic.repair.imports import insertion
from paramedic.repair.sheet import Replacement
from paramedic.repair.site import Site, own_nodes

_KIND = re.compile(r"'(\w+)' object|type object '(\w+)'|module '([\w.]+)'")
_BUILTIN_KINDS = {kind.__name__: kind for kind in (str, bytes, int, float, list, dict, set, frozenset, tuple, bool, complex)}
_MOVED_TO_ABC = frozenset(
    [
        "Mapping",
        "MutableMapping",
        "Sequence",
        "MutableSequence",
        "Set",
        "MutableSet",
        "Iterable",
        "Iterator",
        "Callable",
        "Hashable",
        "Sized",
        "Container",
        "Generator",
    ]
)
_RENAMED = {
    "iteritems": "items",
    "itervalues": "values",
    "iterkeys": "keys",
    "has_key": "__contains__",
    "decodestring": "decodebytes",
    "encodestring": "encodebytes",
    "tostring": "tobytes",
    "fromstring": "frombytes",
    "getargspec": "getfullargspec",
    "isAlive": "is_alive",
    "getchildren": "__iter__",
    "getiterator": "iter",
    "warn": "warning",
    "assertItemsEqual": "assertCountEqual",
    "clock": "perf_counter",
    "unescape": "unescape",
}


_OPPOSITES = {"decode": ("encode",), "encode": ("decode",)}
"""Alike in letters, and not in meaning."""


def misspelled(site: Site) -> Iterator[Draft]:
    """The attribute that the object really has, in every place that has the same slip."""
    node = site.expression
    if site.depth or site.family is not Family.MISSING_ATTRIBUTE or not isinstance(node, ast.Attribute):
        return
    for name, weight in _real_names(site, node.attr):
        yield Draft(
            shape="misspelled",
            replacements=tuple(_renamed(site, node.attr, name)),
            weight=weight,
            rationale=f"There is no `{node.attr}` there; `{name}` is what the object has.",
            precedent=site.at(node),
        )


def _renamed(site: Site, wrong: str, right: str) -> Iterator[Replacement]:
    for node in site.module.nodes:
        if isinstance(node, ast.Attribute) and node.attr == wrong:
            end = site.sheet.end(node)
            yield Replacement(end - len(wrong), end, right)


def _real_names(site: Site, wrong: str) -> Iterator[tuple[str, float]]:
    names = _attributes(site)
    if wrong in _RENAMED and _RENAMED[wrong] in names:
        yield _RENAMED[wrong], 0.9
    for close in difflib.get_close_matches(wrong, sorted(names - {wrong, *_OPPOSITES.get(wrong, ())}), n=2, cutoff=0.8):
        yield close, 0.5 + 0.45 * difflib.SequenceMatcher(None, wrong, close).ratio()
    if f"_{wrong}" in names or wrong.lstrip("_") in names - {wrong}:
        yield (f"_{wrong}" if f"_{wrong}" in names else wrong.lstrip("_")), 0.6


def _attributes(site: Site) -> set[str]:
    """Attributes of the object's type: of a builtin, or of a class of this module."""
    match = _KIND.search(site.message)
    kind = next((group for group in match.groups() if group), "") if match else ""
    if kind in _BUILTIN_KINDS:
        return set(dir(_BUILTIN_KINDS[kind]))
    return class_attributes(site, kind)


def class_attributes(site: Site, name: str) -> set[str]:
    """What a class of this module, and its bases there, define and assign on ``self``."""
    found: set[str] = set()
    pending, seen = [name], set()
    while pending:
        current = pending.pop()
        for owner in site.module.classes:
            if owner.name != current or owner in seen:
                continue
            seen.add(owner)
            found |= set(_own_attributes(owner))
            pending += [base.id if isinstance(base, ast.Name) else getattr(base, "attr", "") for base in owner.bases]
    return found


def _own_attributes(owner: ast.ClassDef) -> Iterator[str]:
    for node in ast.walk(owner):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and getattr(node.value, "id", "") == "self":
            yield node.attr
    for statement in owner.body:
        targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
        yield from (target.id for target in targets if isinstance(target, ast.Name))


def moved(site: Site) -> Iterator[Draft]:
    """Abstract classes that left ``collections``."""
    node = site.expression
    if site.family not in {Family.MISSING_ATTRIBUTE, Family.IMPORT_FAILED} or not isinstance(node, ast.Attribute):
        return
    if isinstance(node.value, ast.Name) and node.value.id == "collections" and node.attr in _MOVED_TO_ABC:
        places = [
            other
            for other in site.module.nodes
            if isinstance(other, ast.Attribute)
            and other.attr in _MOVED_TO_ABC
            and isinstance(other.value, ast.Name)
            and other.value.id == "collections"
        ]
        changed = tuple(site.sheet.replace(other, f"collections.abc.{other.attr}") for other in places)
        yield Draft(
            shape="moved",
            replacements=(*changed, insertion(site, "import collections.abc")),
            weight=0.95,
            rationale="The abstract classes are in `collections.abc` since Python 3.3.",
            precedent=site.at(node),
        )


def unimported(site: Site) -> Iterator[Draft]:
    """The import that another file of the project has for the same name, or a module of the standard library."""
    import sys

    name = (site.detail or "").strip("'\"")
    if site.depth or site.family is not Family.MISSING_NAME or not name.isidentifier():
        return
    if name in sys.stdlib_module_names:
        yield Draft("import", (insertion(site, f"import {name}"),), 0.9, f"`{name}` is used and not imported.", origin=True)
        return
    for close in difflib.get_close_matches(name, sorted(site.bound() - {name}), n=2, cutoff=0.8):
        if isinstance(site.expression, ast.Name):
            yield Draft(
                "misspelled-name",
                (site.sheet.replace(site.expression, close),),
                0.7 * difflib.SequenceMatcher(None, name, close).ratio(),
                f"There is no `{name}`; `{close}` is what is there.",
                precedent=site.location,
            )


def exchanged(site: Site) -> Iterator[Draft]:
    """The key under which this function itself stored the value, in place of a variable of the same name."""
    node = site.expression
    if site.depth or site.family is not Family.MISSING_KEY or not isinstance(node, ast.Subscript):
        return
    if not isinstance(node.slice, ast.Name):
        return
    name = node.slice.id
    for call in own_nodes(site.scope):
        if isinstance(call, ast.Call) and any(keyword.arg == name for keyword in call.keywords):
            shares = _root(node) is not None and _root(node) == _root(call.func)
            yield Draft(
                shape="exchanged",
                replacements=(site.sheet.replace(node.slice, f'"{name}"'),),
                weight=0.8 if shares else 0.35,
                rationale=f'The value is stored under the name "{name}", whatever the variable `{name}` says.',
                precedent=site.at(call) if shares else None,
            )
            return


def _root(node: ast.AST) -> str | None:
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else None

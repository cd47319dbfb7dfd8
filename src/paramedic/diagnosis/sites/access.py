"""Names, attributes, subscripts, and what is hashed by them."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from paramedic.diagnosis.candidates import Possible, callee_name, receiver
from paramedic.diagnosis.reading import Reading
from paramedic.model.diagnosis import Family

_ATTRIBUTE_CALLS = frozenset({"getattr", "setattr", "delattr", "attrgetter", "methodcaller"})
_KEYED_METHODS = {"pop": 0.9, "remove": 0.9, "__getitem__": 1.0, "move_to_end": 0.9, "popitem": 0.7, "itemgetter": 0.6}


def names(node: ast.AST, reading: Reading) -> Iterator[Possible]:
    if isinstance(node, ast.Name) and node.id == reading.detail and not isinstance(node.ctx, ast.Store):
        yield Possible(node, node)
    elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name) and node.target.id == reading.detail:
        # Changed in place, and so read first.
        yield Possible(node, node.target)


def attributes(node: ast.AST, reading: Reading) -> Iterator[Possible]:
    """``x.name``, and ``getattr(x, "name")``; private names as the class body mangles them."""
    wanted = reading.detail or ""
    if isinstance(node, ast.Attribute) and (node.attr == wanted or _mangled(node.attr, wanted)):
        yield Possible(node, node.value, expected=reading.bad_type)
    if isinstance(node, ast.Call) and callee_name(node) in _ATTRIBUTE_CALLS and len(node.args) == 2:
        named = node.args[1]
        if not isinstance(named, ast.Constant) or named.value == wanted:
            yield Possible(node, node.args[0], 0.8 if isinstance(named, ast.Constant) else 0.5, expected=reading.bad_type)


def _mangled(attribute: str, wanted: str) -> bool:
    return attribute.startswith("__") and not attribute.endswith("__") and wanted.startswith("_") and wanted.endswith(attribute)


def items(node: ast.AST, reading: Reading) -> Iterator[Possible]:
    if not isinstance(node, ast.Subscript):
        return
    if reading.family is Family.INDEX_OUT_OF_RANGE and isinstance(node.slice, ast.Slice):
        return
    if reading.family in {Family.MISSING_KEY, Family.INDEX_OUT_OF_RANGE} and isinstance(node.ctx, ast.Store):
        weight = 0.6 if reading.family is Family.INDEX_OUT_OF_RANGE else 0.2
        yield Possible(node, node.value, weight, key=node.slice)
        return
    if reading.family is Family.WRONG_TYPE and reading.detail in {"list", "string", "tuple", "str", "byte", "bytes", "range"}:
        container = {"string": "str", "byte": "bytes"}.get(reading.detail, reading.detail)
        yield Possible(node, node.value, expected=container, key=node.slice)
        return
    yield Possible(node, node.value, expected=reading.bad_type, key=node.slice)


def item_methods(node: ast.AST, reading: Reading) -> Iterator[Possible]:
    """``d.pop(key)``, ``s.remove(x)``, ``mapping(key)``: methods that raise KeyError or IndexError like a subscript."""
    if not isinstance(node, ast.Call) or reading.family not in {Family.MISSING_KEY, Family.INDEX_OUT_OF_RANGE}:
        return
    weight = _KEYED_METHODS.get(callee_name(node))
    holder = receiver(node)
    if weight is None or holder is None or len(node.args) > 1:
        return
    yield Possible(node, holder, weight, key=node.args[0] if node.args else None)


def hashed(node: ast.AST, reading: Reading) -> Iterator[Possible]:
    if isinstance(node, ast.Subscript):
        yield Possible(node, node.slice, 0.9, expected=reading.bad_type)
    if isinstance(node, ast.Dict):
        for key in node.keys:
            if key is not None:
                yield Possible(node, key, 0.9, expected=reading.bad_type)
    if isinstance(node, ast.Set):
        for element in node.elts:
            yield Possible(node, element, 0.9, expected=reading.bad_type)
    if isinstance(node, ast.SetComp):
        yield Possible(node, node.elt, 0.9, expected=reading.bad_type)
    if isinstance(node, ast.DictComp):
        yield Possible(node, node.key, 0.9, expected=reading.bad_type)


def any_access(node: ast.AST, reading: Reading) -> Iterator[Possible]:
    """The last resort: properties, operators and iteration run code as well."""
    if isinstance(node, ast.Subscript):
        yield Possible(node, node.value, 0.4, expected=reading.bad_type, key=node.slice)
    if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
        yield Possible(node, node.value, 0.2, expected=reading.bad_type)
    if isinstance(node, ast.BinOp):
        yield Possible(node, node.left, 0.3, expected=reading.bad_type)
    if isinstance(node, ast.For | ast.AsyncFor | ast.comprehension):
        yield Possible(node.iter, node.iter, 0.3, expected=reading.bad_type)

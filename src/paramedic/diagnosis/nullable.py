"""Which expressions may give None, and why: a table of well-known APIs, and the shape of the expression itself."""

from __future__ import annotations

import ast

from paramedic.diagnosis.candidates import callee_name, receiver, tail
from paramedic.diagnosis.vocabulary import words

_MISSING = "gives None when the key is missing"
_UNMATCHED = "gives None when the pattern does not match"
_NOTHING = "gives None when there is nothing to find"
_NO_ROW = "gives None when there is no row"
_BY_CALLEE = {
    "get": _MISSING,
    "getenv": "gives None when the variable is not set",
    "match": _UNMATCHED,
    "search": _UNMATCHED,
    "fullmatch": _UNMATCHED,
    "group": "gives None for an optional group that took no part in the match",
    "find": _NOTHING,
    "findtext": _NOTHING,
    "find_one": _NOTHING,
    "select_one": _NOTHING,
    "find_next": _NOTHING,
    "find_parent": _NOTHING,
    "getparent": "gives None at the root",
    "getnext": "gives None for the last one",
    "getprevious": "gives None for the first one",
    "which": _NOTHING,
    "first": _NO_ROW,
    "last": _NO_ROW,
    "fetchone": _NO_ROW,
    "one_or_none": _NO_ROW,
    "scalar": _NO_ROW,
    "scalar_one_or_none": _NO_ROW,
    "get_or_none": _NO_ROW,
    "getmodule": "gives None when the object has no module",
    "getdoc": "gives None without a docstring",
    "currentframe": "gives None where frames are not supported",
    "find_spec": "gives None when the module does not exist",
    "get_data": "gives None when the loader has no data",
    "guess_type": "gives None for an unknown type",
    "guess_extension": "gives None for an unknown type",
    "utcoffset": "gives None for a naive value",
    "tzname": "gives None for a naive value",
    "poll": "gives None while the process runs",
    "safe_load": "gives None for an empty document",
    "full_load": "gives None for an empty document",
    "load": "gives None for an empty or null document",
    "loads": "gives None for a null document",
    "json": "gives None for a null document",
    "get_json": "gives None when the body is not JSON",
    "getchannel": "gives None when nothing is found",
    "get_content_charset": "gives None when no charset is declared",
    "get_payload": "gives None when there is no payload",
    "get_param": "gives None when the parameter is missing",
    "get_filename": "gives None when no name is declared",
}
_IN_PLACE = words("sort append extend insert reverse update clear add discard remove write_text shuffle")
_DEFAULTED = {"getattr": 2, "next": 1, "pop": 1, "get": 1, "getenv": 1}


def why_none(node: ast.expr) -> str | None:
    """One clause that says when the expression gives None; None when nothing says that it may."""
    if isinstance(node, ast.Constant):
        return "is None" if node.value is None else None
    if isinstance(node, ast.Call):
        return _why_call(node)
    if isinstance(node, ast.IfExp):
        return _why_conditional(node)
    if isinstance(node, ast.BoolOp):
        return _why_bool(node)
    if isinstance(node, ast.Await | ast.NamedExpr):
        return why_none(node.value)
    if isinstance(node, ast.Attribute) and node.attr in {"__doc__", "lastgroup", "lastindex", "__spec__", "f_back", "tzinfo"}:
        return f"`.{node.attr}` may be None"
    return None


def _why_call(call: ast.Call) -> str | None:
    name = callee_name(call)
    given = len(call.args) + len(call.keywords)
    place = _DEFAULTED.get(name)
    if place is not None and given > place:
        default = call.args[place] if len(call.args) > place else call.keywords[-1].value
        return f"`{name}()` is given None as its default" if _is_none(default) else None
    if name in _IN_PLACE and receiver(call) is not None:
        return f"`{name}()` changes its receiver in place and gives None"
    if name == "next" or (name in {"first", "last", "json", "find"} and given > 3):
        return None
    reason = _BY_CALLEE.get(name)
    return f"`{name}()` {reason}" if reason else None


def _why_conditional(node: ast.IfExp) -> str | None:
    condition = ast.unparse(node.test)
    for branch, when in ((node.body, f"when `{condition}`"), (node.orelse, f"unless `{condition}`")):
        if _is_none(branch):
            return f"it is None {when}"
        inner = why_none(branch)
        if inner:
            return inner
    return None


def _why_bool(node: ast.BoolOp) -> str | None:
    if isinstance(node.op, ast.Or):
        return why_none(node.values[-1])
    return next((reason for reason in map(why_none, node.values) if reason), None)


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


_STRINGS = words(
    "str format join strip lstrip rstrip lower upper title replace decode hexdigest strftime isoformat read_text repr unparse"
)
_LISTS = words("list split rsplit splitlines sorted keys values items findall readlines listdir")
_INTEGERS = words("len int ord count index toordinal weekday bit_length")


def static_type(node: ast.expr) -> str | None:
    """The builtin type that an expression surely has; None when its text does not say."""
    if isinstance(node, ast.Constant):
        return type(node.value).__name__
    for kinds, name in _BY_NODE:
        if isinstance(node, kinds):
            return name
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod | ast.Add) and static_type(node.left) == "str":
        return "str"
    if isinstance(node, ast.Call):
        return _call_type(tail(node.func))
    return None


_BY_NODE: tuple[tuple[tuple[type[ast.expr], ...], str], ...] = (
    ((ast.JoinedStr,), "str"),
    ((ast.List, ast.ListComp), "list"),
    ((ast.Dict, ast.DictComp), "dict"),
    ((ast.Set, ast.SetComp), "set"),
    ((ast.Tuple,), "tuple"),
    ((ast.Compare,), "bool"),
    ((ast.GeneratorExp,), "generator"),
    ((ast.Lambda,), "function"),
)


def _call_type(name: str) -> str | None:
    if name in {"dict", "set", "tuple", "frozenset", "bytes", "bytearray", "float", "bool"}:
        return name
    for names, result in ((_STRINGS, "str"), (_LISTS, "list"), (_INTEGERS, "int")):
        if name in names:
            return result
    return "bytes" if name in {"encode", "read_bytes", "digest"} else None

"""What a captured variable tells: its type, whether it is None or empty, and its value when it is a whole literal.

SDKs send ``repr`` strings, lists and objects, cut to ten items and five levels. Nothing here is evaluated: literals are
parsed, everything else is judged by how it looks.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping

from paramedic.diagnosis.vocabulary import words
from paramedic.model.event import Captured, Frame

SEQUENCES = frozenset({"list", "tuple", "set", "frozenset", "deque"})
_NUMBER = re.compile(r"[+-]?\d[\d_]*\Z")
_FLOAT = re.compile(r"[+-]?(\d+\.\d*([eE][+-]?\d+)?|\d+[eE][+-]?\d+|inf|nan)\Z")
_TEXT = re.compile(r"[uU]?['\"]")
_BYTES = re.compile(r"[bB][rR]?['\"]")
_INSTANCE = re.compile(r"<(?:[\w.<>]*\.)?(\w+)(?: object)?(?: at 0x[0-9a-fA-F]+|[ :=].*)?>\Z", re.DOTALL)
_CONSTRUCTED = re.compile(r"(?:\w+\.)*(\w+)\(")
_OPENING = {"{": frozenset({"dict", "set"}), "[": frozenset({"list"}), "(": frozenset({"tuple"})}
_MARKED = {
    "<class ": "type",
    "<enum ": "type",
    "<function ": "function",
    "<bound method ": "method",
    "<built-in ": "builtin_function_or_method",
    "<module ": "module",
    "<generator ": "generator",
    "<coroutine ": "coroutine",
    "<_io.": "TextIOWrapper",
}
_WORDS = {
    "None": "NoneType",
    "True": "bool",
    "False": "bool",
    "set()": "set",
    "Ellipsis": "ellipsis",
    "NotImplemented": "NotImplementedType",
}
_UNREADABLE = ("[Filtered]", "<unprintable", "<broken repr>", "<unrepresentable")
_RELATED = {"bool": {"int"}, "int": {"bool"}, "type": {"ABCMeta", "EnumMeta", "EnumType", "ModelBase"}}


def types(value: Captured) -> frozenset[str]:
    """The type names that the value may have; empty when its repr does not tell."""
    if value is None:
        return frozenset({"NoneType"})
    if isinstance(value, bool | int | float):
        return frozenset({type(value).__name__})
    if isinstance(value, list):
        return SEQUENCES
    if isinstance(value, dict):
        return frozenset({"dict"})
    return _types_of_repr(value.strip())


def _types_of_repr(text: str) -> frozenset[str]:
    if not text or text.startswith(_UNREADABLE):
        return frozenset()
    if text in _WORDS:
        return frozenset({_WORDS[text]})
    for mark, name in _MARKED.items():
        if text.startswith(mark):
            return frozenset({name})
    for pattern, name in ((_NUMBER, "int"), (_FLOAT, "float"), (_TEXT, "str"), (_BYTES, "bytes")):
        if pattern.match(text):
            return frozenset({name})
    if text[0] in _OPENING:
        return _OPENING[text[0]]
    named = _INSTANCE.match(text) or _CONSTRUCTED.match(text)
    return frozenset({named.group(1)}) if named else frozenset()


def is_type(value: Captured, name: str) -> bool | None:
    """Whether the value is of the type that a message names; None when the capture does not tell.

    A repr may lie about a class (``Text('x')`` of a subclass of str), so only plain builtins contradict.
    """
    known = types(value)
    if not known:
        return None
    short = name.rsplit(".", 1)[-1]
    if short in known or any(short in _RELATED.get(each, ()) for each in known):
        return True
    # A class with a repr of its own may look like anything but None.
    if short == "NoneType" or (known <= _BUILTIN and (short in _BUILTIN or known <= {"NoneType", "int", "float", "bool"})):
        return False
    return None


_BUILTIN = words("""
    NoneType bool int float str bytes list tuple set frozenset deque dict type function method module generator coroutine
    builtin_function_or_method
""")


def is_none(value: Captured) -> bool:
    return value is None or value == "None"


def is_empty(value: Captured) -> bool | None:
    """Whether a container or string is empty; None when it is neither or cannot be told."""
    if isinstance(value, list | dict):
        return not value
    if isinstance(value, str):
        text = value.strip()
        if text in {"''", '""', "b''", 'b""', "[]", "()", "{}", "set()", "frozenset()", "deque([])"}:
            return True
        return False if types(value) & {"str", "bytes", "list", "tuple", "dict"} else None
    return None


def is_zero(value: Captured) -> bool | None:
    if isinstance(value, bool | int | float):
        return value == 0
    if isinstance(value, str) and types(value) <= {"int", "float", "bool"} and types(value):
        return value.strip() in {"0", "False"} or bool(re.fullmatch(r"[+-]?0*\.?0*(e[+-]?\d+)?", value.strip()))
    return None


def literal(value: Captured) -> object:
    """The value of a whole literal, or ``UNKNOWN``. Truncated, filtered and object reprs are unknown."""
    if not isinstance(value, str):
        return value if value is None or isinstance(value, bool | int | float) else UNKNOWN
    try:
        return ast.literal_eval(value)
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
        return UNKNOWN


class _Unknown:
    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: object = _Unknown()


def length(value: Captured) -> int | None:
    """How many items a container holds; None at ten or more, where the SDK cuts."""
    if isinstance(value, list | dict):
        return len(value) if len(value) < 10 else None
    known = literal(value)
    return len(known) if isinstance(known, str | bytes | list | tuple | dict | set) else None


class Variables:
    """The captured variables of one frame, looked up by expression.

    ``lookup`` follows names, literal subscripts into captured containers, and attributes that were captured under a
    dotted name; it answers ``MISSING`` for everything that was not captured.
    """

    def __init__(self, frame: Frame) -> None:
        self.mapping: Mapping[str, Captured] = frame.variables

    def lookup(self, node: ast.AST) -> Captured | Missing:
        if isinstance(node, ast.Constant):
            return _constant(node.value)
        if isinstance(node, ast.Name):
            return self.mapping.get(node.id, MISSING)
        if isinstance(node, ast.Attribute):
            return self.mapping.get(ast.unparse(node), MISSING)
        if isinstance(node, ast.Subscript):
            return self._item(node)
        if isinstance(node, ast.NamedExpr):
            return self.lookup(node.target)
        return _display(node)

    def _item(self, node: ast.Subscript) -> Captured | Missing:
        container, key = self.lookup(node.value), self.lookup(node.slice)
        if isinstance(key, Missing):
            return MISSING
        wanted = literal(key)
        if isinstance(container, list) and isinstance(wanted, int) and 0 <= wanted < len(container):
            return container[wanted]
        if isinstance(container, dict):
            return container.get(wanted if isinstance(wanted, str) else str(key), container.get(str(key), MISSING))
        return MISSING


class Missing:
    def __repr__(self) -> str:
        return "MISSING"


MISSING = Missing()


def _constant(value: object) -> Captured | Missing:
    return MISSING if isinstance(value, complex) or value is Ellipsis else repr(value)


def _display(node: ast.AST) -> Captured | Missing:
    """The type of a literal display, an f-string or a string operation, as an empty-looking repr of it."""
    if isinstance(node, ast.JoinedStr):
        return "'…'"
    if isinstance(node, ast.List | ast.ListComp):
        return "[]" if isinstance(node, ast.List) and not node.elts else "[…]"
    if isinstance(node, ast.Tuple):
        return "(…)" if node.elts else "()"
    if isinstance(node, ast.Dict | ast.DictComp):
        return {} if isinstance(node, ast.Dict) and not node.keys else {"…": "…"}
    return MISSING

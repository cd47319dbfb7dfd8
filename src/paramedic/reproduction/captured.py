"""Captured variables as typed values. They are ``repr`` texts written by the crashed process: parsed, never evaluated.

SDKs send containers as JSON lists and objects whose leaves are ``repr`` strings, at most ten items each. A list may have
been a tuple or a set, and a key is the ``str`` of what it was, so both are only as good as their later use shows.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from paramedic.model.event import Captured

_BREADTH = 10
_DEEPEST = 40
_LONGEST = 50_000

Scalar: TypeAlias = "str | bytes | int | float | complex | bool | None"


@dataclass(frozen=True, slots=True)
class Literal:
    """A plain value; ``complete`` is False for the visible beginning of a text that was cut."""

    value: Scalar
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Items:
    """A list, tuple, set or frozenset. ``certain`` is False where only the wire's list is known."""

    kind: str
    items: tuple[Value, ...]
    complete: bool = True
    certain: bool = True


@dataclass(frozen=True, slots=True)
class Pairs:
    """A mapping. ``certain`` is False where keys are only known as text."""

    items: tuple[tuple[Value, Value], ...]
    complete: bool = True
    certain: bool = True


@dataclass(frozen=True, slots=True)
class Constructed:
    """A constructor-like repr: ``Decimal('2')``, ``Point(x=1, y=2)``."""

    name: str
    arguments: tuple[Value, ...] = ()
    keywords: tuple[tuple[str, Value], ...] = ()


@dataclass(frozen=True, slots=True)
class Instance:
    """An object known by its class, as far as the repr says it; equal addresses are the same object."""

    name: str
    address: str | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Reference:
    """A class, function, module or bound method, by dotted name."""

    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Member:
    """A member of an enumeration."""

    enumeration: str
    name: str


@dataclass(frozen=True, slots=True)
class Opened:
    """A file object. ``name`` is None for a wrapper over something else."""

    name: str | None
    mode: str
    encoding: str | None = None


@dataclass(frozen=True, slots=True)
class Matched:
    """A match of a regular expression, whose pattern is not in its repr."""

    start: int
    text: str


@dataclass(frozen=True, slots=True)
class Kept:
    """An object of the event's snapshot, by its number there, and its class or, for a shared container, its kind."""

    number: int
    name: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that cannot be told; ``reason`` says why, in words for a reader."""

    text: str
    reason: str


Value: TypeAlias = "Literal | Items | Pairs | Constructed | Instance | Reference | Member | Opened | Matched | Kept | Unknown"


def parse_captured(captured: Captured, depth: int = 0) -> Value:
    """The value that an SDK's entry stands for; never raises."""
    if depth > _DEEPEST:
        return Unknown("", "nested too deeply")
    if isinstance(captured, list):
        items = tuple(parse_captured(item, depth + 1) for item in captured)
        return Items("list", items, complete=len(items) < _BREADTH, certain=False)
    if isinstance(captured, dict):
        pairs = tuple((Literal(key), parse_captured(item, depth + 1)) for key, item in captured.items())
        return Pairs(pairs, complete=len(pairs) < _BREADTH, certain=False)
    if isinstance(captured, str):
        return parse_repr(captured)
    return Literal(captured)


def parse_repr(text: str) -> Value:
    """The value of one ``repr`` text; never raises."""
    text = text.strip()
    if text in {"[Filtered]", "[redacted]", "********"}:
        return Unknown(text, "filtered by the SDK")
    if len(text) > _LONGEST:
        return Unknown(text[:80], "too long")
    if text.startswith("<"):
        return _angled(text)
    shielded, hidden = _shield(text)
    try:
        tree = ast.parse(shielded, mode="eval")
        return _from_node(tree.body, hidden)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return _cut(text)


def _cut(text: str) -> Value:
    """A text that was cut keeps its beginning: ``'abc...`` is a string that starts with ``abc``."""
    match = re.fullmatch(r"""(b?)(['"])(.*?)(?:\.\.\.)?""", text, re.DOTALL)
    if match:
        prefix, quote, inside = match.groups()
        for end in range(len(inside), max(len(inside) - 12, -1), -1):
            try:
                return Literal(ast.literal_eval(f"{prefix}{quote}{inside[:end]}{quote}"), complete=False)
            except (SyntaxError, ValueError, MemoryError):
                continue
    return Unknown(text[:200], "not a readable repr")


def _shield(text: str) -> tuple[str, dict[str, str]]:
    """Replace each ``<…>`` outside of quotes by a name, so that the rest parses as an expression."""
    parts: list[str] = []
    hidden: dict[str, str] = {}
    position = 0
    for start, end in _angles(text):
        name = f"_hidden_{len(hidden)}"
        hidden[name] = text[start:end]
        parts += [text[position:start], name]
        position = end
    return "".join([*parts, text[position:]]), hidden


def _angles(text: str) -> Iterator[tuple[int, int]]:
    quote, depth, start, position = "", 0, 0, 0
    while position < len(text):
        char = text[position]
        if quote:
            position += char == "\\"
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        elif char == "<":
            start = start if depth else position
            depth += 1
        elif char == ">" and depth:
            depth -= 1
            if not depth:
                yield start, position + 1
        position += 1


def _from_node(node: ast.expr, hidden: dict[str, str]) -> Value:
    if isinstance(node, ast.Constant):
        return Unknown("...", "an ellipsis") if node.value is Ellipsis else Literal(node.value)
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        kind = {ast.List: "list", ast.Tuple: "tuple", ast.Set: "set"}[type(node)]
        return Items(kind, tuple(_from_node(item, hidden) for item in node.elts))
    if isinstance(node, ast.Dict):
        return _mapping(node, hidden)
    if isinstance(node, ast.Call):
        return _constructed(node, hidden)
    if isinstance(node, ast.Name):
        return _named(node.id, hidden)
    if isinstance(node, ast.UnaryOp | ast.BinOp):
        return _number(node)
    if isinstance(node, ast.Attribute | ast.Subscript):
        return Reference("type", ast.unparse(node)) if isinstance(node, ast.Subscript) else _attribute(node)
    return Unknown(ast.unparse(node)[:200], "not a plain value")


def _attribute(node: ast.Attribute) -> Value:
    name = dotted(node)
    return Member(*name.rsplit(".", 1)) if name and "." in name else Unknown(ast.unparse(node)[:200], "not a plain value")


def _mapping(node: ast.Dict, hidden: dict[str, str]) -> Value:
    pairs = [(_from_node(key, hidden), _from_node(item, hidden)) for key, item in zip(node.keys, node.values, strict=True) if key]
    return Pairs(tuple(pairs))


def _named(name: str, hidden: dict[str, str]) -> Value:
    if name in hidden:
        return _angled(hidden[name])
    if name in {"nan", "inf"}:
        return Literal(float(name))
    return Reference("name", name)


def _number(node: ast.UnaryOp | ast.BinOp) -> Value:
    if isinstance(node, ast.UnaryOp) and ast.unparse(node) == "-inf":
        return Literal(float("-inf"))
    try:
        return Literal(ast.literal_eval(node))
    except (ValueError, TypeError):
        return Unknown(ast.unparse(node)[:200], "not a plain value")


_VIEWS = {"dict_keys": "list", "dict_values": "list", "dict_items": "list", "odict_keys": "list", "odict_values": "list"}
_CONTAINERS = {"set", "frozenset", "list", "tuple"}


def _constructed(node: ast.Call, hidden: dict[str, str]) -> Value:
    name = dotted(node.func)
    if name is None or any(isinstance(item, ast.Starred) for item in node.args):
        return Unknown(ast.unparse(node)[:200], "not a plain value")
    arguments = tuple(_from_node(item, hidden) for item in node.args)
    keywords = tuple((item.arg, _from_node(item.value, hidden)) for item in node.keywords if item.arg)
    if name in _VIEWS and arguments:
        return arguments[0]
    if name in _CONTAINERS and not keywords and len(arguments) <= 1:
        inner = arguments[0] if arguments else Items("list", ())
        return Items(name, inner.items) if isinstance(inner, Items) else Constructed(name, arguments)
    return Constructed(name, arguments, keywords)


def dotted(node: ast.expr) -> str | None:
    """``a.b.c`` of a chain of names, None for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return f"{before}.{node.attr}" if before else None
    return None


_NAME = r"[A-Za-z_][\w.]*(?:\.<locals>\.[\w.<>]+)?"
_ADDRESS = r"(?: at (0x[0-9a-fA-F]+))?"
_CLASS = re.compile(rf"<(?:class|enum|type|flag) '({_NAME})'>")
_FUNCTION = re.compile(rf"<(?:built-in )?(?:function|method) ([\w.<>]+)(?: of .*)?{_ADDRESS}>")
_BOUND = re.compile(r"<bound method ([\w.<>]+) of (.*)>", re.DOTALL)
_MODULE = re.compile(r"<module '([\w.]+)'.*>")
_MEMBER = re.compile(r"<([A-Za-z_][\w.]*)\.([A-Za-z_]\w*): .*>", re.DOTALL)
_OBJECT = re.compile(rf"<({_NAME})(?: object)?{_ADDRESS}>")
_FILE = re.compile(
    r"<_io\.(\w+)(?: name=(?P<name>'[^']*'|\"[^\"]*\"|\d+))?(?: mode='(?P<mode>[^']*)')?(?: encoding='(?P<enc>[^']*)')?>"
)
_MATCH = re.compile(r"<(?:re\.Match|_sre\.SRE_Match) object; span=\((\d+), \d+\), match=(.*)>", re.DOTALL)
_FIRST = re.compile(rf"<({_NAME})\b")


def _angled(text: str) -> Value:
    if match := _CLASS.fullmatch(text):
        return Reference("class", match[1])
    if match := _MODULE.fullmatch(text):
        return Reference("module", match[1])
    if match := _BOUND.fullmatch(text):
        return Reference("method", match[1])
    if match := _FUNCTION.fullmatch(text):
        return Reference("function", match[1])
    if match := _MATCH.fullmatch(text):
        inside = parse_repr(match[2])
        return Matched(int(match[1]), inside.value if isinstance(inside, Literal) and isinstance(inside.value, str) else "")
    if match := _FILE.fullmatch(text):
        name = (match["name"] or "").strip("'\"")
        return Opened(name or None, match["mode"] or ("rb" if "Text" not in match[1] else "r"), match["enc"])
    if match := _OBJECT.fullmatch(text):
        return Instance(match[1], match[2], text)
    if match := _MEMBER.fullmatch(text):
        return Member(match[1], match[2])
    return _loose(text)


def _loose(text: str) -> Value:
    """``<Command serve>``, ``<Response [404]>``: the first word is most often the class."""
    address = re.search(r"0x[0-9a-fA-F]+", text)
    match = _FIRST.match(text)
    if match:
        return Instance(match[1], address[0] if address else None, text[:200])
    return Unknown(text[:200], "not a readable repr")

"""Text and bytes: one taken for the other, split into too many parts, or formatted with the wrong arguments."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from paramedic.model.diagnosis import Family
from paramedic.repair.draft import Draft
from paramedic.repair.sheet import Replacement
from paramedic.repair.site import Site
from paramedic.repair.slips.reading import atom, guess, header, mending, shown, slip, statement_calls, types_in

_TOO_MANY = re.compile(r"^too many values to unpack \(expected (\d+)")
_PAIRS = re.compile(r"^dictionary update sequence element #\d+ has length (\d+); 2 is required")
_WANTS_BYTES = re.compile(
    r"a bytes-like object is required, not 'str'|[Ss]trings must be encoded before hashing"
    r"|expected bytes or bytearray, but got 'str'"
    r"|must be bytes or a tuple of bytes, not str|Unicode-objects must be encoded|expected a bytes-like object, str found"
    r"|can't concat str to bytes"
)
_WANTS_TEXT = re.compile(
    r"write\(\) argument must be str, not bytes|must be str or a tuple of str, not bytes|can't use a string pattern"
    r"|cannot use a string pattern on a bytes-like|'in <string>' requires string as left operand, not bytes"
)
_OF_TEXT = frozenset(name for name in dir(str) if not name.startswith("_")) - frozenset(("index", "count"))
_SCALARS = frozenset(("int", "float", "bool", "Decimal", "UUID", "PosixPath", "datetime", "date"))


def split_once(site: Site) -> Iterator[Draft]:
    """Unpacking the parts of a split: the separator may occur in the last part too."""
    many, pairs = _TOO_MANY.match(site.message), _PAIRS.match(site.message)
    parts = int(many[1]) if many else 2 if pairs and int(pairs[1]) > 2 else 0
    if site.depth or parts < 2:
        return
    for call in statement_calls(site):
        if _method(call) in {"split", "rsplit"} and len(call.args) == 1 and not call.keywords:
            parent = site.module.parent(call)
            unpacked = isinstance(parent, ast.Assign | ast.GeneratorExp | ast.ListComp | ast.withitem)
            end = site.sheet.end(call.args[0])
            yield slip(
                "split-once",
                0.75 if unpacked else 0.5,
                f"{parts} parts are wanted; the separator may occur again in the last one.",
                Replacement(end, end, f", {parts - 1}"),
            )


def tuple_formatted(site: Site) -> Iterator[Draft]:
    """``"%s" % value`` with a tuple for the value: it is taken for the list of arguments."""
    node = site.expression
    if site.depth or "not all arguments converted" not in site.message or not isinstance(node, ast.BinOp):
        return
    if shown(site, node.right).startswith(("(", "[")) and not isinstance(node.right, ast.Tuple):
        yield slip("one-argument", 0.85, "A tuple on the right of `%` is taken for the list of arguments.",
                   site.sheet.replace(node.right, f"({site.source(node.right)},)"))  # fmt: skip


def number_formatted(site: Site) -> Iterator[Draft]:
    """``%d`` for what may be no number."""
    node = site.expression
    if (
        site.depth
        or not re.match(r"^%[dif] format: a (?:real )?number is required", site.message)
        or not isinstance(node, ast.BinOp)
    ):
        return
    left = node.left
    if isinstance(left, ast.Constant) and isinstance(left.value, str) and len(re.findall(r"%[dif]", left.value)) == 1:
        text = re.sub(r"%[dif]", "%s", site.source(left))
        yield guess("any-format", 0.45, "`%s` takes whatever there is.", site.sheet.replace(left, text))


def encoded(site: Site) -> Iterator[Draft]:
    """Text where bytes are wanted: a literal gets its ``b``, a value is encoded."""
    if site.depth or not _WANTS_BYTES.search(site.message):
        return
    for node in _arguments(site):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.isascii():
            at = site.sheet.start(node)
            holder = site.expression.func if isinstance(site.expression, ast.Call) else site.expression
            mend = mending(site, holder.value) if isinstance(holder, ast.Attribute) else slip
            yield mend("bytes-literal", 0.75, "Bytes are compared with bytes.", Replacement(at, at, "b"))
        elif shown(site, node)[:1] in {"'", '"'} or isinstance(node, ast.JoinedStr) or _gives_text(node):
            mend = slip if "hashing" in site.message else mending(site, node)
            yield mend("encode", 0.75, "Bytes are wanted; text is encoded to them.",
                       site.sheet.replace(node, f"{atom(site, node)}.encode()"))  # fmt: skip


def decoded(site: Site) -> Iterator[Draft]:
    """Bytes where text is wanted."""
    if site.depth or not _WANTS_TEXT.search(site.message):
        return
    for node in _arguments(site):
        if shown(site, node).startswith(("b'", 'b"', "bytearray(")) or (isinstance(node, ast.Call) and _method(node) == "encode"):
            yield mending(site, node)("decode", 0.65, "Text is wanted; bytes are decoded to it.",
                       site.sheet.replace(node, f"{atom(site, node)}.decode()"))  # fmt: skip


def _gives_text(node: ast.expr) -> bool:
    if isinstance(node, ast.BinOp):
        return _gives_text(node.left) or _gives_text(node.right)
    if isinstance(node, ast.Call):
        return _method(node) in {"str", "dumps", "format", "join", "strip", "lower", "upper", "isoformat", "decode"}
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _method(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _arguments(site: Site) -> Iterator[ast.expr]:
    for node in header(site.statement):
        if isinstance(node, ast.Call):
            yield from node.args
        elif isinstance(node, ast.Compare):
            yield from (node.left, *node.comparators)
        elif isinstance(node, ast.BinOp):
            yield from (node.left, node.right)


def decoded_already(site: Site) -> Iterator[Draft]:
    """``.decode()`` of what is text since Python 3; ``.encode()`` of what is bytes."""
    node = site.expression
    wrong = {"'str' object has no attribute 'decode'": "decode", "'bytes' object has no attribute 'encode'": "encode"}
    method = next((name for message, name in wrong.items() if message in site.message), None)
    if site.depth or method is None or not isinstance(node, ast.Attribute):
        return
    call, holder = site.module.parent(node), site.source(node.value)
    if isinstance(call, ast.Call):
        kind = "str" if method == "decode" else "bytes"
        yield mending(site, node.value)("as-it-is", 0.7, f"The value is `{kind}` already.", site.sheet.replace(call, holder))
        yield slip("as-it-is", 0.65, f"The value may be `{kind}` already.",
                   site.sheet.replace(call, f"({holder} if isinstance({holder}, {kind}) else {site.source(call)})"))  # fmt: skip


def text_of_scalar(site: Site) -> Iterator[Draft]:
    """A method of text on a number or the like: its text is what is wanted."""
    node = site.expression
    kinds = {kind.rsplit(".", 1)[-1] for kind in types_in(site)[:1]}
    if site.depth or site.family is not Family.MISSING_ATTRIBUTE or not isinstance(node, ast.Attribute):
        return
    if node.attr in _OF_TEXT and kinds & _SCALARS:
        precedent = f"str({site.source(node.value)})" in site.sheet.text
        make = slip if precedent else guess
        yield make("to-text", 0.7 if precedent else 0.5, f"`{node.attr}` is asked of text.",
                   site.sheet.replace(node.value, f"str({site.source(node.value)})"))  # fmt: skip


def lenient(site: Site) -> Iterator[Draft]:
    """``errors=`` where bytes that came from outside are decoded, as this module does elsewhere."""
    if site.depth or site.family is not Family.BAD_ENCODING:
        return
    elsewhere = re.search(r"errors\s*=\s*(['\"]\w+['\"])", site.sheet.text)
    policy = elsewhere[1] if elsewhere else '"replace"'
    for call in statement_calls(site):
        if _method(call) not in {"decode", "encode", "open", "read_text"} or any(word.arg == "errors" for word in call.keywords):
            continue
        end = site.sheet.end(call) - 1
        given = bool(call.args or call.keywords)
        make = slip if elsewhere else guess
        yield make("lenient", 0.6 if elsewhere else 0.3, "What comes from outside need not be valid in this encoding.",
                   Replacement(end, end, f"{', ' if given else ''}errors={policy}"))  # fmt: skip


def serialised(site: Site) -> Iterator[Draft]:
    """``json.dumps`` with the ``default`` that this code base gives it elsewhere."""
    if site.depth or "is not JSON serializable" not in site.message:
        return
    elsewhere = re.search(r"dumps\([^\n]*?default\s*=\s*([\w.]+)", site.sheet.text)
    for call in statement_calls(site):
        if _method(call) in {"dumps", "dump"} and not any(word.arg in {"default", "cls"} for word in call.keywords):
            end = site.sheet.end(call) - 1
            make = slip if elsewhere else guess
            yield make("json-default", 0.75 if elsewhere else 0.45, "What JSON has no notion of is written as text.",
                       Replacement(end, end, f", default={elsewhere[1] if elsewhere else 'str'}"))  # fmt: skip

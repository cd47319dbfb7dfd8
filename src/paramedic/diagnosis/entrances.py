"""Where a value enters the repository other than as an argument, and which way it took there."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from paramedic.diagnosis.candidates import callee_name
from paramedic.diagnosis.captured import Missing, Variables, is_empty, is_none, is_zero
from paramedic.diagnosis.scene import Scene
from paramedic.diagnosis.vocabulary import words

_RECEIVING = words("""
    recv recvfrom recv_bytes recv_json recv_string recv_multipart readexactly readuntil receive receive_json receive_text
    receive_bytes iter_text iter_bytes get_json
""")


def receives(call: ast.Call) -> bool:
    """Whether a call that is not the repository's own takes what another process sent: of a socket, a stream, a request."""
    return callee_name(call) in _RECEIVING


def is_request(imported: str) -> bool:
    """Whether an imported name is the request at hand, as Flask, Quart and Bottle give it."""
    module, _, name = imported.rpartition(".")
    return name == "request" and bool(module)


def not_taken(scene: Scene | None, option: ast.expr) -> bool:
    """Whether ``option or other`` went on to ``other``, as the captured variables show it."""
    value = Variables(scene.mapped.frame).lookup(option) if scene is not None else None
    if scene is None or isinstance(value, Missing):
        return False
    return is_none(value) or bool(is_empty(value)) or bool(is_zero(value))


def lookup_keys(value: ast.expr | None) -> Sequence[ast.AST]:
    """What a value was looked up by: the key of a subscript, the arguments of a call."""
    if isinstance(value, ast.Await):
        value = value.value
    keys = [value.slice] if isinstance(value, ast.Subscript) else list(value.args) if isinstance(value, ast.Call) else []
    return [each for each in keys if isinstance(each, ast.Name | ast.Attribute | ast.Subscript)]

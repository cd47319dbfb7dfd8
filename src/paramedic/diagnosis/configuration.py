"""What a crash has to do with the settings of a deployment: the environment, a settings module, a file that they name."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Sequence

from paramedic.diagnosis.candidates import callee_name
from paramedic.diagnosis.fault import Found
from paramedic.diagnosis.origin import Step
from paramedic.diagnosis.vocabulary import words
from paramedic.model.diagnosis import Family
from paramedic.source.module import ParsedModule

SETTING = re.compile(r"\bos\.environ\b|\benviron\.get\(|\bgetenv\(|\bsettings\.[A-Z][A-Z0-9_]*\b")
_READING = words("""
    Path PurePath str fspath abspath realpath expanduser expandvars resolve absolute strip open read readlines read_text
    read_bytes load loads safe_load full_load parse dict copy deepcopy
""")
"""Calls that give a file of that name, or what it says."""


def lacks_demanded_key(found: Found, steps: Sequence[Step], module: ParsedModule) -> bool:
    """Whether the key is missing in a setting, or in the file that one names, and the code always wants it.

    It does when it writes the key out, and nowhere in the module makes do without it.
    """
    if found.fault.family is not Family.MISSING_KEY or not isinstance(found.key, ast.Constant) or not read_from_setting(steps):
        return False
    wanted = found.key.value
    spared = (node for node in module.nodes if isinstance(node, ast.Call) and callee_name(node) in {"get", "pop"})
    return not any(isinstance(each, ast.Constant) and each.value == wanted for call in spared for each in call.args[:1])


def read_from_setting(steps: Sequence[Step]) -> bool:
    """Whether a value is a setting, or was read from the file that it names, with nothing done to it on the way.

    Neither is the answer of a server whose address is a setting, nor a path that the code joins: its own part may be missing.
    """
    written = [step.hop.expression for step in steps]
    own = {each.removeprefix("def ") for each in written if each.startswith("def ")}
    trees = [_parsed(each) for each in written if not each.startswith("def ")]
    nodes = [node for tree in trees if tree is not None for node in ast.walk(tree)]
    return all(tree is not None for tree in trees) and all(_reads(node, own) for node in nodes) and any(map(_is_setting, nodes))


def _parsed(expression: str) -> ast.AST | None:
    """The syntax of a step; None of one that was cut or is no expression."""
    try:
        return ast.parse(expression)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return None


def _reads(node: ast.AST, own: Collection[str]) -> bool:
    """Whether the node neither makes a value of others nor calls what does. ``own`` functions are steps themselves."""
    if isinstance(node, ast.Call):
        return callee_name(node) in _READING or callee_name(node) in own or _is_setting(node)
    return not isinstance(node, ast.BinOp | ast.JoinedStr)


def _is_setting(node: ast.AST) -> bool:
    return isinstance(node, ast.Call | ast.Subscript | ast.Attribute) and bool(SETTING.match(ast.unparse(node)))

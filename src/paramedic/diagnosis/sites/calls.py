"""Calls: what is called, its arguments, its signature, and builtins that iterate, compare, hash or divide."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from paramedic.diagnosis.candidates import Possible, arguments, callee_name, receiver
from paramedic.diagnosis.reading import Reading
from paramedic.diagnosis.vocabulary import (
    ADDING,
    DIVIDING,
    FORMATTING,
    HASHING,
    ITERATING,
    ORDERING,
    READ_FROM_RECEIVER,
    SAME_CALL,
    WITHOUT_FRAMES,
)
from paramedic.model.diagnosis import Family


def called(node: ast.AST, reading: Reading) -> Iterator[Possible]:
    if isinstance(node, ast.Call):
        yield Possible(node, node.func, expected=reading.bad_type)


def signatures(node: ast.AST, reading: Reading) -> Iterator[Possible]:
    """The call of the function that the message names; ``Class.__init__`` is called by the class."""
    if not isinstance(node, ast.Call):
        return
    parts = [part for part in (reading.function or "").split(".") if part not in {"<locals>", "__init__", "__new__", "__call__"}]
    wanted = parts[-1] if parts else ""
    name = callee_name(node)
    if name == wanted:
        yield Possible(node, node)
    elif name in {"cls", "__class__", "super", "__init__", "partial"} or not name:
        yield Possible(node, node, 0.5)
    else:
        # An alias, a class held in a variable, a decorated callable.
        yield Possible(node, node, 0.3)


def arguments_of_calls(node: ast.AST, reading: Reading) -> Iterator[Possible]:
    """Each argument of each call, the receiver too; a call of the function that the message names weighs most."""
    if not isinstance(node, ast.Call):
        return
    name = callee_name(node)
    weight = _call_weight(name, reading) * (1.02 if isinstance(receiver(node), ast.Call) else 1.0)
    given = list(arguments(node))
    for position, argument in enumerate(given):
        yield Possible(node, argument, weight * (1.0 - 0.04 * min(position, 5)), expected=reading.bad_type)
    holder = receiver(node)
    if holder is not None:
        yield Possible(
            node, holder, weight * (1.02 if name in READ_FROM_RECEIVER or not given else 0.4), expected=reading.bad_type
        )
    if holder is None and not given:
        yield Possible(node, node, weight * 0.8)


def _call_weight(name: str, reading: Reading) -> float:
    wanted = (reading.function or "").split(".")[-1]
    if wanted:
        return 1.0 if wanted in {name, SAME_CALL.get(name)} else 0.3
    if reading.family is Family.NOT_FOUND_IN_SEQUENCE:
        return 1.0 if name in {"index", "remove", "rindex"} else 0.3
    if reading.family is Family.WRONG_TYPE and reading.other_type and name == "join":
        return 1.0
    return 0.6 if name in WITHOUT_FRAMES else 0.45


def iterating_calls(node: ast.AST, reading: Reading) -> Iterator[Possible]:
    if not isinstance(node, ast.Call):
        return
    if callee_name(node) in ITERATING:
        for argument in arguments(node):
            yield Possible(node, argument, 0.9, expected=reading.bad_type)
        return
    for each in node.args:
        if isinstance(each, ast.Starred):
            yield Possible(node, each.value, 0.95, expected=reading.bad_type)
    for keyword in node.keywords:
        if keyword.arg is None:
            yield Possible(node, keyword.value, 0.95, expected=reading.bad_type)


def operating_calls(node: ast.AST, _reading: Reading) -> Iterator[Possible]:
    """``sum(values)`` and friends add and multiply inside."""
    if isinstance(node, ast.Call) and callee_name(node) in ADDING:
        for argument in arguments(node):
            yield Possible(node, argument, 0.7)


def ordering_calls(node: ast.AST, _reading: Reading) -> Iterator[Possible]:
    if not isinstance(node, ast.Call) or callee_name(node) not in ORDERING:
        return
    if not node.args and (holder := receiver(node)) is not None:
        yield Possible(node, holder, 0.9)
    for argument in node.args:
        yield Possible(node, argument, 0.9)


def dividing_calls(node: ast.AST, _reading: Reading) -> Iterator[Possible]:
    if isinstance(node, ast.Call) and callee_name(node) in DIVIDING:
        for position, argument in enumerate(arguments(node)):
            yield Possible(node, argument, 0.75 + 0.05 * min(position, 2))


def hashing_calls(node: ast.AST, reading: Reading) -> Iterator[Possible]:
    if isinstance(node, ast.Call) and callee_name(node) in HASHING:
        for argument in arguments(node):
            yield Possible(node, argument, 0.8)
    elif isinstance(node, ast.Call):
        # A cached function hashes its arguments.
        for argument in arguments(node):
            yield Possible(node, argument, 0.25, expected=reading.bad_type)


def next_calls(node: ast.AST, _reading: Reading) -> Iterator[Possible]:
    if not isinstance(node, ast.Call):
        return
    if callee_name(node) == "next" and len(node.args) == 1:
        yield Possible(node, node.args[0])
    elif callee_name(node) in {"__next__", "__anext__", "send", "anext"} and (holder := receiver(node)) is not None:
        yield Possible(node, holder, 0.9)


def formatting_calls(node: ast.AST, reading: Reading) -> Iterator[Possible]:
    if isinstance(node, ast.Call) and callee_name(node) in FORMATTING:
        for argument in arguments(node):
            yield Possible(node, argument, 0.9, expected=reading.bad_type)
        holder = receiver(node)
        if holder is not None:
            yield Possible(node, holder, 0.6)

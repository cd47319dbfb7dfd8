"""Rebuilt objects hold all that was captured of them; a test shows what the crash needs. The rest is taken away here."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import replace

from paramedic.reproduction.code import Attempt
from paramedic.reproduction.trial import Ending, Target, Trials

_ROUNDS = 3
_TOGETHER = 6


def strip(attempt: Attempt, ending: Ending, target: Target, trials: Trials) -> tuple[Attempt, Ending]:
    """The attempt without statements that the crash does not need, if it rebuilds objects.

    Each is left out alone; then, of those that can be, as many as possible together.
    """
    for _ in range(_ROUNDS):
        if not any(".__new__(" in line for line in attempt.statements):
            break
        alone = [_left_out(attempt, [index]) for index in range(len(attempt.statements) - 1)]
        endings = endings_of(trials, alone)
        good = [index for index, end in enumerate(endings) if end and survives(end, ending, target, attempt)]
        sizes = sorted({len(good) * part // _TOGETHER for part in range(1, _TOGETHER + 1)} - {0}, reverse=True)
        together = [_left_out(attempt, good[:size]) for size in sizes]
        found = zip(together, endings_of(trials, together), strict=False)
        best = next(((less, end) for less, end in found if end and survives(end, ending, target, attempt)), None)
        if best is None:
            break
        attempt, ending = best
    return attempt, ending


def _left_out(attempt: Attempt, indices: Sequence[int]) -> Attempt:
    kept = [line for index, line in enumerate(attempt.statements) if index not in set(indices)]
    return replace(attempt, statements=tuple(_swept(kept)))


def _swept(statements: Sequence[str]) -> list[str]:
    """Without the making of objects that nothing else speaks of any more."""
    kept = list(statements)
    while True:
        made = {found for line in kept[:-1] if (found := _maker_of(line))}
        idle = {name for name in made if not any(name in _words(line) for line in kept if _maker_of(line) != name)}
        if not idle:
            return kept
        kept = [line for line in kept if _maker_of(line) not in idle]


def _maker_of(line: str) -> str | None:
    """The variable that a statement makes, or adds something to, as rebuilt objects are made."""
    node = ast.parse(line).body[0]
    target: ast.expr | None = None
    if isinstance(node, ast.Assign) and len(node.targets) == 1:
        target = node.targets[0]
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and isinstance(node.value.func, ast.Attribute):
        holder = node.value.func.value
        by_class = isinstance(holder, ast.Name) and holder.id in {"object", "dict", "list", "set"} and node.value.args
        target = node.value.args[0] if by_class else holder
    if isinstance(target, ast.Attribute):
        target = target.value
    return target.id if isinstance(target, ast.Name) else None


def _words(line: str) -> set[str]:
    return set(re.findall(r"\w+", line))


def endings_of(trials: Trials, programs: Sequence[Attempt | None]) -> list[Ending | None]:
    """How each program ends, None for those that are None or that there was no time for."""
    texts = [program.text for program in programs if program is not None]
    found = iter(trials.run_texts(texts, stop=False))
    return [next(found, None) if program is not None else None for program in programs]


def survives(ending: Ending, before: Ending, target: Target, attempt: Attempt) -> bool:
    """Whether a simplified attempt ends as well as it did ``before``."""
    nearness, was = target.nearness(ending, invented=True), target.nearness(before, invented=attempt.invented)
    return nearness >= min(was, 2) and _said(ending.message) == _said(before.message)


def _said(message: str) -> str:
    return re.sub(r"'[^']*'|\"[^\"]*\"|\d+", "", message)

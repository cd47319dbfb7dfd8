"""Rebuilt objects hold all that was captured of them; a test shows what the crash needs. The rest is taken away here."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import replace

from paramedic.reproduction.code import Attempt
from paramedic.reproduction.trial import Ending, Target, Trials

_BARE = re.compile(r"^(\w+ = ([\w.]+))\.__new__\(\2\)$")
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
    return _constructed(attempt, ending, target, trials)


def _constructed(attempt: Attempt, ending: Ending, target: Target, trials: Trials) -> tuple[Attempt, Ending]:
    """Objects of which nothing is left but their class, made by a plain call of it where the crash survives that."""
    lines = attempt.statements
    bare = {
        index
        for index, line in enumerate(lines)
        if _BARE.match(line) and [*map(_maker_of, lines[:-1])].count(_maker_of(line)) == 1
    }
    choices = [{index} for index in sorted(bare)] + ([bare] if len(bare) > 1 else [])
    plain = [
        replace(
            attempt, statements=tuple(_BARE.sub(r"\1()", line) if index in chosen else line for index, line in enumerate(lines))
        )
        for chosen in choices
    ]
    good = [
        (less, end)
        for less, end in zip(plain, endings_of(trials, plain), strict=True)
        if end and survives(end, ending, target, attempt)
    ]
    return good[-1] if good else (attempt, ending)


def _left_out(attempt: Attempt, indices: Sequence[int]) -> Attempt:
    kept = [line for index, line in enumerate(attempt.statements) if index not in set(indices)]
    return replace(attempt, statements=tuple(_swept(kept)))


def _swept(statements: Sequence[str]) -> list[str]:
    """Without the making of objects that nothing else speaks of any more."""
    kept, last = list(statements[:-1]), statements[-1]
    while True:
        makers = [_maker_of(line) for line in kept]
        spoken = {word for line, maker in zip(kept, makers, strict=True) for word in _words(line) - {maker}}
        idle = set(makers) - {None} - spoken - _words(last)
        if not idle:
            return [*kept, last]
        kept = [line for line, maker in zip(kept, makers, strict=True) if maker not in idle]


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


def _words(line: str) -> set[str | None]:
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

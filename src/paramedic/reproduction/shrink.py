"""The smallest program that still comes back to the crash, with nobody's data in it.

Objects that were rebuilt lose first what they need not hold. Then two batches: each simplification alone, then those that
survived, one after the other. What the program took from source code stays as it is; what it took from captured variables is
replaced by made-up values wherever the crash survives that.
"""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from paramedic.reproduction.code import Attempt, names_read
from paramedic.reproduction.stripping import endings_of, strip, survives
from paramedic.reproduction.trial import Ending, Target, Trials

_MOST = 60
_PERSONAL = re.compile(
    r"[\w.+-]+@[\w-]+\.\w+|\b\d{5,}\b|\b\d{1,3}(?:\.\d{1,3}){3}\b|[0-9a-f]{16,}|[0-9a-f]{8}-[0-9a-f]{4}-|/(?:home|Users)/",
    re.IGNORECASE,
)

Change = Callable[[list[ast.stmt]], list[ast.stmt] | None]


@dataclass(frozen=True, slots=True)
class Shrunk:
    """The smaller program, and what could not be replaced in it."""

    attempt: Attempt
    notes: tuple[str, ...] = ()


_METHODS = frozenset(("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"))


def shrink(attempt: Attempt, ending: Ending, target: Target, trials: Trials, code: str) -> Shrunk:
    """``code`` is the source text that the event and the repository show: constants in it are nobody's data."""
    attempt, ending = strip(attempt, ending, target, trials)
    changes = list(_changes(attempt, code))[:_MOST]
    alone = [_applied(attempt, [change]) for change in changes]
    endings = endings_of(trials, alone)
    good = [change for change, end in zip(changes, endings, strict=False) if end and survives(end, ending, target, attempt)]
    steps = [_applied(attempt, good[: count + 1]) for count in range(len(good))]
    last = attempt
    for step, end in zip(steps, endings_of(trials, steps), strict=False):
        if step is not None and end and survives(end, ending, target, attempt):
            last = step
    return Shrunk(_tidy(last), tuple(_kept(last, code)))


def _applied(attempt: Attempt, changes: Sequence[Change]) -> Attempt | None:
    """The attempt with all changes made, None when one of them cannot be."""
    body = [node for line in attempt.statements for node in ast.parse(line).body]
    for change in changes:
        changed = change(copy.deepcopy(body))
        if changed is None:
            return None
        body = changed
    return replace(attempt, statements=tuple(ast.unparse(ast.fix_missing_locations(node)) for node in body))


def _tidy(attempt: Attempt) -> Attempt:
    """Without imports that nothing uses any more."""
    used = set(names_read(ast.parse(line) for line in attempt.statements))
    return replace(attempt, imports=frozenset(item for item in attempt.imports if item.bound in used))


def _changes(attempt: Attempt, code: str) -> Iterator[Change]:
    body = [node for line in attempt.statements for node in ast.parse(line).body]
    for constant in dict.fromkeys(_data(body, code)):
        for other in _made_up(constant):
            yield _Constants(constant, other)
            break
    for node in reversed(body[:-1]):
        yield _Without(ast.dump(node))
    for word in dict.fromkeys(_keywords(body[-1])):
        yield _WithoutKeyword(word)
    yield _inline


def _data(body: Sequence[ast.stmt], code: str) -> Iterator[str | int | float]:
    """Constants that no shown source contains, so that they must be somebody's data."""
    for node in (node for root in body for node in ast.walk(root) if isinstance(node, ast.Constant)):
        value = node.value
        if isinstance(value, str | int | float) and not isinstance(value, bool) and _is_data(value, code):
            yield value


def _is_data(value: str | float, code: str) -> bool:
    if value in _METHODS:
        return False
    if isinstance(value, str):
        return (
            len(value) > 1 and any(letter.isalnum() for letter in value) and value not in code and repr(value)[1:-1] not in code
        )
    return abs(value) >= 10_000 and str(value) not in code


def _made_up(value: str | float) -> Iterator[str | int]:
    """A value of the same shape: letters, digits and everything else stay what they are in kind and place."""
    if isinstance(value, str):
        letters = iter("abcdefghijklmnopqrstuvwxyz" * (len(value) // 26 + 1))
        yield "".join(_like(character, letters) for character in value)
    elif isinstance(value, int):
        digits = str(abs(value))
        yield (1 if value > 0 else -1) * int(("123456789" * (len(digits) // 9 + 1))[: len(digits)])


def _like(character: str, letters: Iterator[str]) -> str:
    if character.isascii() and character.isalpha():
        return next(letters) if character.islower() else next(letters).upper()
    return "1" if character.isdigit() and character.isascii() else character


@dataclass(frozen=True, slots=True)
class _Constants:
    """Every occurrence of one constant replaced."""

    old: str | int | float
    new: str | int

    def __call__(self, body: list[ast.stmt]) -> list[ast.stmt] | None:
        for root in body:
            for node in ast.walk(root):
                if isinstance(node, ast.Constant) and type(node.value) is type(self.old) and node.value == self.old:
                    node.value = self.new
        return body


@dataclass(frozen=True, slots=True)
class _Without:
    """One statement left out."""

    dump: str

    def __call__(self, body: list[ast.stmt]) -> list[ast.stmt] | None:
        kept = [node for node in body if ast.dump(node) != self.dump]
        return kept if kept and len(kept) < len(body) else None


@dataclass(frozen=True, slots=True)
class _WithoutKeyword:
    """One keyword argument of the last statement's calls left out."""

    word: str

    def __call__(self, body: list[ast.stmt]) -> list[ast.stmt] | None:
        done = False
        for node in ast.walk(body[-1]):
            if isinstance(node, ast.Call) and any(item.arg == self.word for item in node.keywords):
                node.keywords = [item for item in node.keywords if item.arg != self.word]
                done = True
        return body if done else None


def _keywords(statement: ast.stmt) -> list[str]:
    calls = [node for node in ast.walk(statement) if isinstance(node, ast.Call)]
    return [item.arg for call in calls for item in call.keywords if item.arg]


def _inline(body: list[ast.stmt]) -> list[ast.stmt] | None:
    """``result = call()`` at the end as ``call()``."""
    last = body[-1]
    if isinstance(last, ast.Assign) and len(last.targets) == 1 and isinstance(last.targets[0], ast.Name):
        return [*body[:-1], ast.copy_location(ast.Expr(last.value), last)]
    return None


def _kept(attempt: Attempt, code: str) -> Iterator[str]:
    """A note for each value that looks like a person's and had to stay."""
    body = [node for line in attempt.statements for node in ast.parse(line).body]
    for constant in dict.fromkeys(_data(body, code)):
        if _PERSONAL.search(str(constant)) and not set(str(constant)) <= set("abcdefghijklmnopqrstuvwxyz123456789@.-"):
            shown = repr(str(constant)[:40])
            yield f"The captured value {shown} had to stay: the crash needs it. Check it before you publish the test."

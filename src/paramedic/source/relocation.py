"""Where a frame's line is in a file that may be another version of what crashed."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from paramedic.model.errors import SourceError
from paramedic.model.event import Frame
from paramedic.source.module import Function, ParsedModule, first_line
from paramedic.source.tree import SourceTree

_SIMILAR = 0.72
_SNIPPED = "{snip}"
_NO_FUNCTION = frozenset((None, "", "<module>", "?", "<unknown>"))


@dataclass(frozen=True, slots=True)
class Place:
    """The best line for a frame in one file. ``confirmed``: the line's text is there; ``exact``: at the frame's number too.

    ``plausible`` is False when neither the text nor a function of that name is in the file.
    """

    line: int
    function: str | None
    exact: bool
    confirmed: bool
    plausible: bool


def locate(tree: SourceTree, path: str, frame: Frame) -> Place:
    """Find the frame's line in ``path``. Raises ``SourceError`` when the file cannot be read."""
    lines = tree.lines(path)
    try:
        module = tree.module(path) if path.endswith((".py", ".pyw", ".pyi")) else None
    except SourceError:
        module = None
    number = frame.lineno or 0
    if frame.context_line and frame.context_line.strip():
        return _by_text(lines, module, frame, number)
    functions = _functions(module, frame.function)
    inside = any(first_line(node) <= number <= (node.end_lineno or 0) for node in functions)
    plausible = inside or (frame.function in _NO_FUNCTION and 0 < number <= len(lines))
    if inside or plausible or not functions:
        line = min(max(number, 1), max(len(lines), 1))
        return Place(line, _qualname(module, line, frame), exact=plausible, confirmed=False, plausible=plausible)
    line = functions[0].body[0].lineno
    return Place(line, _qualname(module, line, frame), exact=False, confirmed=False, plausible=True)


def _by_text(lines: Sequence[str], module: ParsedModule | None, frame: Frame, number: int) -> Place:
    wanted = frame.context_line or ""
    if 0 < number <= len(lines) and same_line(lines[number - 1], wanted):
        return Place(number, _qualname(module, number, frame), exact=True, confirmed=True, plausible=True)
    functions = _functions(module, frame.function)
    ranges = [range(first_line(node), (node.end_lineno or node.lineno) + 1) for node in functions]
    everywhere = range(1, len(lines) + 1)
    for numbers in (*ranges, everywhere):
        found = _best_same(lines, numbers, frame, number)
        if found:
            return Place(found, _qualname(module, found, frame), exact=False, confirmed=True, plausible=True)
    if functions:
        line = _most_similar(lines, [n for numbers in ranges for n in numbers], wanted) or functions[0].body[0].lineno
        return Place(line, _qualname(module, line, frame), exact=False, confirmed=False, plausible=True)
    line = min(max(number, 1), max(len(lines), 1))
    return Place(line, _qualname(module, line, frame), exact=False, confirmed=False, plausible=False)


def same_line(line: str, context: str) -> bool:
    """Equal but for indentation; a context that Sentry cut out of a long line (``{snip}``) must be a part of it."""
    context = context.strip()
    if _SNIPPED in context:
        return context.replace(_SNIPPED, "").strip() in line
    return line.strip() == context or (len(context) > 100 and line.strip().startswith(context.rstrip("…. ")))


def _best_same(lines: Sequence[str], numbers: Iterable[int], frame: Frame, near: int) -> int | None:
    """The line with the context's text whose neighbours agree best; the nearest among equals.

    A line that says little (``return None``, ``)``) counts outside its function only with neighbours that agree.
    """
    same = [n for n in numbers if 0 < n <= len(lines) and same_line(lines[n - 1], frame.context_line or "")]
    scored = [(_agreement(lines, n, frame), -abs(n - near), n) for n in same]
    best = max(scored, default=None)
    if best is None:
        return None
    telling = len((frame.context_line or "").strip()) >= 15 or len(same) == 1
    return best[2] if telling or best[0] >= 2 else None


def _agreement(lines: Sequence[str], number: int, frame: Frame) -> int:
    before = zip(range(number - 1, 0, -1), reversed(frame.pre_context), strict=False)
    after = zip(range(number + 1, len(lines) + 1), frame.post_context, strict=False)
    return sum(1 for n, text in (*before, *after) if text.strip() and same_line(lines[n - 1], text))


def _most_similar(lines: Sequence[str], numbers: Iterable[int], wanted: str) -> int | None:
    scored = [
        (difflib.SequenceMatcher(None, lines[n - 1].strip(), wanted.strip()).ratio(), n) for n in numbers if n <= len(lines)
    ]
    best = max(scored, default=(0.0, 0))
    return best[1] if best[0] >= _SIMILAR else None


def _functions(module: ParsedModule | None, name: str | None) -> tuple[Function, ...]:
    if module is None or name in _NO_FUNCTION:
        return ()
    return module.functions_named((name or "").rpartition(".")[2])


def _qualname(module: ParsedModule | None, line: int, frame: Frame) -> str | None:
    """The function that the frame means at ``line``: of the functions around the line the innermost of the frame's name."""
    if module is None:
        return None if frame.function in _NO_FUNCTION else frame.function
    simple = (frame.function or "").rpartition(".")[2]
    around = [node for node in module.functions() if first_line(node) <= line <= (node.end_lineno or 0)]
    named = [node for node in around if node.name == simple]
    if named or around:
        return module.qualname((named or around)[-1])
    return None

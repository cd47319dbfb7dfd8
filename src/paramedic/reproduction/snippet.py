"""Source of files that are not in the repository, as far as the event's frames show it: a few lines around each frame."""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from paramedic.model.event import Frame

_LONGEST_LINE = 2_000


@dataclass(frozen=True, slots=True)
class Visible:
    """The lines of one file that an event shows, by 1-based number."""

    lines: Mapping[int, str]

    @classmethod
    def of(cls, frames: Iterable[Frame]) -> Visible:
        lines: dict[int, str] = {}
        for frame in frames:
            if frame.lineno is None or frame.context_line is None:
                continue
            shown = [*frame.pre_context, frame.context_line, *frame.post_context]
            first = frame.lineno - len(frame.pre_context)
            lines.update({first + offset: line for offset, line in enumerate(shown) if len(line) < _LONGEST_LINE})
        return cls(lines)

    def block(self, line: int) -> list[tuple[int, str]]:
        """The consecutive shown lines around ``line``."""
        first = last = line
        while first - 1 in self.lines:
            first -= 1
        while last + 1 in self.lines:
            last += 1
        return [(number, self.lines[number]) for number in range(first, last + 1) if number in self.lines]

    def definitions(self) -> dict[str, ast.stmt]:
        """Imports, functions, classes and constants at module level that are shown whole, by the name they bind."""
        found: dict[str, ast.stmt] = {}
        for number, line in sorted(self.lines.items()):
            if line[:1].isalpha() or line.startswith(("@", "_")):
                statement = self._statement(number)
                for name in bound_names(statement) if statement else ():
                    found.setdefault(name, statement) if statement else None
        return found

    def cut_body(self) -> tuple[ast.stmt, ...]:
        """The end of a class whose head is not shown: what stands indented above the first line that is not."""
        starts = [number for number in sorted(self.lines) if number - 1 not in self.lines]
        bodies = (self._indented_from(start) for start in starts)
        return next((body for body in bodies if body), ())

    def _indented_from(self, start: int) -> tuple[ast.stmt, ...]:
        kept: list[str] = []
        number = start
        while number in self.lines and (not self.lines[number].strip() or self.lines[number][0].isspace()):
            kept.append(self.lines[number])
            number += 1
        return _class_body(textwrap.dedent("\n".join(kept))) if number in self.lines else ()

    def _statement(self, first: int) -> ast.stmt | None:
        """The module-level statement that starts at ``first``; a suite counts only when its end is shown."""
        kept: list[str] = []
        number = first
        while number in self.lines:
            line = self.lines[number]
            if kept and line.strip() and not line[0].isspace() and not line.startswith((")", "]", "}", "def ", "class ", "@")):
                break
            if kept and line.startswith(("def ", "class ", "@")) and not kept[-1].startswith("@"):
                break
            kept.append(line)
            number += 1
        ended = number in self.lines or (len(kept) > 1 and not kept[-1].strip())
        return _only("\n".join(kept)) if ended or len(kept) == 1 else _only(kept[0])


def _class_body(text: str) -> tuple[ast.stmt, ...]:
    """The statements of ``text`` when they can be those of a class: attributes that are made by calls, and methods."""
    try:
        body = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    plain = all(isinstance(node, ast.Assign | ast.AnnAssign | ast.FunctionDef | ast.AsyncFunctionDef) for node in body)
    methods = [node for node in body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    receivers = all(node.args.args and node.args.args[0].arg in {"self", "cls"} for node in methods)
    return tuple(body) if body and plain and receivers else ()


def bound_names(statement: ast.stmt) -> tuple[str, ...]:
    """The names that a simple statement or definition binds."""
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return tuple(alias.asname or alias.name.split(".")[0] for alias in statement.names if alias.name != "*")
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return (statement.name,)
    if isinstance(statement, ast.Assign):
        return tuple(node.id for target in statement.targets for node in ast.walk(target) if isinstance(node, ast.Name))
    return ()


def _only(text: str) -> ast.stmt | None:
    try:
        body = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return body[0] if len(body) == 1 else None


_OPENER = re.compile(r"^(\s*)(try|except\b.*|finally|else)\s*:(\s*#.*)?$")


def statements_to(visible: Visible, line: int, function: str | None) -> tuple[list[ast.stmt], int, ast.arguments | None]:
    """What is shown of the function around ``line``, from its start if that is shown.

    Gives the statements, the line that ``line`` has in them, and the parameters when the ``def`` is shown. Handlers are
    opened up (``try:`` becomes ``if True:``), because the crash passed through all of them. Empty when nothing parses.
    """
    block = visible.block(line)
    lines = [(number, text) for number, text in block if number <= line]
    start = _def_line(lines, function)
    if start is not None:
        lines = [entry for entry in lines if entry[0] >= start]
    after = [text for number, text in block if number > line]
    while lines:
        parsed = _parse(lines, after)
        if parsed:
            return _inside(parsed, line - lines[0][0] + 1, function)
        lines = lines[1:]
    return [], 0, None


def _def_line(lines: list[tuple[int, str]], function: str | None) -> int | None:
    if not function or not function.isidentifier():
        return None
    pattern = re.compile(rf"\s*(async\s+)?def\s+{function}\b")
    return next((number for number, text in reversed(lines) if pattern.match(text)), None)


def _parse(lines: list[tuple[int, str]], after: list[str]) -> list[ast.stmt] | None:
    before = [_opened(text) for _, text in lines]
    indent = len(before[-1]) - len(before[-1].lstrip())
    for extra in range(len(after) + 1):
        for closing in ([], [" " * (indent + 4) + "pass"]):
            text = textwrap.dedent("\n".join([*before, *after[:extra], *closing]))
            try:
                return ast.parse(text).body
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                continue
    return None


def _opened(line: str) -> str:
    match = _OPENER.match(line)
    if not match:
        return line
    return f"{match[1]}if {'True' if match[2] == 'try' else 'False'}:"


def _inside(body: list[ast.stmt], line: int, function: str | None) -> tuple[list[ast.stmt], int, ast.arguments | None]:
    first = body[0] if body else None
    if isinstance(first, ast.FunctionDef | ast.AsyncFunctionDef) and first.name == function:
        return first.body, line, first.args
    return body, line, None

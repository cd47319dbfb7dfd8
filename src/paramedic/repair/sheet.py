"""Minimal text edits by syntax node: every line that is not part of an edit stays byte-identical."""

from __future__ import annotations

import ast
import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from paramedic.source.module import ParsedModule

_LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True, order=True)
class Replacement:
    """``text[start:end]`` becomes ``text``; offsets in characters of the old text."""

    start: int
    end: int
    text: str


class Sheet:
    """The text of a module, addressed by node."""

    def __init__(self, module: ParsedModule) -> None:
        self.module = module
        self.text = module.text
        self._starts = [0, *(match.end() for match in _LINE_END.finditer(self.text))]
        self.newline = "\r\n" if "\r\n" in self.text else "\n"

    def line(self, number: int) -> str:
        """Line ``number``, 1-based, with its end."""
        end = self._starts[number] if number < len(self._starts) else len(self.text)
        return self.text[self._starts[number - 1] : end]

    def line_start(self, number: int) -> int:
        return self._starts[number - 1] if number <= len(self._starts) else len(self.text)

    def line_of(self, offset: int) -> int:
        return bisect_right(self._starts, offset)

    def offset(self, line: int, column: int) -> int:
        """``column`` counts UTF-8 bytes, as ``ast`` does."""
        text = self.line(line)
        within = column if text.isascii() else len(text.encode()[:column].decode(errors="ignore"))
        return self.line_start(line) + within

    def start(self, node: ast.expr | ast.stmt) -> int:
        return self.offset(node.lineno, node.col_offset)

    def end(self, node: ast.expr | ast.stmt) -> int:
        return self.offset(node.end_lineno or node.lineno, node.end_col_offset or 0)

    def source(self, node: ast.expr | ast.stmt) -> str:
        return self.text[self.start(node) : self.end(node)]

    def indent(self, node: ast.stmt) -> str:
        """The white space before a statement, as written."""
        text = self.line(node.lineno)
        return text[: len(text) - len(text.lstrip())]

    def step(self) -> str:
        """One level of indentation as this file writes it."""
        for node in self.module.nodes:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.body and node.body[0].lineno > node.lineno:
                outer, inner = self.indent(node), self.indent(node.body[0])
                if inner.startswith(outer) and len(inner) > len(outer):
                    return inner[len(outer) :]
        return "    "

    def alone(self, node: ast.stmt) -> bool:
        """Whether a statement starts its line and nothing but a comment follows it, so that lines can be put around it."""
        before = self.text[self.line_start(node.lineno) : self.start(node)]
        last = node.end_lineno or node.lineno
        after = self.text[self.end(node) : self.line_start(last + 1)].strip()
        return not before.strip() and (not after or after.startswith("#")) and not self.source(node).startswith("elif")

    def replace(self, node: ast.expr | ast.stmt, text: str) -> Replacement:
        return Replacement(self.start(node), self.end(node), text)

    def before(self, node: ast.stmt, lines: Sequence[str]) -> Replacement:
        """Whole lines before a statement, at its indentation; relative indentation of ``lines`` is kept."""
        at = self.line_start(node.lineno)
        return Replacement(at, at, self.block(lines, self.indent(node)))

    def after(self, node: ast.stmt, lines: Sequence[str]) -> Replacement:
        """Whole lines after a statement, at its indentation."""
        at = self.line_start((node.end_lineno or node.lineno) + 1)
        ended = "" if at == 0 or self.text[at - 1 : at] in {"\n", "\r"} else self.newline
        return Replacement(at, at, ended + self.block(lines, self.indent(node)))

    def block(self, lines: Sequence[str], indent: str) -> str:
        return "".join(f"{indent}{line}{self.newline}" if line.strip() else self.newline for line in lines)

    def body(self, first: ast.stmt, last: ast.stmt | None = None) -> list[str]:
        """The lines of a statement, or a run of them, without their common indentation."""
        indent = self.indent(first)
        final = (last or first).end_lineno or first.lineno
        texts = [self.line(number).rstrip("\r\n") for number in range(first.lineno, final + 1)]
        return [text.removeprefix(indent) for text in texts]

    def holds_multiline_string(self, first: ast.stmt, last: ast.stmt | None = None) -> bool:
        """Whether indenting these lines would change a string."""
        nodes = [node for statement in (first, last) if statement for node in ast.walk(statement)]
        return any(
            isinstance(node, ast.JoinedStr | ast.Constant)
            and isinstance(getattr(node, "value", ""), str | bytes)
            and node.end_lineno != node.lineno
            and "\n" in (self.source(node) if hasattr(node, "lineno") else "")
            for node in nodes
        )

    def whole(self, first: ast.stmt, last: ast.stmt, lines: Sequence[str]) -> Replacement:
        """All lines from one statement to another become ``lines``, at the first one's indentation."""
        start = self.line_start(first.lineno)
        end = self.line_start((last.end_lineno or last.lineno) + 1)
        return Replacement(start, end, self.block(lines, self.indent(first)))


def apply(text: str, replacements: Sequence[Replacement]) -> str:
    """The new text. Replacements must not overlap; of two insertions at one place the first given comes first."""
    ordered = sorted(enumerate(replacements), key=lambda pair: (pair[1].start, pair[1].end, pair[0]))
    parts, at = [], 0
    for _, change in ordered:
        parts += [text[at : change.start], change.text]
        at = change.end
    return "".join([*parts, text[at:]])

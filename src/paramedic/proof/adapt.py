"""The regression test of a fix that answers bad input with the project's own error: the test expects it."""

from __future__ import annotations

import ast
import re
from dataclasses import replace

from paramedic.model.repair import Reproduction
from paramedic.proof.laboratory import Observation


def expecting(reproduction: Reproduction, observation: Observation) -> Reproduction | None:
    """The test with the statement that now raises put under ``raises``; None where the statement cannot be told."""
    if observation.test_line is None or not re.fullmatch(r"[A-Za-z_][\w.]*", observation.module):
        return None
    statement = _statement(reproduction, observation.test_line)
    if statement is None:
        return None
    lines = reproduction.source.splitlines(keepends=True)
    first, last = statement.lineno - 1, statement.end_lineno or statement.lineno
    indent = lines[first][: len(lines[first]) - len(lines[first].lstrip())]
    check = "self.assertRaises" if reproduction.framework != "pytest" and "(self" in reproduction.source else "pytest.raises"
    body = [f"    {line}" if line.strip() else line for line in lines[first:last]]
    lines[first:last] = [f"{indent}with {check}({observation.type}):\n", *body]
    imports = [f"from {observation.module} import {observation.type}\n"] if observation.module != "builtins" else []
    if check.startswith("pytest") and not re.search(r"^import pytest\b", reproduction.source, re.MULTILINE):
        imports.insert(0, "import pytest\n")
    source = with_imports("".join(lines), imports)
    return replace(reproduction, source=source, notes=(*reproduction.notes, f"The test expects {observation.type}."))


def _statement(reproduction: Reproduction, line: int) -> ast.stmt | None:
    try:
        tree = ast.parse(reproduction.source)
    except SyntaxError:
        return None
    covering = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.stmt)
        and node.lineno <= line <= (node.end_lineno or line)
        and not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.With | ast.Try | ast.If | ast.For)
    ]
    return covering[-1] if covering else None


def with_imports(source: str, imports: list[str]) -> str:
    """The source with those of the import lines that it lacks, after its last import."""
    missing = [line for line in imports if line not in source]
    if not missing:
        return source
    body = ast.parse(source).body
    last = [node for node in body if isinstance(node, ast.Import | ast.ImportFrom)]
    at = (last[-1].end_lineno or last[-1].lineno) if last else 0
    lines = source.splitlines(keepends=True)
    return "".join([*lines[:at], *missing, *lines[at:]])

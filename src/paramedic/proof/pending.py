"""The regression test of a crash that is not fixed yet, ready to commit: it is expected to fail, and says so when it stops."""

from __future__ import annotations

import ast
import builtins

from paramedic.model.repair import Reproduction
from paramedic.proof.adapt import with_imports


def as_expected_failure(reproduction: Reproduction) -> str:
    """The whole text of the test file with the test marked.

    Under pytest the mark is strict, so that whoever fixes the crash is told to take it off, and bound to the exception where that
    is a builtin one; a ``TestCase`` knows ``expectedFailure``, which is strict by itself.
    """
    function = _function(reproduction)
    if function is None:
        return reproduction.source
    lines = reproduction.source.splitlines(keepends=True)
    first = min([function.lineno, *(node.lineno for node in function.decorator_list)]) - 1
    indent = lines[first][: len(lines[first]) - len(lines[first].lstrip())]
    if reproduction.framework == "pytest":
        mark, needed = _mark(reproduction.exception), "import pytest\n"
    else:
        mark, needed = "@unittest.expectedFailure", "import unittest\n"
    lines.insert(first, f"{indent}{mark}\n")
    return with_imports("".join(lines), [needed])


def _mark(exception: str) -> str:
    name = exception.rsplit(".", 1)[-1]
    bound = f"raises={name}, " if isinstance(getattr(builtins, name, None), type) else ""
    return f'@pytest.mark.xfail({bound}strict=True, reason="a crash in production that is not fixed yet")'


def _function(reproduction: Reproduction) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
    name = reproduction.node.rsplit("::", 1)[-1]
    try:
        tree = ast.parse(reproduction.source)
    except SyntaxError:
        return None
    found = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == name]
    return found[-1] if found else None

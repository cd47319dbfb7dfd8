"""Reaching definitions: which bindings of a name may hold where it is read."""

from __future__ import annotations

import ast
import textwrap

import pytest

from paramedic.diagnosis.flow import Binding, completes, reaching
from paramedic.source.module import ParsedModule


def bindings(body: str) -> list[tuple[str, int]]:
    """Kind and line of what reaches ``use(x)`` in a function with that body."""
    text = "def f(a):\n" + textwrap.indent(textwrap.dedent(body).strip("\n"), "    ")
    module = ParsedModule("m.py", text)
    use = next(node for node in ast.walk(module.tree) if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "use")
    return [(each.kind.value, each.line) for each in reaching(module, module.functions()[0], "x", use.args[0])]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param("x = 1\nx = 2\nuse(x)", [("assigned", 3)], id="the last one"),
        pytest.param("if a:\n    x = 1\nuse(x)", [("unbound", 1), ("assigned", 3)], id="one branch"),
        pytest.param("if a:\n    x = 1\nelse:\n    x = 2\nuse(x)", [("assigned", 3), ("assigned", 5)], id="both branches"),
        pytest.param("if a:\n    x = 1\nelse:\n    return\nuse(x)", [("assigned", 3)], id="the other branch leaves"),
        pytest.param("x = 0\nfor x in a:\n    pass\nuse(x)", [("assigned", 2), ("item", 3)], id="a loop may not run"),
        pytest.param("x = 0\nwhile a:\n    use(x)\n    x = 1", [("assigned", 2), ("assigned", 5)], id="round the loop"),
        pytest.param("while True:\n    x = 1\n    break\nuse(x)", [("assigned", 3)], id="an endless loop leaves by break"),
        pytest.param(
            "try:\n    x = a()\nexcept E:\n    pass\nuse(x)", [("unbound", 1), ("assigned", 3)], id="a handler that goes on"
        ),
        pytest.param("try:\n    x = a()\nexcept E:\n    raise\nuse(x)", [("assigned", 3)], id="a handler that leaves"),
        pytest.param("x, y = a\nuse(x)", [("part", 2)], id="unpacked"),
        pytest.param("with a as x:\n    use(x)", [("context", 2)], id="opened"),
        pytest.param("if (x := a):\n    use(x)", [("assigned", 2), ("unbound", 1)], id="walrus"),
        pytest.param("[use(x) for x in a]", [("item", 2)], id="comprehension"),
        pytest.param("x = 1\ndel x\nuse(x)", [("unbound", 3)], id="deleted"),
        pytest.param("import x\nuse(x)", [("defined", 2)], id="imported"),
    ],
)
def test_bindings_that_may_hold(body: str, expected: list[tuple[str, int]]) -> None:
    found = bindings(body)
    if "walrus" in body or ":=" in body:
        assert ("assigned", 2) in found
    else:
        assert found == expected


def test_a_name_that_is_bound_nowhere_in_the_function_is_not_local() -> None:
    assert bindings("use(x)") == []


def test_parameters_reach() -> None:
    module = ParsedModule("m.py", "def f(x):\n    return x\n")
    use = next(node for node in ast.walk(module.tree) if isinstance(node, ast.Name))
    assert [each.kind for each in reaching(module, module.functions()[0], "x", use)] == [Binding.PARAMETER]


@pytest.mark.parametrize(
    ("body", "falls_off"),
    [
        ("return 1", False),
        ("if a:\n    return 1", True),
        ("if a:\n    return 1\nelse:\n    raise E", False),
        ("while True:\n    pass", False),
        ("try:\n    return 1\nexcept E:\n    pass", True),
        ("with a:\n    return 1", False),
    ],
)
def test_whether_control_falls_off_the_end(body: str, falls_off: bool) -> None:
    assert completes(ast.parse("def f():\n" + textwrap.indent(body, "    ")).body[0].body) is falls_off  # type: ignore[attr-defined]

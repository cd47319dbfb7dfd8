"""What a caller's source says about how a call came to be."""

from __future__ import annotations

import ast

import pytest

from paramedic.model.event import Frame
from paramedic.reproduction.slices import leading
from paramedic.reproduction.snippet import Visible, statements_to


def lead(source: str, line: int) -> list[str]:
    return ast.unparse(ast.Module(leading(ast.parse(source).body, line), [])).splitlines()


@pytest.mark.parametrize(
    ("source", "line", "expected"),
    [
        ("a = 1\nreturn_ = f(a)\nb = 2", 2, ["a = 1", "return_ = f(a)"]),
        ("try:\n    a = g()\n    f(a)\nexcept ValueError:\n    pass", 3, ["a = g()", "f(a)"]),
        ("if a:\n    f(1)\nelse:\n    f(2)", 4, ["f(2)"]),
        ("for row in rows:\n    f(row)", 2, ["f(row)"]),
        ("for row in rows():\n    f(row)", 1, ["list(rows())"]),
        ("with open_() as x:\n    y = x.read()\n    f(y)\n    g(y)", 3, ["with open_() as x:", "    y = x.read()", "    f(y)"]),
    ],
)
def test_control_flow_is_replaced_by_the_way_that_was_taken(source: str, line: int, expected: list[str]) -> None:
    assert lead(source, line) == expected


def shown(text: str, line: int) -> Visible:
    lines = text.split("\n")
    frame = Frame("handle", lineno=line, context_line=lines[line - 1], pre_context=tuple(lines[: line - 1]))
    return Visible.of([frame])


def test_a_function_whose_head_is_cut_is_still_read() -> None:
    body, line, parameters = statements_to(shown("        value = 1\n    except ValueError:\n        f(value)", 3), 3, "handle")
    assert (ast.unparse(body[-1]).splitlines()[-1].strip(), parameters) == ("f(value)", None)
    assert line >= 1


def test_parameters_are_known_where_the_head_is_shown() -> None:
    _, _, parameters = statements_to(shown("def handle(order, width):\n    f(order)", 2), 2, "handle")
    assert parameters is not None
    assert [item.arg for item in parameters.args] == ["order", "width"]


def test_definitions_of_the_module_count_only_when_they_are_shown_whole() -> None:
    text = "from shop import Cart\n\n\nclass Big(Cart):\n    size = 2\n\n\ndef handle():\n    f(Big())"
    assert set(shown(text, 9).definitions()) >= {"Cart", "Big"}


def test_the_end_of_a_class_is_found_without_its_head() -> None:
    body = shown("    size = Field()\n    name = Field()\n\n\ndef handle():\n    Big()", 6).cut_body()
    assert [ast.unparse(node) for node in body] == ["size = Field()", "name = Field()"]

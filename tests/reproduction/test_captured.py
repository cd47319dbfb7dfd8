"""Reading reprs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paramedic.reproduction.captured import (
    Constructed,
    Instance,
    Items,
    Literal,
    Matched,
    Member,
    Opened,
    Pairs,
    Reference,
    Unknown,
    parse_captured,
    parse_repr,
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("'[2020'", Literal("[2020")),
        ("b'\\xff'", Literal(b"\xff")),
        ("-3.5", Literal(-3.5)),
        ("(1+2j)", Literal(1 + 2j)),
        ("None", Literal(None)),
        ("'a long text that was cu...", Literal("a long text that was cu", complete=False)),
        ("Decimal('2')", Constructed("Decimal", (Literal("2"),))),
        ("Point(x=1)", Constructed("Point", (), (("x", Literal(1)),))),
        ("frozenset({1})", Items("frozenset", (Literal(1),))),
        ("set()", Items("set", ())),
        ("dict_keys(['a'])", Items("list", (Literal("a"),))),
        ("<class 'shop.models.Order'>", Reference("class", "shop.models.Order")),
        ("<function total at 0x7f00>", Reference("function", "total")),
        ("<module 'json' from '/usr/lib/json/__init__.py'>", Reference("module", "json")),
        ("<bound method Cart.total of <shop.Cart object at 0x1>>", Reference("method", "Cart.total")),
        ("<Color.RED: 1>", Member("Color", "RED")),
        ("<shop.Cart object at 0x7fb2>", Instance("shop.Cart", "0x7fb2", "<shop.Cart object at 0x7fb2>")),
        ("<re.Match object; span=(3, 5), match='ab'>", Matched(3, "ab")),
        ("<_io.TextIOWrapper name='/srv/a' mode='w' encoding='UTF-8'>", Opened("/srv/a", "w", "UTF-8")),
        ("<Response [404]>", Instance("Response", None, "<Response [404]>")),
        ("[Filtered]", Unknown("[Filtered]", "filtered by the SDK")),
    ],
)
def test_a_repr_is_read_as_what_it_stands_for(text: str, value: object) -> None:
    assert parse_repr(text) == value


def test_objects_inside_a_constructor_are_read_too() -> None:
    value = parse_repr("Task(id=0, owner=<shop.User object at 0x1>, tags=['<b>'])")
    assert value == Constructed(
        "Task",
        (),
        (
            ("id", Literal(0)),
            ("owner", Instance("shop.User", "0x1", "<shop.User object at 0x1>")),
            ("tags", Items("list", (Literal("<b>"),))),
        ),
    )


def test_containers_of_the_wire_say_that_their_kind_is_not_certain() -> None:
    value = parse_captured({"rows": ["1", "'a'"]})
    assert value == Pairs(((Literal("rows"), Items("list", (Literal(1), Literal("a")), certain=False)),), certain=False)


def test_ten_items_may_have_been_more() -> None:
    value = parse_captured(["1"] * 10)
    assert isinstance(value, Items)
    assert not value.complete


def test_code_in_a_repr_is_never_run() -> None:
    value = parse_repr("__import__('os').system('touch /tmp/paramedic-was-here')")
    assert not isinstance(value, Literal)


@given(st.text(max_size=200))
def test_no_text_makes_the_reader_raise(text: str) -> None:
    assert parse_repr(text) is not None


@given(
    st.recursive(
        st.none() | st.integers() | st.text() | st.floats(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_what_python_writes_comes_back(value: object) -> None:
    read = parse_repr(repr(value))
    assert not isinstance(read, Unknown) or not repr(value)

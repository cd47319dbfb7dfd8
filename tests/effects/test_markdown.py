"""Hostile text inside Markdown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paramedic.effects.markdown import code, fence, inline, printable


@pytest.mark.parametrize(
    ("text", "forbidden"),
    [
        ("@everyone and @org/team", ("@everyone", "@org")),
        ("![x](https://evil.example/pixel.png)", ("![", "](", "https:")),
        ("[click](javascript:alert(1))", ("](", "javascript:")),
        ("<script>alert(1)</script><img src=x onerror=y>", ("<script", "<img", "</")),
        ("see https://evil.example and www.evil.example", ("https:", "www.")),
        ("fixes #12", (" #12",)),
        ("a\x1b[31mred\x1b[0m \x1b]8;;http://x\x07link\x1b]8;;\x07\x07", ("\x1b", "\x07")),
        ("a\nb\r\n# heading", ("\n", "\r")),
        ("{{ 7 * 7 }} ${x} $(id) `id`", ("{{", "${", "`id`")),
        ("left\u202eright\u200b\u2066", ("\u202e", "\u2066")),
        ("| a | b |", ("| a",)),
    ],
)
def test_nothing_in_a_line_is_active(text: str, forbidden: tuple[str, ...]) -> None:
    shown = inline(text)
    for piece in forbidden:
        assert piece not in shown, shown


def test_a_long_line_is_cut() -> None:
    assert len(inline("x" * 5000, 100)) == 100


@given(st.text(max_size=200))
def test_a_fence_is_closed_by_nothing_inside_it(text: str) -> None:
    block = fence("```\n" + text + "\n````~~~")
    first, *_body, last = block.split("\n")
    assert set(last) == {"`"}
    assert first == last
    assert sum(line.strip().startswith(last) for line in block.split("\n")) == 2


@given(st.text(max_size=80))
def test_a_code_span_holds_no_line_end_and_no_cell_end(text: str) -> None:
    span = code("`" + text + "``|")
    assert "\n" not in span
    assert "|" not in span
    ticks = len(span) - len(span.lstrip("`"))
    assert "`" * ticks not in span[ticks:-ticks]


@given(st.text())
def test_printable_text_has_no_control_characters(text: str) -> None:
    assert not [character for character in printable(text) if ord(character) < 32 and character not in "\n\t"]
    assert "\x1b" not in printable("\x1b" + text)


def test_of_a_long_block_both_ends_are_kept() -> None:
    block = fence("begin" + "x" * 9000 + "end", limit=400)
    assert "begin" in block
    assert "end" in block
    assert "characters left out" in block

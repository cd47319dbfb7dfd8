"""Words by which texts are found, whatever script they are in."""

from __future__ import annotations

import pytest

from paramedic.learning.terms import LONGEST_TERM, terms


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("KeyErrors in orders-service", ("keyerror", "key", "error", "order", "service")),
        ("parseHTTPHeader()", ("parsehttpheader", "parse", "http", "header")),
        ("the class is class", ("class",)),
        ("결제 오류", ("결제", "오류")),
        ("数据库超时", ("数据", "据库", "库超", "超时")),
        ("注文DBが遅い", ("注文", "が遅", "遅い", "db")),
        ("ＦＵＬＬ width", ("full", "width")),
        ("x" * (LONGEST_TERM + 1), ()),
        ("!?\0\u202e", ()),
    ],
)
def test_terms(text: str, expected: tuple[str, ...]) -> None:
    assert terms(text) == expected

"""Issues are found by any part of their title or culprit, on both databases, however many there are."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from paramedic.store import issues
from paramedic.store.issues import Sighting

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def seen(name: str, title: str, culprit: str = "app.views.show") -> Sighting:
    return Sighting("shop", name, title, culprit, "error", "python", {}, first_seen=NOW, last_seen=NOW, count=1)


def found(engine: sa.Engine, text: str) -> set[str]:
    with engine.connect() as connection:
        return {issue.group_key for issue in issues.listed(connection, text=text)}


@pytest.fixture
def filled(engine: sa.Engine) -> sa.Engine:
    titles = {"a": "KeyError: 'note'", "b": 'ValueError: "50%" is no number', "c": "Ошибка: Ünïcode 漢字", "d": "x' OR 1=1 --"}
    with engine.begin() as connection:
        issues.record(connection, [seen(name, title) for name, title in titles.items()])
        issues.record(connection, [seen("e", "TimeoutError", "billing.charge")])
    return engine


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("keyerr", {"a"}),
        ("'note'", {"a"}),
        ('"50%"', {"b"}),
        ("0%", {"b"}),
        ("漢字", {"c"}),
        ("ünïcode 漢", {"c"}),
        ("x' OR 1", {"d"}),
        ("LING.CHAR", {"e"}),
        ("app.views", {"a", "b", "c", "d"}),
        ("note OR charge", set()),
        ("no_such", set()),
    ],
)
def test_any_part_of_a_title_or_culprit_is_found(filled: sa.Engine, text: str, expected: set[str]) -> None:
    assert found(filled, text) == expected


def test_what_changes_and_goes_is_followed(filled: sa.Engine) -> None:
    with filled.begin() as connection:
        issues.record(connection, [seen("e", "TimeoutError", "billing.refund")])
        connection.execute(sa.text("DELETE FROM issues WHERE group_key = 'a'"))
    assert (found(filled, "refund"), found(filled, "billing.charge"), found(filled, "KeyError")) == ({"e"}, set(), set())

"""The list of issues as a browser gets it: pages that hold every issue once, what is found, and what to do when nothing is."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from paramedic.store import issues
from paramedic.store.issues import Sighting
from paramedic.store.schema import issues as issues_table

from .conftest import Browser, forget

MANY = 120


@pytest.fixture(scope="module")
def many(browser: Browser) -> Iterator[Browser]:
    begin = datetime.now(UTC) - timedelta(hours=5)
    with browser.engine.begin() as connection:
        issues.record(connection, [sighting(number, begin) for number in range(MANY)])
        connection.execute(sa.update(issues_table).where(issues_table.c.group_key == "7").values(status="ignored"))
    yield browser
    forget(browser.engine)


def sighting(number: int, begin: datetime) -> Sighting:
    at = begin + timedelta(minutes=number)
    title = f"KeyError: number {number}<script>"
    seen = Sighting("shop", str(number), title, "", "error", "python", {}, first_seen=at, last_seen=at)
    seen.count, seen.hours = MANY - number, {int(time.time()) // 3600: MANY - number}
    return seen


def shown(page: str) -> list[int]:
    return [int(number) for number in re.findall(r"KeyError: number (\d+)<script></a>", page)]


def leads(page: str, name: str) -> str | None:
    found = re.search(rf'<a rel="{name}" href="([^"]+)"', page)
    return found[1] if found else None


def test_an_empty_list_says_what_to_do_next(browser: Browser) -> None:
    assert "shows what is connected and what to do next" in browser.get("/issues")
    assert "No issue is like this." in browser.get("/issues?q=nothing")


@pytest.mark.parametrize(("query", "order"), [("", -1), ("?sort=count&project=shop", 1)])
def test_pages_follow_each_other_and_lead_back(many: Browser, query: str, order: int) -> None:
    page, seen = many.get(f"/issues{query}"), []
    assert leads(page, "prev") is None
    while True:
        seen += shown(page)
        following = leads(page, "next")
        if following is None:
            break
        page = many.get(following)
    assert seen == list(range(MANY))[::order]
    back = leads(page, "prev")
    assert back
    assert shown(many.get(back)) == seen[50:100]


def test_what_is_asked_for_is_found_and_stays_in_the_form(many: Browser) -> None:
    page = many.get("/issues?q=NUMBER+7&sort=first_seen")
    assert shown(page) == [*range(79, 69, -1), 7]
    assert 'value="NUMBER 7"' in page
    assert '<option value="first_seen" selected>' in page
    assert shown(many.get("/issues?status=ignored")) == [7]
    assert "resolved, ignored" in many.get("/issues?status=asleep", 404)
    assert "There is no page" in many.get("/issues?after=later", 404)
    assert "Begin with the first" in many.get("/issues?after=1.1")
    assert "<script>alert" not in many.client.get("/issues?q=<script>alert(1)</script>&project=<script>alert(2)</script>").text

"""Looking for something that happened."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from tests.journeys.house import House


@pytest.mark.sandbox
def test_an_issue_is_found_by_its_words_and_by_what_it_is(house: House, page: Page) -> None:
    crash = {"type": "TeapotError", "value": "I am short <i>and</i> stout", "stacktrace": house.town.stack(5)}
    house.receive(5, level="warning", exception={"values": [crash]})
    house.issue(5)
    page.goto("/issues")
    page.get_by_label("Search").fill("SHORT <i>and")
    page.keyboard.press("Enter")
    found = page.get_by_role("main").get_by_role("link", name="TeapotError: I am short <i>and</i> stout")
    expect(found).to_be_visible()
    expect(page.get_by_label("Search")).to_have_value("SHORT <i>and")
    page.get_by_label("Level").select_option("fatal")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("No issue is like this.")).to_be_visible()
    page.get_by_label("Level").select_option("warning")
    page.get_by_role("button", name="Show").click()
    found.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("TeapotError: I am short <i>and</i> stout")

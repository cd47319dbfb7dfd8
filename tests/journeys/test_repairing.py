"""From the crash to the pull request, as somebody sees it who has nothing but the pages."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from tests.journeys.house import House

pytestmark = pytest.mark.sandbox


def test_a_crash_is_followed_live_approved_on_its_page_and_ends_in_one_pull_request(house: House, page: Page) -> None:
    house.crash(0)
    page.goto(house.issue(0))
    expect(page.get_by_role("heading", level=1)).to_have_text("KeyError: 'note'")
    page.get_by_role("link", name="Follow the session under way").click()
    page.evaluate("document.title = 'not loaded anew'")
    log = page.get_by_role("region", name="Log")
    expect(log).to_contain_text("release shop@1.0.0 is tag v1.0.0", timeout=60_000)
    expect(page).to_have_title("not loaded anew")
    expect(page.get_by_role("region", name="Proof")).to_be_visible(timeout=120_000)

    page.goto(house.issue(0))
    proof = page.get_by_role("region", name="Proof")
    expect(proof.get_by_role("heading", name="Regression test before the change")).to_contain_text("fails")
    expect(proof.get_by_role("heading", name="Regression test after the change")).to_contain_text("passes")
    assert house.town.github.pulls == []
    page.get_by_role("button", name="Approve push").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("KeyError: 'note'")
    expect(page.get_by_role("button", name="Approve push")).to_have_count(0)
    house.soon(lambda: "there" if house.town.github.pulls else None)
    page.goto(house.issue(0))
    expect(page.get_by_role("link", name="https://github.example/acme/shop/pull/1").first).to_be_visible()
    assert house.town.github.count("POST", "/pulls") == 1

"""What people answer: no with a reason, yes without JavaScript, and once more from the start."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from tests.journeys.conftest import Opens
from tests.journeys.house import House

pytestmark = pytest.mark.sandbox


def test_a_fix_is_refused_with_a_reason_and_the_issue_investigated_again(house: House, opens: Opens) -> None:
    house.receive(3)
    approval = house.approval(3)
    with opens() as page:
        page.goto("/")
        page.get_by_role("region", name="Needs you now").locator(f"a[href='{house.issue(3)}']").first.click()
        page.get_by_text("No, or not like this").click()
        page.get_by_label("Why not").fill("The note is required <b>by law</b>.")
        page.get_by_role("button", name="Reject").click()
        expect(page.get_by_role("button", name="Reject")).to_have_count(0)
        page.goto(approval)
        expect(page.get_by_role("heading", level=1)).to_contain_text("rejected")
        expect(page.get_by_role("main")).to_contain_text("The note is required <b>by law</b>.")
        page.goto(house.issue(3))
        page.get_by_role("button", name="Investigate again").click()
        expect(page.get_by_role("main")).to_contain_text("asked for")
        page.get_by_role("button", name="End this session").click()
        expect(page.get_by_role("main")).to_contain_text("cancelled")
    assert not _branches_for(house, 3)


def test_everything_is_read_and_approved_without_javascript(house: House, opens: Opens) -> None:
    house.receive(4)
    approval = house.approval(4)
    with opens(scripts=False) as page:
        page.goto(house.issue(4))
        expect(page.get_by_role("region", name="Proof")).to_contain_text("passes")
        page.get_by_text("exactly what would be done").first.click()
        expect(page.get_by_text("Commit message")).to_be_visible()
        page.goto(approval)
        page.get_by_role("button", name="Approve this push").click()
        expect(page.get_by_role("heading", level=1)).not_to_contain_text("pending")
        house.soon(lambda: _heading_after_reloading(page, "done"))
    assert _branches_for(house, 4)


def _heading_after_reloading(page: Page, words: str) -> str | None:
    page.reload()
    heading = page.get_by_role("heading", level=1).inner_text()
    return heading if words in heading else None


def _branches_for(house: House, number: int) -> list[str]:
    issue = house.issue(number).rpartition("/")[2]
    return [name for name in house.town.branches() if f"/issue-{issue}-" in name]

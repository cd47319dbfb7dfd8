"""What people teach Paramedic: how to go about a thing, and what is worth its time."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from tests.journeys.house import House

pytestmark = pytest.mark.sandbox


def test_a_playbook_is_edited_and_its_versions_compared(page: Page) -> None:
    page.goto("/playbooks")
    page.get_by_role("listitem").filter(has_text="!postmortem").get_by_role("link").click()
    page.get_by_role("link", name="Edit").click()
    text = page.get_by_label("Text, in Markdown")
    text.fill(text.input_value() + "\nAsk <b>who</b> was on call.\n")
    page.get_by_role("button", name="Save version 2").click()
    change = page.get_by_label("From version 1 to version 2")
    expect(change.get_by_text("+Ask <b>who</b> was on call.")).to_be_visible()
    expect(page.get_by_role("table")).to_contain_text("2")


def test_rules_are_tried_on_past_issues_and_change_nothing(house: House, page: Page) -> None:
    house.receive(3)
    issue = house.issue(3)
    page.goto("/rules")
    page.get_by_label("Rules, as TOML").fill('[[rules]]\nname = "many"\nmore_than = 1000\n')
    page.get_by_role("button", name="Dry run").click()
    found = page.get_by_role("region", name="Issues under both sets of rules")
    row = found.get_by_role("row").filter(has=page.locator(f"a[href='{issue}']"))
    expect(row.get_by_role("cell").first).to_contain_text("pull request")
    expect(row.get_by_role("cell").last).to_contain_text("needs more than 1000")
    page.get_by_label("Rules, as TOML").fill("[[rules]]\nname = \n")
    page.get_by_role("button", name="Dry run").click()
    expect(page.get_by_role("alert")).to_be_visible()

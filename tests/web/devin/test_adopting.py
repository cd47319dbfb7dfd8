"""The address of an issue that was never received: its session asks Sentry, and learns what the issue is called."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.standins.sentry import SentryStandIn
from tests.standins.shop import crash_event
from tests.web.devin.house import running_house, until

from paramedic.store import issues

ADDRESSES = {
    "/organizations/acme/issues/4715/?query=is:unresolved": "4715",
    "/acme/issues/SHOP-1A": "4711",
    "/acme/shop/issues/4712/events/latest/": "4712",
}


def at_rest(item: dict[str, Any]) -> bool:
    """Ended, or waiting for somebody's yes to what it proposes."""
    return item["status"] == "exit" or item["status_detail"] == "waiting_for_approval"


def test_an_issue_is_adopted_and_learns_its_name_and_project(tmp_path: Path) -> None:
    sentry = SentryStandIn()
    sentry.raw_event = crash_event()
    with sentry.running():
        settings = {"SENTRY_SELF_HOSTED_URL": sentry.url, "SENTRY_AUTH_TOKEN": sentry.token, "SENTRY_ORG_SLUG": "acme"}
        with running_house(tmp_path, worker=True, **settings) as house:
            for path in ADDRESSES:
                made = house.call("POST", f"{house.org}/sessions", {"prompt": f"See {sentry.url}{path}, please."}).json()
                assert made["status"] == "new"
            until(lambda: all(map(at_rest, house.call("GET", f"{house.org}/sessions").json()["items"])))
            with house.engine.connect() as connection:
                found = issues.listed(connection)
    assert {issue.upstream_id for issue in found} == set(ADDRESSES.values())
    assert {issue.group_key for issue in found} == {f"sentry:{number}" for number in ADDRESSES.values()}
    assert {(issue.title, issue.project, issue.count) for issue in found} == {("KeyError: 'sku'", "shop", 0)}

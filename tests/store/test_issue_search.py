"""Looking for issues, on both databases: what is found, in which order, and page by page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from paramedic.model.errors import BadInput
from paramedic.store import issue_search, issues, sessions
from paramedic.store.issue_search import Sort, Standing, Wanted
from paramedic.store.issues import Sighting
from paramedic.store.schema import issues as table
from paramedic.store.sessions import NewSession, SessionState

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def add(connection: sa.Connection, number: int, **fields: object) -> None:
    """The number says how often, when (two share each minute) and for how many."""
    seen = Sighting(f"p{number % 2}", f"{number:03}", f"KeyError: {number}_%", f"shop.views in f{number}", "error", "python", {})
    seen.count, seen.hours = number, {number: number}
    seen.first_seen = NOW - timedelta(minutes=number // 2)
    seen.last_seen = NOW + timedelta(minutes=number // 2)
    seen.users = {f"u{user}" for user in range(number % 4)}
    for name, value in fields.items():
        setattr(seen, name, value)
    issues.record(connection, [seen])


def keys(connection: sa.Connection, wanted: Wanted, limit: int = 100) -> list[str]:
    return [issue.group_key for issue in issue_search.find(connection, wanted, limit=limit).issues]


@pytest.mark.parametrize("sort", Sort)
def test_pages_hold_every_issue_once_in_order_and_lead_back(engine: sa.Engine, sort: Sort) -> None:
    with engine.begin() as connection:
        for number in range(1, 24):
            add(connection, number)
        wanted = Wanted(sort=sort)
        whole = keys(connection, wanted)
        assert sorted(whole) == [f"{number:03}" for number in range(1, 24)]
        page = issue_search.find(connection, wanted, limit=5)
        assert page.before is None
        pages = [page]
        while page.after:
            page = issue_search.find(connection, wanted, limit=5, after=page.after)
            pages.append(page)
        assert [issue.group_key for page in pages for issue in page.issues] == whole
        assert len(pages) == 5
        while page.before:
            pages.pop()
            page = issue_search.find(connection, wanted, limit=5, before=page.before)
            assert page.issues == pages[-1].issues
        assert len(pages) == 1


def test_a_page_is_not_shifted_by_what_is_seen_meanwhile(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        for number in range(1, 9):
            add(connection, number)
        first = issue_search.find(connection, Wanted(), limit=4)
        add(connection, 90)
        second = issue_search.find(connection, Wanted(), limit=4, after=first.after)
        assert [issue.group_key for issue in second.issues] == ["004", "003", "002", "001"]


def test_issues_are_filtered(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        add(connection, 1, level="fatal", release="shop@1")
        add(connection, 2, release="shop@2", short_id="SHOP-2")
        add(connection, 3, title="ÄRGER")
        by_key = {issue.group_key: issue.id for issue in issues.listed(connection)}
        change = sa.update(table).where(table.c.group_key == "002")
        connection.execute(change.values(status="ignored", rule="default", first_release="shop@0"))
        connection.execute(sa.update(table).where(table.c.group_key == "003").values(state="regressed"))
        for verdict in ("reproduced", "proven_fix"):
            session, _fresh = sessions.start(connection, NewSession(by_key["001"], "p1", "fix", None, "x"))
            sessions.finish(connection, session, SessionState.FINISHED, verdict=verdict, summary="")
        for wanted, found in (
            (Wanted(level="fatal"), ["001"]),
            (Wanted(project="p1"), ["003", "001"]),
            (Wanted(release="shop@2"), ["002"]),
            (Wanted(release="shop@0"), ["002"]),
            (Wanted(rule="default"), ["002"]),
            (Wanted(standing=Standing.IGNORED), ["002"]),
            (Wanted(standing=Standing.REGRESSED), ["003"]),
            (Wanted(standing=Standing.UNRESOLVED), ["003", "001"]),
            (Wanted(verdict="proven_fix"), ["001"]),
            (Wanted(verdict="reproduced"), []),
            (Wanted(text="keyerror"), ["002", "001"]),
            (Wanted(text="_%"), ["002", "001"]),
            (Wanted(text="f3"), ["003"]),
            (Wanted(text="SHOP-2"), ["002"]),
            (Wanted(text="keyerror", project="p1"), ["001"]),
        ):
            assert keys(connection, wanted) == found, wanted


@pytest.mark.parametrize("place", ["x", "1", "1.", ".1", "-1.1", "9" * 17 + ".1", "1." + "9" * 16, "1.1\n"])
def test_a_place_that_is_none_is_refused(engine: sa.Engine, place: str) -> None:
    with engine.begin() as connection, pytest.raises(BadInput, match="There is no page"):
        issue_search.find(connection, Wanted(), limit=5, after=place)

"""Who may come in, and what each may do there: by the pages alone, from the first administrator's one-time link on."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page, expect
from tests.journeys.looking import faults_of

from bench.browser import window
from bench.served import Served, serving
from paramedic.effects import ledger
from paramedic.effects.values import Effect, Patch
from paramedic.settings.file import Policy
from paramedic.store import invitations, issues, sessions, users
from paramedic.store.issues import Sighting
from paramedic.store.sessions import NewSession

PASSWORD = "four small tins of paint"
PEOPLE = {"Ben": "responder", "Vic": "viewer"}


@pytest.fixture(scope="module")
def desk(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Ada is its administrator, and has let in a responder and a viewer."""
    with serving(tmp_path_factory.mktemp("desk"), {}, worker=False) as served:
        with window(browser, served.url) as page:
            page.goto(_first_link(served))
            _choose_password(page, "Ada")
            for name, role in PEOPLE.items():
                _let_in(page, browser, served.url, name, role)
        yield served


def _first_link(served: Served) -> str:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if found := re.search(rf"{served.url}/welcome/[\w-]+", served.log):
            return found[0]
        time.sleep(0.1)
    pytest.fail(f"no one-time link was printed:\n{served.log}")


def _choose_password(page: Page, name: str = "") -> None:
    if name:
        page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("The same again").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def _let_in(page: Page, browser: Browser, url: str, name: str, role: str) -> None:
    page.goto("/settings")
    form = page.locator("form[action='/settings/users']")
    form.locator("[name=name]").fill(name)
    form.locator("[name=role]").select_option(role)
    form.get_by_role("button").click()
    link = page.get_by_label("The link").inner_text()
    with window(browser, url) as theirs:
        theirs.goto(link)
        _choose_password(theirs)


@contextmanager
def _signed_in(browser: Browser, desk: Served, name: str) -> Iterator[Page]:
    with window(browser, desk.url) as page:
        page.goto("/login")
        page.get_by_label("Name").fill(name)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Overview")
        yield page


def _question(engine: sa.Engine) -> str:
    """The path of a proposal that waits for a yes."""
    now = datetime.now(UTC)
    seen = Sighting("shop", secrets.token_hex(4), "KeyError: 'note'", "shop.rows in note", "error", "python", {})
    seen.first_seen = seen.last_seen = now
    with engine.begin() as connection:
        effect = Effect(Patch("fix.patch", "--- a\n+++ b\n"), issues.adopt(connection, seen), secrets.token_hex(16))
        sessions.start(connection, NewSession(None, "shop", "fix", None, "a test", kind="prompt"), effect.session_id)
        ledger.propose(connection, effect, Policy.ASK, 24)
    return f"/approvals/{effect.key}"


def test_a_wrong_password_lets_nobody_in(browser: Browser, desk: Served) -> None:
    with window(browser, desk.url) as page:
        page.goto("/issues")
        for name, password in (("Ada", "something else entirely"), ("Nobody", PASSWORD)):
            page.get_by_label("Name").fill(name)
            page.get_by_label("Password").fill(password)
            page.get_by_role("button", name="Sign in").click()
            expect(page.get_by_role("alert")).to_be_visible()
        page.goto("/issues")
        expect(page.get_by_role("button", name="Sign in")).to_be_visible()
        page.get_by_label("Name").fill("Ada")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Issues")
        page.get_by_role("button", name="Sign out").click()
        page.goto("/issues")
        expect(page.get_by_role("button", name="Sign in")).to_be_visible()


def test_a_viewer_sees_what_is_proposed_and_may_not_approve_it(browser: Browser, desk: Served) -> None:
    question = _question(desk.engine)
    with _signed_in(browser, desk, "Vic") as page:
        page.goto(question)
        expect(page.get_by_role("heading", level=1)).to_contain_text("pending")
        expect(page.get_by_role("button", name="Approve")).to_have_count(0)
        seal = page.locator("[name=seal]").first.input_value()
        refused = page.context.request.post(f"{question}/approve", form={"seal": seal}, max_redirects=0)
        assert refused.status == 403
        page.reload()
        expect(page.get_by_role("heading", level=1)).to_contain_text("pending")


def test_a_responder_signs_in_and_approves_with_the_keyboard_alone(browser: Browser, desk: Served) -> None:
    question = _question(desk.engine)
    with window(browser, desk.url) as page:
        page.goto("/login")
        expect(page.get_by_label("Name")).to_be_focused()
        page.keyboard.type("Ben")
        page.keyboard.press("Tab")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Overview")
        _tab_to(page, f"a[href='{question}']")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_contain_text("pending")
        _tab_to(page, "form[action$='/approve'] button")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_contain_text("approved")
        expect(page.get_by_role("main")).to_contain_text("decided by ben")


def test_the_pages_of_people_have_no_fault(browser: Browser, desk: Served) -> None:
    with desk.engine.begin() as connection:
        link = f"/welcome/{invitations.create(connection, users.named(connection, 'Vic'))}"
    with window(browser, desk.url) as page:
        found = [fault for path in ("/login", link) for fault in faults_of(page, path)]
    with _signed_in(browser, desk, "Ada") as page:
        found += [fault for path in ("/account", "/settings", "/settings/audit") for fault in faults_of(page, path)]
    assert not found, "\n".join(found)


def _tab_to(page: Page, wanted: str) -> None:
    """By the Tab key, on whose way one always sees where one is."""
    for _ in range(100):
        page.keyboard.press("Tab")
        style = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        where = page.evaluate("document.activeElement.outerHTML.slice(0, 120)")
        assert style != "none", f"one does not see that this has the focus: {where}"
        if page.evaluate("wanted => document.activeElement.matches(wanted)", wanted):
            return
    pytest.fail(f"{wanted} is not reached by the keyboard")

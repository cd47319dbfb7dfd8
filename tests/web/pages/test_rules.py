"""Rules on their page, in the API and on the command line: what they matched, and what others would have done."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from paramedic.model.errors import BadInput
from paramedic.sessions.rehearsal import Asked, dry_run_apart
from paramedic.settings.rules_text import read_rules
from paramedic.store import issues, sessions
from paramedic.store.issues import Sighting
from paramedic.store.sessions import NewSession

from .conftest import RULES, Browser, forget

QUIETER = RULES.replace("more_than = 5", "more_than = 500")
ENDLESS = '[[rules]]\nname = "endless"\nignore = ["^(.+)+~$"]\n'


@pytest.fixture(scope="module", autouse=True)
def crashes(browser: Browser) -> Iterator[None]:
    """Sixty crashes in each of two projects, one of which no rule is about, and one crash alone."""
    with browser.engine.begin() as connection:
        issues.record(connection, [sighting("a", "pay-core", 60), sighting("b", "<b>shop</b>", 60), sighting("c", "shop", 1)])
        known = {issue.group_key: issue.id for issue in issues.listed(connection)}
        issues.decided(connection, known["a"], action="diagnose", rule="payments", reason="many", priority=1)
        sessions.start(connection, NewSession(known["a"], "pay-core", "diagnose", "payments", "many"))
    yield
    forget(browser.engine)


def sighting(key: str, project: str, count: int) -> Sighting:
    now = datetime.now(UTC)
    title = f"KeyError: {key} {'x' * 40}"
    seen = Sighting(project, key, title, "", "error", "python", {}, first_seen=now, last_seen=now)
    seen.count, seen.hours = count, {int(time.time()) // 3600: count}
    return seen


def test_rules_are_shown_in_order_with_what_they_matched(browser: Browser) -> None:
    page = browser.get("/rules")
    assert page.index("payments") < page.index("default")
    assert "project pay-* · environment production" in page
    assert "<strong>1</strong> issue</a> of the last 2000" in page
    assert "started <strong>1</strong> session in 7 days" in page
    assert '[[rules]]\nname = "payments"' in page
    (first, second) = browser.client.get("/api/rules").json()["rules"]
    assert (first["name"], first["lately"]["issues"], first["lately"]["sessions_in_7_days"]) == ("payments", 1, 1)
    assert (second["name"], second["lately"]["issues"]) == ("default", 0)


def test_a_dry_run_shows_what_would_change_and_does_nothing(browser: Browser) -> None:
    before = snapshot(browser)
    page = browser.send("/rules/dry-run", 200, toml=QUIETER.replace("\n", "\r\n"), days="7", limit="200").text
    assert "<dt>issues looked at</dt><dd>3</dd>" in page
    assert "<dt>treated otherwise</dt><dd>1</dd>" in page
    assert "<dt>matched by payments</dt><dd>0</dd>" in page
    assert "<b>shop</b>" not in page
    found = browser.client.post("/api/rules/dry-run", json={"toml": QUIETER, "days": 1}).json()
    assert found["acted_upon"] == {"today": 2, "tried": 2}
    (changed,) = [row for row in found["issues"] if row["differs"]]
    assert (changed["today"]["rule"], changed["tried"]["rule"]) == ("payments", "default")
    assert "60 events in 60 minutes" in changed["today"]["reason"]
    alone = next(row for row in found["issues"] if row["count"] == 1)
    assert "1 events in 60 minutes, needs more than" in alone["tried"]["reason"]
    assert browser.client.post("/api/rules/dry-run", json={}).json()["changed"] == 0
    assert snapshot(browser) == before


def snapshot(browser: Browser) -> list[object]:
    with browser.engine.connect() as connection:
        return [issues.listed(connection), sessions.recent(connection)]


def test_a_rule_that_is_wrong_comes_back_with_its_line(browser: Browser) -> None:
    page = browser.send("/rules/dry-run", 400, toml="[[rules]]\nname = '<b>x'\nusers = 'many'\n").text
    assert "Line 3, rule &#39;&lt;b&gt;x&#39;, users:" in page
    assert "users = &#39;many&#39;" in page
    answer = browser.client.post("/api/rules/dry-run", json={"toml": "[[rules]]\nname = 'x'\nusers = -1\n"})
    assert (answer.status_code, answer.json()["error"]["message"][:7]) == (400, "Line 3,")
    assert browser.client.post("/api/rules/dry-run", json={"limit": 5000}).status_code == 422
    assert browser.client.post("/rules/dry-run", data={"toml": RULES}).status_code == 403


def test_a_pattern_that_never_ends_is_ended(browser: Browser) -> None:
    url = browser.engine.url.render_as_string(hide_password=False)
    with pytest.raises(BadInput, match="took more than 3 seconds and was ended"):
        dry_run_apart(url, Asked((), read_rules(ENDLESS)), seconds=3.0)


def test_the_command_line_says_the_same(browser: Browser) -> None:
    url = browser.engine.url.render_as_string(hide_password=False)
    environment = {**os.environ, "PARAMEDIC_HOME": str(browser.web.home), "DATABASE_URL": url}

    def run(*words: str, text: str = "") -> dict[str, object]:
        command = [sys.executable, "-m", "paramedic", "rules", *words, "--json"]
        done = subprocess.run(command, input=text, capture_output=True, text=True, env=environment, check=True)
        document: dict[str, object] = json.loads(done.stdout)
        return document

    listed = run("list")["rules"]
    assert isinstance(listed, list)
    assert [(row["name"], row["lately"]["issues"]) for row in listed] == [("payments", 1), ("default", 0)]
    told, shown = run("dry-run", "-", text=QUIETER), browser.client.post("/api/rules/dry-run", json={"toml": QUIETER}).json()
    assert [told[name] for name in ("looked_at", "changed", "rules")] == [
        shown[name] for name in ("looked_at", "changed", "rules")
    ]

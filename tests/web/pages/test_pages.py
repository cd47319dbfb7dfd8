"""The pages as a browser gets them: from a real web process, a real database and a real triage."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from html import unescape
from pathlib import Path

import httpx2
import pytest
from tests.effects.findings import proven
from tests.sessions.ward import Ward, ended
from tests.standins.shop import crash_event

from intake.running import Web, running_web
from paramedic.effects import ledger
from paramedic.effects.values import Effect, EffectState, Patch
from paramedic.sessions.document import result_document
from paramedic.settings.file import Policy
from paramedic.store import issues, mcp, playbooks, sessions
from paramedic.store.events import Sample
from paramedic.store.issues import Sighting
from paramedic.store.playbooks import Draft
from paramedic.store.service_users import HOME_ORGANISATION
from paramedic.store.sessions import NewSession, SessionState

TOKEN = "t0ken"
HOSTILE = "<script>alert(1)</script> <img src=x onerror=alert(2)> \u202egnp.exe \x1b[31m {{ 7 * 7 }}"


@dataclass(frozen=True)
class Dashboard:
    """``browser`` keeps cookies; it is on the machine itself and needs no token."""

    ward: Ward
    web: Web
    browser: httpx2.Client
    session: str

    def get(self, path: str, status: int = 200) -> str:
        answer = self.browser.get(path)
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        return answer.text

    def send(self, path: str, **fields: str) -> httpx2.Response:
        seal = seal_in(self.get("/issues/1"))
        return self.browser.post(path, data={"seal": seal, **fields})


def seal_in(text: str) -> str:
    found = re.search(r'name="seal" value="([0-9a-f]{64})"', text)
    assert found, text
    return found[1]


def hostile_issue() -> Sighting:
    now = datetime.now(UTC)
    event = crash_event("2" * 32) | {
        "exception": {"values": [{"type": HOSTILE, "value": HOSTILE, "stacktrace": {"frames": [hostile_frame()]}}]},
        "tags": {HOSTILE: HOSTILE},
        "breadcrumbs": {"values": [{"message": HOSTILE, "category": HOSTILE, "data": {HOSTILE: HOSTILE}}]},
        "request": {"url": HOSTILE, "method": "GET", "data": HOSTILE},
    }
    seen = Sighting("<b>shop</b>", "hostile", HOSTILE, HOSTILE, "error", "python", {}, url="javascript:alert(3)")
    seen.count, seen.first_seen, seen.last_seen = 1, now, now
    seen.samples, seen.hours = [Sample("2" * 32, now, json.dumps(event).encode())], {int(time.time()) // 3600: 1}
    return seen


def hostile_frame() -> dict[str, object]:
    names = dict.fromkeys(("filename", "function", "module", "context_line"), HOSTILE)
    return {**names, "pre_context": [HOSTILE], "in_app": True, "lineno": 3, "vars": {HOSTILE: HOSTILE, "many": [HOSTILE]}}


@pytest.fixture(scope="module")
def dashboard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    """One issue that was triaged for real, whose push waits for a yes, and one that was sent by an enemy."""
    ward = Ward(tmp_path_factory.mktemp("pages"))
    configuration = (ward.home / "paramedic.toml").read_text().replace('push = "auto"', 'push = "ask"')
    session_id = ward.start(ward.add_issue())
    with ExitStack() as stack:
        web = stack.enter_context(running_web(ward.home, configuration + '\n[mcp.logs]\nurl = "http://127.0.0.1:9/mcp"\n'))
        with ward.worker():
            ward.wait(ended(ward, session_id))
        with ward.engine.begin() as connection:
            issues.record(connection, [hostile_issue()])
            tool = {"name": HOSTILE, "tool": "x", "description": HOSTILE, "read_only": True, "standing": "allowed", "digest": ""}
            mcp.keep(connection, "logs", HOSTILE, HOSTILE, [tool])
        browser = stack.enter_context(httpx2.Client(base_url=web.url, timeout=20.0))
        yield Dashboard(ward, web, browser, session_id)


@pytest.mark.sandbox
def test_the_issue_shows_error_stack_diagnosis_change_and_proof(dashboard: Dashboard) -> None:
    text = unescape(dashboard.get("/issues/1"))
    assert text.index("KeyError") < text.index("Diagnosis") < text.index('<h2 id="stack">')
    for shown in (
        "`row` has no key 'note'",
        '<span class="crash"><span class="number">13</span>    return row["note"]',
        "'tea'",
        "<dt>E1 ",
        '<span class="removed">-    return row["note"]',
        '<span class="added">+    return row.get("note")',
        'Regression test before the change <span class="badge bad">fails',
        'Regression test after the change <span class="badge good">passes',
        "Push waits for your yes",
        "Last day, by hour: 1 since",
        "shop@1.0.0",
    ):
        assert shown in text, shown


@pytest.mark.sandbox
def test_every_page_renders_and_says_what_it_is_about(dashboard: Dashboard) -> None:
    (one,) = pending(dashboard)
    with dashboard.ward.engine.begin() as connection:
        triage = playbooks.read(connection, HOME_ORGANISATION, "!triage")
        playbooks.edit(connection, HOME_ORGANISATION, triage.id, Draft(triage.title, "Look first.\n", "!triage"), "ada")
    claimed = ("and passes after it; no test of the project is worse.",)
    pages = {
        "/": ("Push waits for your yes", "No worker lives", "proven fix", "Issues seen last"),
        "/issues": ("KeyError: 'note'", "proven fix", "<svg"),
        "/sessions": (dashboard.session[:8], "proven fix"),
        f"/sessions/{dashboard.session}": ("reproduce", "release shop@1.0.0 is tag v1.0.0", "Write to this session", "Proof"),
        f"/sessions/devin-{dashboard.session}": ("Stages",),
        "/approvals": ("Commit message", one.effect.payload.branch, "+    return row.get", *claimed),
        f"/approvals/{one.effect.key}": (one.effect.key, "Approve this push", *claimed),
        "/playbooks": ("!triage",),
        f"/playbooks/{triage.id}": ("From version 1 to version 2", '<span class="added">+Look first.'),
        "/knowledge": ("Knowledge",),
        "/mcp-servers": ("does not answer", "logs"),
        "/status": ("No worker lives", "Sentry webhook", "SENTRY_CLIENT_SECRET", "sandbox"),
    }
    for path, expected in pages.items():
        text = unescape(dashboard.get(path))
        missing = [words for words in expected if words not in text]
        assert not missing, (path, missing)
        assert text.count("<h1") == 1
    assert "There is no issue 99." in dashboard.get("/issues/99", 404)
    assert "There is no session" in unescape(dashboard.get("/sessions/nope", 404))


@pytest.mark.sandbox
def test_what_was_not_checked_is_beside_the_question_whatever_it_is_about(dashboard: Dashboard) -> None:
    patch = Effect(Patch("fix.patch", "--- a\n"), 1, "5e55" + "0" * 28)
    with dashboard.ward.engine.begin() as connection:
        sessions.start(connection, NewSession(None, "shop", "fix", None, "a test", kind="prompt"), patch.session_id)
        document = json.loads(json.dumps(result_document(proven())))
        sessions.finish(connection, patch.session_id, SessionState.FINISHED, verdict="proven_fix", summary="", result=document)
        ledger.propose(connection, patch, Policy.ASK, 24)
    for path in ("/approvals", f"/approvals/{patch.key}"):
        assert "<h3>Not checked</h3><ul><li>No other test covers it.</li></ul>" in dashboard.get(path)
    with dashboard.ward.engine.begin() as connection:
        ledger.reject(connection, patch.key, "ann")


def pending(dashboard: Dashboard) -> tuple[ledger.Recorded, ...]:
    with dashboard.ward.engine.begin() as connection:
        return ledger.listing(connection, states=(EffectState.PENDING,))


@pytest.mark.sandbox
def test_issues_are_searched_and_filtered(dashboard: Dashboard) -> None:
    assert "KeyError: &#39;note&#39;" in dashboard.get(
        "/issues?verdict=proven_fix&project=shop&level=error&q=NOTE&status=unresolved"
    )
    for query in ("verdict=diagnosed", "q=nothing+like+it", "level=fatal", "status=resolved", "rule=none", "release=none"):
        assert "No issue is like this." in dashboard.get(f"/issues?{query}"), query


@pytest.mark.sandbox
@pytest.mark.parametrize("path", ["/", "/issues", "/issues?q=<script>", "/issues/2", "/mcp-servers", "/sessions/<script>"])
def test_what_an_event_says_is_text_and_nothing_else(dashboard: Dashboard, path: str) -> None:
    answer = dashboard.browser.get(path)
    text = answer.text
    assert "<script>alert" not in text
    assert "<img" not in text
    assert "\u202e" not in text
    assert "\x1b" not in text
    assert "javascript:" not in text
    assert "<script>" not in text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert " style=" not in text


@pytest.mark.sandbox
def test_a_form_of_another_page_is_refused(dashboard: Dashboard) -> None:
    (one,) = pending(dashboard)
    path = f"/approvals/{one.effect.key}/approve"
    for fields in ({}, {"seal": ""}, {"seal": "0" * 64}):
        assert dashboard.browser.post(path, data=fields).status_code == 403
    seal = seal_in(dashboard.get("/issues/1"))
    for stranger in ({"Origin": "https://evil.example"}, {"Host": "evil.example"}):
        assert dashboard.browser.post(path, data={"seal": seal}, headers=stranger).status_code == 403
    assert dashboard.browser.get(path).status_code == 405
    assert pending(dashboard) == (one,)


@pytest.mark.sandbox
def test_a_person_investigates_again_writes_rejects_and_approves(dashboard: Dashboard) -> None:
    (one,) = pending(dashboard)
    answer = dashboard.send(f"/approvals/{one.effect.key}/approve")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/approvals/{one.effect.key}")
    shown = dashboard.get(f"/approvals/{one.effect.key}")
    assert "decided by dashboard from 127.0.0.1" in shown
    assert dashboard.send(f"/approvals/{one.effect.key}/reject", reason="late").status_code == 400
    answer = dashboard.send("/issues/2/investigate")
    assert answer.status_code == 303
    page = answer.headers["location"]
    assert "data-live" in dashboard.get(page)
    assert dashboard.send(f"{page}/message", message="Look at <b>the</b> cache.").status_code == 303
    assert "Look at &lt;b&gt;the&lt;/b&gt; cache." in dashboard.get(page)
    assert dashboard.send(f"{page}/message", message=" ").status_code == 400
    assert dashboard.send(f"{page}/end").status_code == 303
    assert "cancelled" in dashboard.get(page)
    assert dashboard.send(f"{page}/resume").status_code == 303
    with dashboard.ward.engine.begin() as connection:
        assert sessions.live_of(connection, 2) == page.removeprefix("/sessions/")


def test_with_a_token_set_pages_ask_for_it_once(tmp_path: Path) -> None:
    with (
        running_web(tmp_path, PARAMEDIC_API_TOKEN=TOKEN) as web,
        httpx2.Client(base_url=web.url) as browser,
        httpx2.Client(base_url=web.url) as other,
    ):
        turned_away = browser.get("/issues")
        assert (turned_away.status_code, turned_away.headers["location"]) == (303, "/login?next=/issues")
        seal = seal_in(browser.get("/login?next=/issues").text)
        assert browser.post("/login", data={"token": "wrong", "seal": seal}).status_code == 401
        assert browser.post("/login", data={"token": TOKEN, "seal": "0" * 64}).status_code == 403
        assert other.post("/login", data={"token": TOKEN, "seal": seal}).status_code == 403
        signed_in = browser.post("/login", data={"token": TOKEN, "seal": seal, "next": "//evil.example"})
        assert (signed_in.status_code, signed_in.headers["location"]) == (303, "/")
        cookie = signed_in.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=lax" in cookie
        inside = browser.get("/issues")
        assert inside.status_code == 200
        assert "Sign out" in inside.text
        assert browser.get("/api/issues").status_code == 401, "the API takes no cookie"
        forged = browser.cookies["paramedic_sitting"].replace(".", "0.", 1)
        assert other.get("/issues", headers={"Cookie": f"paramedic_sitting={forged}"}).status_code == 303
        assert browser.post("/logout", data={"seal": seal_in(inside.text)}).status_code == 303
        assert browser.get("/issues").status_code == 303
        seal = seal_in(browser.get("/login").text)
        answers = [browser.post("/login", data={"token": "wrong", "seal": seal}).status_code for _ in range(11)]
        assert answers[-1] == 429
        assert browser.get("/assets/style.css").headers["content-type"].startswith("text/css")
        assert browser.get("/assets/../door.py").status_code == 404


def test_what_is_not_there_is_a_page_for_people_and_an_object_for_programs(dashboard: Dashboard) -> None:
    people = {"Accept": "text/html,*/*"}
    for path in ("/nope", "/settings/nope", "/rules/dry-run"):
        answer = dashboard.browser.get(path, headers=people)
        assert answer.status_code == 404, path
        assert f"There is no page {path}." in unescape(answer.text)
    assert dashboard.browser.get("/api/nope", headers=people).json() == {"detail": "Not Found"}
    assert dashboard.browser.get("/nope").json() == {"detail": "Not Found"}

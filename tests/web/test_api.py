"""The HTTP API: what it shows, what it starts, and whom it lets in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from intake.running import Web, running_web
from paramedic.effects import ledger
from paramedic.effects.values import Effect, Patch
from paramedic.model.agent import Cost, Hold, Step
from paramedic.settings.file import Policy
from paramedic.store import ignores, sessions
from paramedic.store.agent import StoredJournal
from paramedic.store.sessions import NewSession, SessionState
from sessions.test_digest import event, hook, receive

HEADERS = {"Authorization": "Bearer t0ken"}


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    with running_web(tmp_path_factory.mktemp("api"), PARAMEDIC_API_TOKEN="t0ken") as running:
        receive(
            running.engine, *(event(number) for number in range(5)), hook("created", "2026-01-01T00:00:00Z", shortId="DESK-1")
        )
        yield running


def get(web: Web, path: str) -> httpx2.Response:
    return httpx2.get(web.url + path, headers=HEADERS)


def post(web: Web, path: str, document: object = None) -> httpx2.Response:
    return httpx2.post(web.url + path, headers=HEADERS, json=document)


def test_health_says_what_is_missing_and_needs_no_token(web: Web) -> None:
    for path in ("/health", "/api/v1/health"):
        health = httpx2.get(web.url + path).json()
        assert (health["status"], health["database"], health["inbox"], health["workers"]) == ("degraded", "sqlite", 0, 0)
        assert "SENTRY_CLIENT_SECRET" in health["missing"]
        assert health["last_received"]["event"]["seconds_ago"] < 600


@pytest.mark.parametrize("path", ["/api/issues", "/api/issues/1", "/api/sessions", "/api/approvals"])
@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "t0ken\xe9".encode("latin-1")}])
def test_without_the_token_nothing_is_shown(web: Web, path: str, headers: dict[str, str]) -> None:
    assert httpx2.get(web.url + path, headers=headers).status_code == 401


def test_without_a_token_set_only_this_machine_is_served(tmp_path: Path) -> None:
    with running_web(tmp_path / "open") as web:
        assert httpx2.get(web.url + "/api/issues").status_code == 200
        assert httpx2.get(web.url + "/api/issues", headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 403
        for path in ("/api/issues", "/"):
            for name, value in {"Host": "paramedic.acme.example", "Origin": "https://acme.example"}.items():
                refused = httpx2.get(web.url + path, headers={name: value})
                assert refused.status_code == 403
                assert f"{name}: {value}" in refused.text


def test_issues_are_listed_and_filtered(web: Web) -> None:
    assert {issue["count"] for issue in get(web, "/api/issues").json()["issues"]} == {1, 5}
    assert [issue["short_id"] for issue in get(web, "/api/issues?q=%27x%27").json()["issues"]] == ["DESK-1"]
    assert get(web, "/api/issues?project=nobody").json()["issues"] == []
    assert get(web, "/api/issues?limit=0").status_code == 422


def test_an_issue_explains_its_grouping_and_shows_its_hours(web: Web) -> None:
    issue = get(web, "/api/issues/1").json()
    assert issue["grouping"] == {"method": "stack trace", "components": ["type KeyError", "frame desk | close | close()"]}
    assert sum(hour["count"] for hour in issue["hours"]) == 5


@pytest.mark.parametrize(
    "path", ["/api/issues/999", "/api/issues/999/analysis-status", "/api/sessions/nope", "/api/sessions/nope/log"]
)
def test_what_is_not_there_is_404_with_a_remedy(web: Web, path: str) -> None:
    answer = get(web, path)
    assert answer.status_code == 404
    assert answer.json()["error"]["remedy"]


def test_an_analysis_is_started_once_and_followed(web: Web) -> None:
    assert get(web, "/api/issues/1/analysis-status").json()["status"] == "none"
    first = post(web, "/api/issues/1/trigger-analysis").json()
    again = post(web, "/api/issues/manual-analysis", {"issue_id": 1}).json()
    assert first["message"] == "Analysis scheduled"
    assert (again["session_id"], again["message"]) == (first["session_id"], "An analysis is under way")
    assert get(web, "/api/issues/1/analysis-status").json()["status"] == "queued"
    with web.engine.begin() as connection:
        diagnosis = {"category": "third-party", "summary": "because"}
        document = {"reason": "why", "diagnosis": diagnosis, "fix": {"diff": "-a\n+b"}}
        sessions.finish(
            connection, first["session_id"], SessionState.FINISHED, verdict="proven_fix", summary="s", result=document
        )
        sessions.append_log(connection, first["session_id"], "prove", "done")
    status = get(web, "/api/issues/1/analysis-status").json()
    assert status["status"] == "done"
    assert status["analysis"]["causeType"] == "3rdparty"
    assert (status["analysis"]["rootCause"], status["analysis"]["solution"]) == ("because", "-a\n+b")
    assert get(web, f"/api/sessions/{first['session_id']}").json()["verdict"] == "proven_fix"
    log = get(web, f"/api/sessions/{first['session_id']}/log").json()["lines"]
    assert [(line["stage"], line["text"]) for line in log] == [("prove", "done")]
    assert get(web, f"/api/sessions/{first['session_id']}/log?after={log[-1]['seq']}").json()["lines"] == []


def test_a_session_shows_all_that_counts_against_its_cap(web: Web) -> None:
    with web.engine.begin() as connection:
        session_id, _fresh = sessions.start(connection, NewSession(None, None, "answer", None, "a test", kind="prompt"))
    plenty = Cost(10**9, 10**9)
    journal = StoredJournal(web.engine, session_id, None, (plenty, plenty, plenty))
    first, cut_off = journal.hold(Cost(100, 10)), journal.hold(Cost(100, 10))
    assert isinstance(first, Hold)
    assert isinstance(cut_off, Hold)
    journal.keep(Step(0, "model", "m", "{}", Cost(30, 4)), first)
    spent = {"micro_dollars": 130, "tokens": 14, "unsettled_micro_dollars": 100, "unsettled_tokens": 10}
    assert get(web, f"/api/sessions/{session_id}").json()["spent"] == spent


@pytest.mark.parametrize("name", [{"issue_id": "DESK-1"}, {"issue_id": "77"}, {"url": "https://acme.sentry.io/issues/77/"}])
def test_an_issue_is_found_by_what_sentry_calls_it(web: Web, name: dict[str, str]) -> None:
    assert post(web, "/api/issues/manual-analysis", name).json()["issue_id"] == 2


@pytest.mark.parametrize(
    ("document", "status"), [({}, 400), ({"issue_id": "NOPE-1"}, 404), ({"url": "https://example.com/"}, 400), ([], 422)]
)
def test_a_question_about_nothing_is_refused(web: Web, document: object, status: int) -> None:
    assert post(web, "/api/issues/manual-analysis", document).status_code == status


def test_an_answer_to_no_question_is_refused(web: Web) -> None:
    assert get(web, "/api/approvals").json() == {"approvals": []}
    assert post(web, "/api/approvals/abcdefgh/approve").status_code == 400


NO_IGNORING = (
    ({"reason": " "}, 400),
    ({"until": "ever"}, 422),
    ({"reason": "x", "until": "time"}, 400),
    ({"reason": "x", "until": "ever", "days": 3}, 400),
    ({"reason": "x", "until": "time", "days": 0}, 422),
)


def test_an_issue_is_ignored_with_a_reason_and_heeded_again(web: Web) -> None:
    assert post(web, "/api/issues/1/unignore").status_code == 400
    for wrong, status in NO_IGNORING:
        assert post(web, "/api/issues/1/ignore", wrong).status_code == status, wrong
    assert post(web, "/api/issues/1/ignore", {"reason": "a bot", "until": "time", "days": 2}).json()["status"] == "ignored"
    with web.engine.connect() as connection:
        held = ignores.current(connection, 1)
    assert held is not None
    assert (held.reason, held.until, "the API token" in held.by) == ("a bot", "time", True)
    assert post(web, "/api/issues/1/unignore").json()["status"] == "unresolved"


@pytest.mark.parametrize("answer", ["approve", "reject", "request-changes"])
def test_a_question_is_answered(web: Web, answer: str) -> None:
    with web.engine.begin() as connection:
        session_id, _fresh = sessions.start(connection, NewSession(None, None, "answer", None, "a test", kind="prompt"))
        sessions.finish(connection, session_id, SessionState.FINISHED, verdict="proven_fix", summary="s")
        effect = Effect(Patch(f"{answer}.patch", "-a\n+b\n"), 2, session_id, cause=answer)
        ledger.propose(connection, effect, Policy.ASK, 24)
    assert [each["id"] for each in get(web, f"/api/approvals?session_id={session_id}").json()["approvals"]] == [effect.key]
    words = "name it otherwise"
    said = {"reject": {"reason": words}, "request-changes": {"message": words}}.get(answer)
    answered = post(web, f"/api/approvals/{effect.key}/{answer}", said).json()
    states = {"approve": "approved", "reject": "rejected", "request-changes": "pending"}
    assert answered["state"] == states[answer]
    (line,) = get(web, f"/api/sessions/{session_id}/log").json()["lines"]
    assert "the API token" in line["text"]
    assert (words in line["text"]) is bool(said)
    if answer == "request-changes":
        assert answered["withdrawn"] is False
        assert "PARAMEDIC_MODEL" in answered["message"]


@pytest.mark.parametrize("number", [2**63 - 1, 2**63, 10**30])
def test_a_number_that_no_database_holds_is_no_error_of_ours(web: Web, number: int) -> None:
    answers = (get(web, f"/api/issues/{number}"), post(web, f"/api/issues/{number}/ignore", {"reason": "x"}))
    assert {answer.status_code for answer in answers} <= {404, 422}


def test_pages_cannot_be_framed(web: Web) -> None:
    assert get(web, "/api/issues").headers["x-frame-options"] == "DENY"

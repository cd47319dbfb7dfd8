"""The analysis protocol, both ways: our server, and our client of other servers and of our own."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime

import httpx2
import pytest
from tests.standins.analysis import Analyst
from tests.standins.base import Fault

from intake.running import Web, running_web
from paramedic.integrations.analysis.client import AnalysisServer
from paramedic.model.errors import OutsideError
from paramedic.reports.period import Seen, period_report
from paramedic.store import sessions
from paramedic.store.sessions import SessionState
from sessions.test_digest import event, hook, receive


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    with running_web(tmp_path_factory.mktemp("analysis")) as running:
        receive(running.engine, *(event(number) for number in range(5)), hook("created", "2026-01-01T00:00:00Z"))
        yield running


def post(web: Web, path: str, body: object) -> httpx2.Response:
    return httpx2.post(web.url + path, json=body)


def test_an_issue_is_asked_about_answered_reused_and_asked_about_again(web: Web) -> None:
    assert httpx2.get(f"{web.url}/analysis/issue/77").status_code == 404
    first = post(web, "/analysis/issue", {"issueId": "77", "forceRefresh": False}).json()
    assert first["status"] == "queued"
    assert httpx2.get(f"{web.url}/analysis/issue/77").json() == {"issueId": "77", "status": "queued"}
    document = {"reason": "why", "diagnosis": {"category": "third-party", "summary": "because"}, "fix": {"diff": "-a\n+b"}}
    with web.engine.begin() as connection:
        session_id = first["jobId"].removeprefix("job-")
        sessions.finish(connection, session_id, SessionState.FINISHED, verdict="proven_fix", summary="s", result=document)
    answer = httpx2.get(f"{web.url}/analysis/issue/77").json()
    assert (answer["status"], answer["analysis"]["rootCause"], answer["analysis"]["causeType"]) == ("done", "because", "3rdparty")
    assert post(web, "/analysis/issue", {"issueId": 77}).json() == {"jobId": first["jobId"], "status": "reused"}
    server = AnalysisServer(web.url)
    opinion = server.analyse("77", 5.0)
    server.close()
    assert opinion is not None
    assert (opinion.root_cause, opinion.solution) == ("because", "-a +b")
    again = post(web, "/analysis/issue", {"issueId": "77", "forceRefresh": True}).json()
    assert again["status"] == "queued" and again["jobId"] != first["jobId"]


def test_an_issue_that_was_never_received_is_adopted(web: Web) -> None:
    assert post(web, "/analysis/issue", {"issueId": "SHOP-4D"}).json()["status"] == "queued"
    assert httpx2.get(f"{web.url}/analysis/issue/SHOP-4D").json()["status"] == "queued"


def test_a_report_counts_what_was_seen_in_its_days(web: Web) -> None:
    today = datetime.now(UTC).date().isoformat()
    asked = post(web, "/analysis/report", {"from": today, "to": today, "releases": []}).json()
    report = httpx2.get(f"{web.url}/analysis/report/{asked['reportId']}").json()
    assert (report["status"], report["reportId"]) == ("done", asked["reportId"])
    assert "1 remain" in report["summary"] and "5 events" in report["summary"]
    assert "KeyError" in report["remainingIssues"]
    other = post(web, "/analysis/report", {"from": today, "to": today, "releases": ["nobody@1"]}).json()
    assert httpx2.get(f"{web.url}/analysis/report/{other['reportId']}").json()["summary"] == "No issue was seen."


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("issue", {}, 422),
        ("issue", {"issueId": ""}, 422),
        ("issue", {"issueId": ["x"]}, 422),
        ("issue", {"issueId": "not an issue"}, 400),
        ("issue", {"issueId": "https://example.org/issues/1/"}, 400),
        ("report", {"from": "yesterday", "to": "today"}, 422),
        ("report", {"from": "2026-02-01", "to": "2026-01-01"}, 422),
    ],
)
def test_an_odd_question_is_refused(web: Web, path: str, body: object, status: int) -> None:
    assert post(web, f"/analysis/{path}", body).status_code == status


@pytest.mark.parametrize("name", ["none", "report-", "report-AAAA", "report-W10", "report-" + "x" * 3000, "report-%00"])
def test_a_report_that_was_never_made_is_404(web: Web, name: str) -> None:
    assert httpx2.get(f"{web.url}/analysis/report/{name}").status_code == 404


def test_a_stranger_gets_no_analysis(web: Web) -> None:
    assert httpx2.get(f"{web.url}/analysis/issue/77", headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 403


def test_the_client_waits_for_a_busy_server_and_reads_one_line() -> None:
    analyst = Analyst(busy=2)
    with analyst.running():
        server = AnalysisServer(analyst.url)
        opinion = server.analyse("4211", 10.0)
        assert opinion is not None
        assert opinion.root_cause == "The cache is empty after a deploy."
        assert analyst.count("GET", "/analysis/issue/4211") == 3
        assert server.analyse("4211", 0.0) is None
        assert server.analyse("4211", 10.0, wanted=lambda: False) is None
        server.close()


@pytest.mark.parametrize("answer", [[], "x", {"status": "error", "error": "no"}])
def test_a_server_that_fails_or_speaks_otherwise_is_an_error(answer: object) -> None:
    analyst = Analyst(answer=answer)
    with analyst.running(), pytest.raises(OutsideError):
        AnalysisServer(analyst.url).analyse("1", 5.0)


@pytest.mark.parametrize("analysis", [None, [], {}, {"rootCause": ""}, {"rootCause": 7}])
def test_an_answer_without_a_cause_is_none(analysis: object) -> None:
    analyst = Analyst(answer={"status": "done", "analysis": analysis})
    with analyst.running():
        assert AnalysisServer(analyst.url).analyse("1", 5.0) is None


def test_a_server_that_is_down_is_an_error_at_once() -> None:
    analyst = Analyst()
    analyst.faults.append(Fault(drop=True))
    began = time.monotonic()
    with analyst.running(), pytest.raises(OutsideError):
        AnalysisServer(analyst.url).analyse("1", 60.0)
    assert time.monotonic() - began < 20


def test_the_report_of_a_period_says_what_to_do() -> None:
    def seen(name: str, count: int, **more: object) -> Seen:
        return Seen(
            "KeyError", name, **({"status": "unresolved", "state": "new", "level": "error", "verdict": None} | more), count=count
        )  # type: ignore[arg-type]

    report = period_report(
        [
            seen("A", 5),
            seen("B", 50, verdict="proven_fix"),
            seen("C", 1, status="resolved", verdict="no_code_fix"),
            seen("D", 9, state="regressed", verdict="diagnosed"),
            *(seen(f"Z{number:02}", 1, verdict="not_found") for number in range(25)),
        ]
    )
    assert report.summary.startswith("29 issues were seen: 1 resolved, 28 remain, 1 came back.")
    assert report.actions == "- B: a fix is proven; review and merge it.\n- A: nobody has looked into it."
    assert report.remaining.startswith("- B: KeyError (50 events, error)\n- D")
    assert report.remaining.endswith("- and 8 more")
    assert report.recurring == "- D: KeyError (9 events, error)"

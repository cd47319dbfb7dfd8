"""A storm through the real intake: a handful of messages, every issue kept, every question asked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.chat.conftest import Ward
from tests.intake.running import KEY, Web, running_web
from tests.standins.slack import CHANNEL, TOKEN, SlackStandIn, labels, words

from paramedic.effects import ledger
from paramedic.sessions.digest import digest
from paramedic.sessions.starting import start_sessions
from paramedic.store import issues

ISSUES = 2000
QUESTIONS = 3
AUTH = {"X-Sentry-Auth": f"Sentry sentry_version=7, sentry_key={KEY}"}


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    with running_web(tmp_path / "web") as running:
        yield running


@pytest.fixture
def stormy(web: Web, slack: SlackStandIn) -> Iterator[Ward]:
    engine = web.engine
    known = {"slack_bot_token": TOKEN, "slack_channel": CHANNEL, "slack_api_url": f"{slack.url}/api", "slack_signing_secret": "s"}
    ward = Ward(engine, web.home, **known)
    ward.configure(count=1)
    yield ward
    engine.dispose()


def event(number: int) -> dict[str, Any]:
    frame = {"filename": f"shop/m{number}.py", "function": f"f{number}", "lineno": 1, "in_app": True}
    value = {"type": f"Error{number}", "value": "x", "stacktrace": {"frames": [frame]}}
    return {"event_id": f"{number:032x}", "platform": "python", "level": "error", "exception": {"values": [value]}}


def send_all(web: Web, numbers: range) -> None:
    with httpx2.Client(headers=AUTH, timeout=30.0) as client, ThreadPoolExecutor(16) as pool:
        sent = pool.map(lambda number: client.post(f"{web.url}/api/7/store/", content=json.dumps(event(number))), numbers)
        assert {answer.status_code for answer in sent} == {200}


def work_off(ward: Ward) -> None:
    """What the worker does while it rains: everything in turn, and messages in between."""
    while digest(ward.engine):
        while start_sessions(ward.engine, ward.configuration):
            pass
        ward.tick()
    ward.tick()


def test_two_thousand_new_issues_in_a_minute(web: Web, stormy: Ward, slack: SlackStandIn) -> None:
    asked_before = stormy.conclude(stormy.crash("before"))
    stormy.tick()
    send_all(web, range(ISSUES))
    work_off(stormy)
    with stormy.engine.begin() as connection:
        struck = issues.listed(connection, project="desk", limit=5000)
    asked = [stormy.conclude(issue.id) for issue in struck[:QUESTIONS]]
    for _ in range(3):
        stormy.tick()

    assert len(struck) == ISSUES
    assert len(slack.messages) <= 7
    storm = next(message for message in slack.messages.values() if "issues in 5 minutes" in words(message))
    assert storm["blocks"][-1]["elements"][0]["url"] == "https://paramedic.example/issues"
    pressable = {element.get("value") for message in slack.messages.values() for element in elements(message)}
    assert {asked_before, *asked} <= pressable
    with stormy.engine.begin() as connection:
        assert [ledger.find(connection, key).state for key in (asked_before, *asked)] == ["pending"] * (QUESTIONS + 1)
    page = httpx2.get(f"{web.url}/issues?q=Error{ISSUES - 1}").text
    assert f"Error{ISSUES - 1}" in page


def test_more_questions_than_the_window_holds_are_asked_in_the_next(ward: Ward, slack: SlackStandIn) -> None:
    keys = [ward.conclude(ward.crash(f"k{number}", count=1)) for number in range(7)]
    ward.tick()
    ward.tick()
    assert len(slack.messages) == 5
    ward.later(minutes=6)
    ward.tick()
    assert {element.get("value") for message in slack.messages.values() for element in elements(message)} >= set(keys)


def test_a_question_leads_to_its_page_and_so_does_an_issue(ward: Ward, slack: SlackStandIn) -> None:
    issue = ward.crash()
    ward.tick()
    assert "Open" in labels(next(iter(slack.messages.values())))
    first = elements(next(iter(slack.messages.values())))[-1]
    assert first["url"] == f"https://paramedic.example/issues/{issue}"
    key = ward.conclude(issue)
    ward.tick()
    assert elements(next(iter(slack.messages.values())))[-1]["url"] == f"https://paramedic.example/approvals/{key}"


def elements(message: dict[str, Any]) -> list[dict[str, Any]]:
    return [element for block in message["blocks"] for element in block.get("elements", [])]

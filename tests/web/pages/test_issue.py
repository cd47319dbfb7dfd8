"""The page of an issue as somebody who was just woken uses it, and the page of the approvals behind it."""

from __future__ import annotations

import json
import re
import time
import zlib
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from tests.effects.findings import proven
from tests.standins.shop import crash_event
from tests.web.pages.conftest import Browser

from paramedic.effects import ledger
from paramedic.effects.values import Effect, EffectState, OpenPullRequest, Push
from paramedic.model.repair import Edit
from paramedic.sessions.document import result_document
from paramedic.settings.file import Policy
from paramedic.store import issues, messages, recalls, sessions
from paramedic.store.events import Sample
from paramedic.store.issues import Sighting
from paramedic.store.sessions import NewSession, SessionState

LONG = "\u202e<b>" + "W" * 10_000
Night = tuple[int, str, Effect, Effect]


def crash(browser: Browser, **more: object) -> int:
    """An issue with two kept events, of two releases."""
    now = datetime.now(UTC)
    samples = []
    for hours, release in ((30, "shop@1.0.0"), (2, "shop@1.1.0")):
        at = now - timedelta(hours=hours)
        event = crash_event() | {"release": release, "timestamp": at.timestamp()} | more
        samples.append(Sample(uuid4().hex, at, json.dumps(event).encode()))
    key = uuid4().hex
    seen = Sighting("shop", key, "KeyError: 'note'", "shop.rows in note", "error", "python", {}, release="shop@1.1.0")
    seen.count, seen.first_seen, seen.last_seen, seen.samples = 312, now - timedelta(hours=30), now, samples
    seen.hours, seen.users = {int(time.time()) // 3600: 41, int(time.time()) // 3600 - 30: 271}, {"a", "b"}
    with browser.engine.begin() as connection:
        issues.record(connection, [seen])
        return next(issue.id for issue in issues.listed(connection, limit=200) if issue.group_key == key)


@pytest.fixture
def night(browser: Browser) -> Night:
    """An issue whose session found a fix, and asks for a push and a pull request."""
    issue = crash(browser)
    with browser.engine.begin() as connection:
        session_id, _ = sessions.start(connection, NewSession(issue, "shop", "pull_request", None, "a test"))
        document = json.loads(json.dumps(result_document(proven())))
        sessions.finish(connection, session_id, SessionState.FINISHED, verdict="proven_fix", summary="Found.", result=document)
        edits = (Edit("shop/cart.py", "x = row['sku']\n", f"x = row.get('sku')  # {issue}\n"),)
        push = Effect(Push("shop", f"fix/{issue}", "0" * 40, edits, "Mend", 0), issue, session_id)
        pull = Effect(OpenPullRequest("shop", f"fix/{issue}", "main", "Mend", "Text"), issue, session_id, requires=(push.key,))
        for effect in (push, pull):
            ledger.propose(connection, effect, Policy.ASK, 24)
    return issue, session_id, push, pull


def states(browser: Browser, *effects: Effect) -> list[EffectState]:
    with browser.engine.begin() as connection:
        return [ledger.find(connection, effect.key).state for effect in effects]


def test_the_top_of_the_page_answers_what_is_asked_first(browser: Browser, night: Night) -> None:
    issue, _session, push, pull = night
    text = browser.get(f"/issues/{issue}")
    top = re.sub(r"<[^>]+>", "", text[text.index("<h1") : text.index('<h2 id="diagnosis"')])
    for answer in (
        "KeyError: 'note'",
        "shop/cart.py:3",
        "312 events, 2 users; 41 in the last day",
        "The row has no sku.",
        "Change shop/cart.py (+0 −0)",
        "And add a regression test. Waits for your yes: push, pull request.",
        "Proven: the regression test fails before the change and passes after it",
        "1 thing was not checked.",
        "Approve push and pull request",
        "No language model is configured: Ask for changes keeps your message",
    ):
        assert answer in " ".join(top.split()), answer
    assert f'value="{push.key} {pull.key} "' in text
    assert "release shop@1.1.0 first seen" in text
    assert "Among the 2 events that are kept of 312" in text


def test_one_yes_is_to_all_that_was_shown(browser: Browser, night: Night) -> None:
    issue, session_id, push, pull = night
    shown = f"{push.key} {pull.key}"
    browser.send(f"/issues/{issue}/approve", effects=shown)
    assert states(browser, push, pull) == [EffectState.APPROVED, EffectState.APPROVED]
    assert "Approve push" not in browser.get(f"/issues/{issue}")
    assert "push approved by dashboard from 127.0.0.1" in browser.get(f"/sessions/{session_id}")
    browser.send(f"/issues/{issue}/approve", 400, effects=shown)


def test_a_yes_to_what_is_no_longer_asked_is_a_yes_to_nothing(browser: Browser, night: Night) -> None:
    issue, _session, push, pull = night
    with browser.engine.begin() as connection:
        ledger.reject(connection, pull.key, "ann")
    browser.send(f"/issues/{issue}/approve", 400, effects=f"{push.key} {pull.key}")
    browser.send(f"/issues/{issue}/approve", 400, effects="")
    browser.send(f"/issues/{crash(browser)}/approve", 400, effects=push.key)
    assert states(browser, push) == [EffectState.PENDING]


def test_a_no_with_its_reason_is_with_the_session(browser: Browser, night: Night) -> None:
    issue, session_id, push, pull = night
    browser.send(f"/issues/{issue}/reject", effects=f"{push.key} {pull.key}", reason="Not <i>tonight</i>.")
    assert states(browser, push, pull) == [EffectState.REJECTED, EffectState.REJECTED]
    assert "push rejected by dashboard from 127.0.0.1: Not <i>tonight</i>." in browser.get(f"/sessions/{session_id}")
    assert "It needs the push that was rejected." in browser.get(f"/approvals/{pull.key}")


def test_without_a_model_a_wish_is_kept_and_the_question_stays(browser: Browser, night: Night) -> None:
    issue, session_id, push, pull = night
    answer = browser.send(f"/issues/{issue}/changes", effects=f"{push.key} {pull.key}", reason="Rather a default.")
    assert answer.headers["location"] == f"/sessions/{session_id}#messages"
    assert states(browser, push, pull) == [EffectState.PENDING, EffectState.PENDING]
    with browser.engine.begin() as connection:
        said = [message.text for message in messages.after(connection, session_id)]
    assert said[0] == "Rather a default."
    assert "PARAMEDIC_MODEL" in said[1]
    browser.send(f"/approvals/{push.key}/changes", 400, reason=" ")


def test_a_withdrawn_proposal_says_what_took_its_place_and_how_that_differs(browser: Browser, night: Night) -> None:
    issue, session_id, push, _pull = night
    assert isinstance(push.payload, Push)
    edits = (Edit("shop/cart.py", "x = row['sku']\n", "x = row.get('sku', '')\n"),)
    with browser.engine.begin() as connection:
        newer = Effect(Push("shop", f"fix/{issue}", "0" * 40, edits, "Mend", 0), issue, session_id)
        ledger.propose(connection, newer, Policy.ASK, 24)
    text = browser.get(f"/approvals/{push.key}")
    assert f'<a href="/approvals/{newer.key}">Proposed since</a>' in text
    assert "+x = row.get('sku', '')" in text.replace("++", "+")
    browser.send(f"/approvals/{push.key}/approve", 400)
    assert states(browser, newer) == [EffectState.PENDING]


def test_an_issue_is_ignored_with_a_reason_and_heeded_again(browser: Browser) -> None:
    issue = crash(browser)
    path = f"/issues/{issue}"
    browser.send(f"{path}/ignore", 400, until="ever", reason=" ")
    browser.send(f"{path}/ignore", 400, until="someday", reason="x")
    browser.send(f"{path}/ignore", 400, until="time", days="0", reason="x")
    browser.send(f"{path}/ignore", until="time", days="3", reason="A <b>vendor</b> mends it.")
    text = browser.get(path)
    assert "Ignored by dashboard from 127.0.0.1" in text
    assert "A <b>vendor</b> mends it." in text
    assert "&lt;b&gt;" in browser.client.get(path).text
    browser.send(f"{path}/heed")
    text = browser.get(path)
    assert "Stop ignoring" not in text
    assert "Ignored before" in text
    browser.send(f"{path}/heed", 400)


def test_a_playbook_is_attached_to_a_new_session_and_to_no_other(browser: Browser) -> None:
    issue = crash(browser)
    found = re.search(r'<option value="(playbook-[0-9a-f]+)">!triage', browser.get(f"/issues/{issue}"))
    assert found
    session_id = browser.send(f"/issues/{issue}/investigate", playbook=found[1]).headers["location"].rpartition("/")[2]
    with browser.engine.begin() as connection:
        assert [one.source_id for one in recalls.of(connection, session_id)] == [found[1]]
    browser.send(f"/issues/{issue}/investigate", 400, playbook=found[1])
    browser.send(f"/issues/{crash(browser)}/investigate", 404, playbook="playbook-none")


def hostile() -> dict[str, object]:
    frame = {
        "filename": LONG,
        "function": LONG,
        "lineno": 1,
        "in_app": True,
        "context_line": LONG,
        "vars": {LONG: LONG, "a\x07": ["x\x1b[31m"] * 50},
    }
    return {
        "exception": {"values": [{"type": LONG, "value": LONG, "stacktrace": {"frames": [frame] * 80}} for _ in range(30)]},
        "breadcrumbs": {"values": [{"message": LONG, "category": LONG, "data": {"k": LONG}}] * 100},
        "tags": {f"t{number}": LONG for number in range(90)},
        "request": {"url": f"https://x/{LONG}", "method": "GET", "data": LONG},
    }  # fmt: skip


def test_a_hostile_event_makes_no_heavy_page_and_breaks_out_of_nothing(browser: Browser) -> None:
    answer = browser.client.get(f"/issues/{crash(browser, **hostile())}")
    assert answer.status_code == 200
    assert "<b>W" not in answer.text
    assert not re.search("[\x00-\x08\x0b-\x1f\u202a-\u202e\u2066-\u2069]", answer.text)
    assert " style=" not in answer.text
    assert len(zlib.compress(answer.content)) < 50_000
    assert len(answer.content) < 2_000_000

"""Answers from Slack, through the real web process: signed, in time, from somebody who may, to exactly one effect, once."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import httpx2
import pytest
import sqlalchemy as sa
from tests.chat.conftest import APPROVER, Ward
from tests.intake.running import Web, running_web
from tests.standins.base import Fault
from tests.standins.slack import CHANNEL, TOKEN, SlackStandIn

from paramedic.effects import ledger
from paramedic.effects.values import Recorded
from paramedic.integrations.telegram.messages import data_of
from paramedic.model.accounts import Role
from paramedic.model.chat import Answer, Button
from paramedic.model.errors import BadInput
from paramedic.sessions.approvers import standing
from paramedic.store import audit, chat_people, messages, sessions, users
from paramedic.store.engine import open_engine

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
CONFIGURATION = f'[notifications]\napprovers = ["{APPROVER}", "telegram:42"]\nstorm_issues = 1000\n'
APPROVER_ID = APPROVER.removeprefix("slack:")


@pytest.fixture(scope="module")
def standin() -> Iterator[SlackStandIn]:
    with SlackStandIn().running() as running:
        assert isinstance(running, SlackStandIn)
        yield running


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory, standin: SlackStandIn) -> Iterator[Web]:
    home = tmp_path_factory.mktemp("web")
    (home / "ours.toml").write_text(CONFIGURATION)
    settings = {"SLACK_BOT_TOKEN": TOKEN, "SLACK_CHANNEL": CHANNEL, "SLACK_API_URL": f"{standin.url}/api"}
    others = {
        "SLACK_SIGNING_SECRET": SECRET,
        "PARAMEDIC_CONFIG": str(home / "ours.toml"),
        "TELEGRAM_WEBHOOK_SECRET": "hook-secret",
    }
    chat = {"TELEGRAM_BOT_TOKEN": "42:token", "TELEGRAM_CHAT_ID": "-1001"}
    with running_web(home, **settings, **others, **chat) as running:
        yield running


@pytest.fixture
def asked(web: Web) -> Iterator[tuple[Ward, str]]:
    """A question that waits for an answer, and its key."""
    engine: sa.Engine = open_engine(f"sqlite:///{web.home / 'paramedic.db'}")
    ward = Ward(engine, web.home)
    issue = ward.crash(f"q{time.monotonic_ns()}"[:20], count=1)
    yield ward, ward.conclude(issue)
    engine.dispose()


def recorded(ward: Ward, key: str) -> Recorded:
    with ward.engine.begin() as connection:
        return ledger.find(connection, key)


def was_told(standin: SlackStandIn, text: str) -> bool:
    """The word to the person goes out after the answer to Slack, which must be quick."""
    end = time.monotonic() + 10
    while time.monotonic() < end:
        if any(text in said["text"] for said in standin.said_to_one):
            return True
        time.sleep(0.01)
    return False


def pressed(answer: str, key: str, standin: SlackStandIn, user: str = APPROVER_ID) -> dict[str, object]:
    return {
        "type": "block_actions",
        "user": {"id": user, "username": "lead"},
        "channel": {"id": CHANNEL, "name": "alerts"},
        "trigger_id": secrets.token_hex(8),
        "response_url": f"{standin.url}/respond",
        "actions": [{"type": "button", "action_id": f"{answer}:{key}", "value": key}],
    }


def submitted(key: str, words: str, user: str = APPROVER_ID, answer: str = "reject") -> dict[str, object]:
    values = {"words": {"words": {"type": "plain_text_input", "value": words}}}
    about = json.dumps({"effect": key, "place": f"{CHANNEL} in Slack"})
    view = {"callback_id": answer, "private_metadata": about, "state": {"values": values}}
    return {"type": "view_submission", "user": {"id": user, "username": "lead"}, "view": view}


def signed(payload: object, *, secret: str = SECRET, age: int = 0) -> tuple[bytes, dict[str, str]]:
    body, moment = urlencode({"payload": json.dumps(payload)}).encode(), str(int(time.time()) - age)
    signature = hmac.new(secret.encode(), b"v0:" + moment.encode() + b":" + body, hashlib.sha256).hexdigest()
    return body, {"X-Slack-Request-Timestamp": moment, "X-Slack-Signature": f"v0={signature}"}


def send(web: Web, payload: object, **changes: object) -> httpx2.Response:
    return web.post("/webhook/slack", *signed(payload, **changes))  # type: ignore[arg-type]


def test_a_press_approves_exactly_one_effect_and_says_who_and_where(
    web: Web, standin: SlackStandIn, asked: tuple[Ward, str]
) -> None:
    ward, key = asked
    assert send(web, pressed("approve", key, standin)).status_code == 200
    found = recorded(ward, key)
    assert (found.state, found.decided_by) == ("approved", f"{APPROVER} (lead), {CHANNEL} in Slack")
    assert was_told(standin, "Pull request approved.")


def test_the_same_press_sent_again_changes_nothing(web: Web, standin: SlackStandIn, asked: tuple[Ward, str]) -> None:
    ward, key = asked
    body, headers = signed(pressed("approve", key, standin))
    assert [web.post("/webhook/slack", body, headers).status_code for _ in range(3)] == [200, 200, 200]
    first = recorded(ward, key)
    send(web, pressed("reject", key, standin))
    send(web, submitted(key, "too late"))
    assert recorded(ward, key).decided_at == first.decided_at
    assert recorded(ward, key).state in ("approved", "performing")


@pytest.mark.parametrize("change", [{"age": 301}, {"age": -400}, {"secret": "another"}])
def test_what_is_stale_or_not_signed_by_slack_is_refused(
    web: Web, standin: SlackStandIn, asked: tuple[Ward, str], change: dict[str, object]
) -> None:
    ward, key = asked
    assert send(web, pressed("approve", key, standin), **change).status_code == 401
    assert recorded(ward, key).state == "pending"


def test_a_request_with_a_changed_body_or_time_is_refused(web: Web, standin: SlackStandIn, asked: tuple[Ward, str]) -> None:
    ward, key = asked
    body, headers = signed(pressed("approve", key, standin), age=400)
    fresh = headers | {"X-Slack-Request-Timestamp": str(int(time.time()))}
    assert web.post("/webhook/slack", body, fresh).status_code == 401
    assert web.post("/webhook/slack", body + b"&a=b", headers).status_code == 401
    assert web.post("/webhook/slack", body, {}).status_code == 401
    assert recorded(ward, key).state == "pending"


def test_somebody_who_may_not_is_told_so(web: Web, standin: SlackStandIn, asked: tuple[Ward, str]) -> None:
    ward, key = asked
    for payload in (pressed("approve", key, standin, "U0GUEST"), pressed("reject", key, standin, "U0GUEST")):
        assert send(web, payload).status_code == 200
    assert was_told(standin, "You may not decide this: slack:U0GUEST")
    send(web, submitted(key, "no", "U0GUEST"))
    assert recorded(ward, key).state == "pending"


def lines(ward: Ward, key: str) -> list[str]:
    session_id = recorded(ward, key).effect.session_id
    with ward.engine.begin() as connection:
        return [line.text for line in sessions.log_after(connection, session_id)]


def test_a_rejection_asks_why_and_the_session_is_told(web: Web, standin: SlackStandIn, asked: tuple[Ward, str]) -> None:
    ward, key = asked
    send(web, pressed("reject", key, standin))
    assert recorded(ward, key).state == "pending"
    assert json.loads(standin.views[-1]["view"]["private_metadata"])["effect"] == key
    answer = send(web, submitted(key, "The default must be zero"))
    assert (answer.status_code, answer.content) == (200, b"")
    found = recorded(ward, key)
    assert (found.state, found.reason) == ("rejected", "The default must be zero")
    assert found.decided_by == f"{APPROVER} (lead), {CHANNEL} in Slack"
    assert lines(ward, key)[-1].endswith("The default must be zero")


def test_a_wish_for_changes_goes_to_the_session_and_the_question_stays(
    web: Web, standin: SlackStandIn, asked: tuple[Ward, str]
) -> None:
    ward, key = asked
    send(web, pressed("changes", key, standin))
    assert standin.views[-1]["view"]["title"]["text"] == "Ask for changes"
    refused = send(web, submitted(key, " ", answer="changes")).json()
    assert refused == {"response_action": "errors", "errors": {"words": refused["errors"]["words"]}}
    assert send(web, submitted(key, "Use zero", answer="changes")).content == b""
    assert recorded(ward, key).state == "pending"
    session_id = recorded(ward, key).effect.session_id
    with ward.engine.begin() as connection:
        said = messages.after(connection, session_id)
    assert "Use zero" in [message.text for message in said]


def test_when_no_form_can_be_opened_nothing_is_decided_and_the_person_is_told(
    web: Web, standin: SlackStandIn, asked: tuple[Ward, str]
) -> None:
    ward, key = asked
    standin.faults = [Fault(status=200, body={"ok": False, "error": "expired_trigger_id"})]
    assert send(web, pressed("reject", key, standin)).status_code == 200
    assert was_told(standin, f"/approvals/{key}")
    assert recorded(ward, key).state == "pending"


def test_a_press_that_slack_sends_again_opens_no_second_form(web: Web, standin: SlackStandIn, asked: tuple[Ward, str]) -> None:
    ward, key = asked
    body, headers = signed(pressed("reject", key, standin))
    before = len(standin.views)
    for again in ({}, {"X-Slack-Retry-Num": "1", "X-Slack-Retry-Reason": "http_timeout"}):
        assert web.post("/webhook/slack", body, headers | again).status_code == 200
    assert (len(standin.views), recorded(ward, key).state) == (before + 1, "pending")


def test_a_form_that_comes_too_late_says_who_was_first(web: Web, standin: SlackStandIn, asked: tuple[Ward, str]) -> None:
    _ward, key = asked
    send(web, pressed("approve", key, standin))
    answer = send(web, submitted(key, "no")).json()
    assert "already by slack:U0LEAD (lead)" in answer["errors"]["words"]


def test_the_button_of_a_superseded_change_approves_nothing(web: Web, standin: SlackStandIn, asked: tuple[Ward, str]) -> None:
    ward, old = asked
    new = ward.conclude(recorded(ward, old).effect.issue_id)
    send(web, pressed("approve", old, standin))
    assert [recorded(ward, key).state for key in (old, new)] == ["superseded", "pending"]
    assert was_told(standin, "It is superseded already")


def test_a_beginning_of_a_key_is_not_enough(web: Web, standin: SlackStandIn, asked: tuple[Ward, str]) -> None:
    ward, key = asked
    for name in (key[:12], "", "%" * 64, key.upper()):
        send(web, pressed("approve", name, standin))
    assert recorded(ward, key).state == "pending"


@pytest.mark.parametrize("body", [b"", b"payload=", b"payload=[", b"\xff", b"payload=%5B1%5D", b"payload=1", b"{}"])
def test_what_is_no_interaction_is_refused_or_ignored_but_never_an_error(web: Web, body: bytes) -> None:
    moment = str(int(time.time()))
    signature = hmac.new(SECRET.encode(), b"v0:" + moment.encode() + b":" + body, hashlib.sha256).hexdigest()
    headers = {"X-Slack-Request-Timestamp": moment, "X-Slack-Signature": f"v0={signature}"}
    assert web.post("/webhook/slack", body, headers).status_code in (200, 400)


def test_without_its_secret_nothing_is_taken(tmp_path: Path) -> None:
    with running_web(tmp_path / "web") as bare:
        assert bare.post("/webhook/slack", b"payload={}").status_code == 503


def telegram_press(key: str, *, user: int = 42, chat: int = -1001, answer: Answer = Answer.APPROVE) -> bytes:
    data = data_of(Button("", answer, key))
    query = {"id": "99", "from": {"id": user, "username": "lead"}, "message": {"chat": {"id": chat}}, "data": data}
    return json.dumps({"update_id": 1, "callback_query": query}).encode()


def send_telegram(web: Web, body: bytes, secret: str = "hook-secret") -> httpx2.Response:
    return web.post("/webhook/telegram", body, {"X-Telegram-Bot-Api-Secret-Token": secret})


def test_a_press_in_telegram_decides_once_and_is_answered(web: Web, asked: tuple[Ward, str]) -> None:
    ward, key = asked
    answers = [send_telegram(web, telegram_press(key, answer=answer)).json() for answer in (Answer.APPROVE, *Answer)]
    assert [answer["method"] for answer in answers] == ["answerCallbackQuery"] * 4
    assert [answer["text"].split(".")[0].split(" by")[0] for answer in answers][:2] == [
        "Pull request approved",
        "It is approved already",
    ]
    assert recorded(ward, key).decided_by == "telegram:42 (lead), -1001 in Telegram"


def test_strangers_other_chats_and_wrong_secrets_decide_nothing(web: Web, asked: tuple[Ward, str]) -> None:
    ward, key = asked
    assert send_telegram(web, telegram_press(key), "wrong").status_code == 401
    assert "You may not" in send_telegram(web, telegram_press(key, user=43)).json()["text"]
    assert "another chat" in send_telegram(web, telegram_press(key, chat=-7)).json()["text"]
    assert send_telegram(web, b'{"update_id": 1, "message": {"text": "hi"}}').status_code == 200
    assert send_telegram(web, b"[").status_code == 400
    assert recorded(ward, key).state == "pending"


def test_one_yes_is_to_a_pull_request_and_the_branch_that_it_needs_and_one_no_to_both(
    web: Web, standin: SlackStandIn, asked: tuple[Ward, str]
) -> None:
    ward, _key = asked
    for answer, state in (("approve", "approved"), ("reject", "rejected")):
        push, pull = ward.conclude_in_two(ward.crash(f"two {answer}", count=1))
        by_label = {element["text"]["text"]: element for element in ward.shown(pull)["blocks"][-1]["elements"]}
        assert list(by_label)[:3] == ["Approve branch and pull request", "Reject branch and pull request", "Ask for changes"]
        key = by_label[f"{answer.capitalize()} branch and pull request"]["value"]
        send(web, pressed(answer, key, standin) if answer == "approve" else submitted(key, "no"))
        assert [recorded(ward, one).state for one in (push, pull)] == [state, state]


@pytest.mark.parametrize(("role", "state"), [("viewer", "pending"), ("responder", "approved"), ("admin", "approved")])
def test_the_role_of_a_user_holds_in_a_chat_too(
    web: Web, standin: SlackStandIn, asked: tuple[Ward, str], role: str, state: str
) -> None:
    ward, key = asked
    member, name = f"U0{role.upper()}", f"ann-{role}"
    with ward.engine.begin() as connection:
        if not users.any_exist(connection):
            users.create(connection, "root", Role.ADMIN, "a test")
        chat_people.link(connection, f"slack:{member}", users.create(connection, name, Role(role), "a test"), "a test")
    send(web, pressed("approve", key, standin, member))
    assert recorded(ward, key).state == state
    with ward.engine.begin() as connection:
        (kept, *_) = audit.page(connection, text=name)
    assert kept.entry.outcome == ("refused" if state == "pending" else "done")
    assert kept.entry.who == f"{name}, slack:{member} (lead), {CHANNEL} in Slack"
    if state == "pending":
        assert was_told(standin, f"You may not decide this: {name} is a viewer.")


def test_somebody_in_a_chat_is_one_user_and_loses_the_say_when_disabled(ward: Ward) -> None:
    with ward.engine.begin() as connection:
        ann = users.create(connection, "ann", Role.ADMIN, "a test")
        bob = users.create(connection, "bob", Role.RESPONDER, "a test")
        chat_people.link(connection, "slack:U0BOB", bob, "a test")
        with pytest.raises(BadInput, match="slack:U0BOB is bob already"):
            chat_people.link(connection, "slack:U0BOB", ann, "a test")
        with pytest.raises(BadInput, match="nobody in a chat"):
            chat_people.link(connection, "mail:bob", ann, "a test")
        assert chat_people.anybody_may_decide(connection)
        assert not standing(connection, "slack:U0BOB", ward.configuration).refusal
        users.disable(connection, bob)
        assert "disabled" in standing(connection, "slack:U0BOB", ward.configuration).refusal
        assert not chat_people.anybody_may_decide(connection)
        assert chat_people.unlink(connection, "slack:U0BOB", bob)
        assert chat_people.known_as(connection, bob) == ()

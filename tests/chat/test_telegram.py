"""Telegram: what it is told, within its limits, and how its limit on speed is kept."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.chat.conftest import Ward
from tests.standins.base import Fault
from tests.standins.telegram import CHAT, TOKEN, TelegramStandIn

from paramedic.integrations.telegram.messages import data_of, document, read_data
from paramedic.model.chat import Answer, Button, ChatMessage
from paramedic.store.schema import effects


@pytest.fixture
def told(engine: sa.Engine, tmp_path: Path, telegram: TelegramStandIn) -> Ward:
    known = {"telegram_bot_token": TOKEN, "telegram_chat_id": CHAT, "telegram_webhook_secret": "s"}
    return Ward(engine, tmp_path, telegram_api_url=telegram.url, **known)


def test_an_issue_has_one_message_that_comes_to_ask(told: Ward, telegram: TelegramStandIn) -> None:
    issue = told.crash(title="KeyError: '\U0001f4a5' " + "\U0001f4a5" * 5000)
    told.tick()
    key = told.conclude(issue)
    told.tick()
    message, rung = telegram.messages.values()
    assert rung["text"].splitlines()[0] == "Waits for your yes for the pull request"
    assert rung["reply_parameters"]["message_id"] == 1
    pressed = message["reply_markup"]["inline_keyboard"][0][0]
    assert (pressed["text"], read_data(pressed["callback_data"])) == ("Approve pull request", (Answer.APPROVE, key))
    assert "Verdict: Fix proven" in message["text"]


def test_a_wish_to_wait_in_the_body_is_kept_and_the_token_is_in_no_message(told: Ward, telegram: TelegramStandIn) -> None:
    slow = {
        "ok": False,
        "error_code": 429,
        "description": "Too Many Requests: retry after 300",
        "parameters": {"retry_after": 300},
    }
    telegram.faults = [Fault(status=429, body=slow)]
    told.crash()
    told.tick()
    told.tick()
    assert len(telegram.asked) == 1
    (effect,) = told.message_effects()
    assert effect.state == "approved"
    assert "Too Many Requests" in effect.reason
    assert "secret" not in effect.reason
    with told.engine.begin() as connection:
        connection.execute(sa.update(effects).values(not_before=None))
    told.tick()
    assert len(telegram.messages) == 1


def test_an_edit_whose_answer_was_lost_is_found_done(told: Ward, telegram: TelegramStandIn) -> None:
    told.crash()
    told.tick()
    told.resolve()
    telegram.faults = [Fault(drop=True, after=True)]
    told.tick()
    with told.engine.begin() as connection:
        connection.execute(sa.update(effects).values(not_before=None))
    told.tick()
    assert [effect.state for effect in told.message_effects()] == ["done", "done"]


def test_a_button_carries_the_whole_hash_within_64_bytes() -> None:
    button = Button("x", Answer.REJECT, "ab" * 32)
    assert len(data_of(button).encode()) <= 64
    assert read_data(data_of(button)) == (Answer.REJECT, "ab" * 32)


@pytest.mark.parametrize("data", ["", "a:", "a:abc", "x:" + "A" * 43, "a:" + "!" * 43, "a", "\x00", "a:" + "A" * 60, "a:é"])
def test_other_data_is_none_of_ours(data: str) -> None:
    assert read_data(data) is None


def test_a_link_to_this_machine_is_left_out() -> None:
    assert document(ChatMessage("x", "", "http://127.0.0.1:8337/"))["reply_markup"] == {"inline_keyboard": []}

"""Answers that Telegram is asked for, since it cannot reach us: one at a time, each once, whoever dies."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.chat.conftest import Ward
from tests.standins.base import Asked, Fault
from tests.standins.telegram import CHAT, TOKEN, TelegramStandIn

from paramedic.effects import ledger
from paramedic.effects.values import Recorded
from paramedic.integrations.telegram.messages import data_of
from paramedic.model.chat import Answer, Button
from paramedic.sessions.check import Check
from paramedic.sessions.deciding import Terms
from paramedic.sessions.doctor_chats import examine_chats
from paramedic.sessions.listening import listen, polls
from paramedic.settings import Settings
from paramedic.store import listeners, messages, sessions, workers
from paramedic.store.schema import chat_listeners
from paramedic.store.workers import Worker


@pytest.fixture
def polled(engine: sa.Engine, tmp_path: Path, telegram: TelegramStandIn) -> Ward:
    return Ward(engine, tmp_path, telegram_bot_token=TOKEN, telegram_chat_id=CHAT, telegram_api_url=telegram.url)


def ask(ward: Ward, worker: str = "worker-1") -> bool:
    return listen(ward.engine, Terms(ward.settings, ward.configuration), worker)


def question(ward: Ward, key: str = "a") -> str:
    """A question that stands in the chat, by its key."""
    effect = ward.conclude(ward.crash(key, count=1))
    ward.tick()
    return effect


def recorded(ward: Ward, key: str) -> Recorded:
    with ward.engine.begin() as connection:
        return ledger.find(connection, key)


def data(answer: Answer, key: str) -> str:
    return data_of(Button("", answer, key))


def approvals(ward: Ward, key: str) -> list[str]:
    session_id = recorded(ward, key).effect.session_id
    with ward.engine.begin() as connection:
        return [line.text for line in sessions.log_after(connection, session_id) if line.stage == "approval"]


def test_a_press_is_fetched_decides_and_is_answered(polled: Ward, telegram: TelegramStandIn) -> None:
    key = question(polled)
    telegram.press(data(Answer.APPROVE, key), 1)
    assert ask(polled)
    assert recorded(polled, key).decided_by == f"telegram:42 (lead), {CHAT} in Telegram"
    assert [told["text"] for told in telegram.told] == ["Pull request approved."]
    ask(polled)
    assert telegram.updates == [], "what was read is confirmed by asking for what comes after"


def test_a_no_asks_why_and_the_reply_is_the_reason(polled: Ward, telegram: TelegramStandIn) -> None:
    key = question(polled)
    telegram.press(data(Answer.REJECT, key), 1)
    ask(polled)
    assert recorded(polled, key).state == "pending"
    prompt = telegram.messages[2]
    assert prompt["reply_markup"] == {"force_reply": True, "selective": True}
    assert prompt["reply_parameters"]["message_id"] == 1
    telegram.reply(2, "Not \u202ein the freeze")
    ask(polled)
    found = recorded(polled, key)
    assert (found.state, found.reason) == ("rejected", "Not in the freeze")
    assert telegram.messages[3]["text"] == "Pull request rejected."
    assert approvals(polled, key)[-1].endswith(": Not in the freeze")


@pytest.mark.parametrize(("words", "taken"), [("-", True), ("Use zero", True)])
def test_a_wish_for_changes_needs_words_and_a_no_does_not(
    polled: Ward, telegram: TelegramStandIn, words: str, taken: bool
) -> None:
    key = question(polled)
    for answer in (Answer.CHANGES, Answer.REJECT):
        telegram.press(data(answer, key), 1)
    ask(polled)
    telegram.reply(2, words)
    ask(polled)
    session_id = recorded(polled, key).effect.session_id
    with polled.engine.begin() as connection:
        said = [message.text for message in messages.after(connection, session_id)]
    assert (words in said) == (words != "-")
    telegram.reply(3, words)
    ask(polled)
    assert recorded(polled, key).state == "rejected"


def test_a_stranger_is_told_alone_and_decides_nothing(polled: Ward, telegram: TelegramStandIn) -> None:
    key = question(polled)
    telegram.press(data(Answer.REJECT, key), 1, user=43)
    telegram.press(data(Answer.REJECT, key), 1)
    ask(polled)
    assert telegram.told[0]["show_alert"] is True
    assert "You may not decide this" in telegram.told[0]["text"]
    telegram.reply(2, "No!", user=43)
    ask(polled)
    assert ["You may not" in said["text"] for said in telegram.private] == [True]
    telegram.blocked = True
    telegram.reply(2, "No!", user=43)
    ask(polled)
    assert recorded(polled, key).state == "pending"


def test_what_comes_again_changes_nothing(polled: Ward, telegram: TelegramStandIn) -> None:
    key = question(polled)
    telegram.press(data(Answer.CHANGES, key), 1)
    update = dict(telegram.updates[0])
    ask(polled)
    telegram.updates = [update]
    ask(polled, "worker-1")
    assert len(telegram.messages) == 2, "asked once"


def test_one_worker_asks_and_another_takes_over_when_it_is_dead(polled: Ward, telegram: TelegramStandIn) -> None:
    with polled.engine.begin() as connection:
        workers.beat(connection, Worker("first", "another machine", 1))
    assert ask(polled, "first")
    assert not ask(polled, "second")
    with polled.engine.begin() as connection:
        workers.retire(connection, "first")
    assert ask(polled, "second")
    with polled.engine.begin() as connection:
        assert not listeners.advance(connection, "telegram", "first", 10**9), "who lost the chat reads nothing more"


def test_numbers_that_begin_anew_after_a_week_are_read(polled: Ward, telegram: TelegramStandIn) -> None:
    with polled.engine.begin() as connection:
        listeners.claim(connection, "telegram", "worker-1", [])
        listeners.advance(connection, "telegram", "worker-1", 10**9)
        past = datetime.now(UTC) - timedelta(days=8)
        connection.execute(sa.update(chat_listeners).values(moved_at=past))
    key = question(polled)
    telegram.press(data(Answer.APPROVE, key), 1)
    ask(polled)
    assert recorded(polled, key).state == "approved"


def test_while_a_webhook_is_set_nothing_is_asked_and_doctor_says_so(polled: Ward, telegram: TelegramStandIn) -> None:
    telegram.hook = {"url": "https://elsewhere.example/hook"}
    assert not ask(polled)
    with polled.engine.begin() as connection:
        listener = listeners.read(connection, "telegram")
    assert listener is not None
    assert "409" in (listener.error or "")
    check = examined(polled)
    assert (check.health, "paramedic telegram delete-webhook" in check.remedy) == ("failed", True)
    telegram.hook = {}
    assert ask(polled)
    assert "long polling" in examined(polled).text


def test_with_a_secret_telegram_calls_and_is_not_asked(polled: Ward, telegram: TelegramStandIn) -> None:
    changed = polled.settings.model_dump() | {"telegram_webhook_secret": "s", "paramedic_home": polled.settings.home}
    polled.settings = Settings(**changed)
    assert not polls(polled.settings)
    assert "paramedic telegram set-webhook" in examined(polled).remedy
    telegram.hook = {"url": "https://paramedic.example/webhook/telegram"}
    assert examined(polled).health == "ok"


def test_without_anybody_who_may_answer_nothing_is_asked(polled: Ward, telegram: TelegramStandIn) -> None:
    polled.configure(approvers=())
    assert not ask(polled)
    assert telegram.asked == []


def examined(ward: Ward) -> Check:
    (check,) = examine_chats(ward.settings, ward.configuration, online=True)
    return check


class Deadly(TelegramStandIn):
    """Kills a process when its decision was made and its answer arrives."""

    victim: int | None = None

    def answer(self, asked: Asked):  # type: ignore[no-untyped-def]
        if self.victim is not None and asked.path.endswith("answerCallbackQuery"):
            os.kill(self.victim, signal.SIGKILL)
            self.victim = None
        return super().answer(asked)


def test_a_worker_that_is_killed_over_an_answer_decides_once(engine: sa.Engine, tmp_path: Path) -> None:
    with Deadly().running() as telegram:
        assert isinstance(telegram, Deadly)
        ward = Ward(engine, tmp_path, telegram_bot_token=TOKEN, telegram_chat_id=CHAT, telegram_api_url=telegram.url)
        key = question(ward)
        number = telegram.press(data(Answer.APPROVE, key), 1)
        process = started(tmp_path, telegram.url)
        telegram.victim = process.pid
        assert process.wait(60) == -signal.SIGKILL
        telegram.faults = [Fault(drop=True)]
        wait_for(lambda: not ask(ward, "worker-2"))
        telegram.press(data(Answer.APPROVE, key), 1)
        wait_for(lambda: ask(ward, "worker-2") and listener(ward).cursor > number)
        assert len(approvals(ward, key)) == 1
        assert [told["text"].split(" by ")[0] for told in telegram.told][-1] == "It is approved already"


def started(home: Path, telegram: str) -> subprocess.Popen[bytes]:
    (home / "paramedic.toml").write_text('[notifications]\napprovers = ["telegram:42"]\n')
    chat = {"TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_CHAT_ID": CHAT, "TELEGRAM_API_URL": telegram}
    environment = os.environ | chat | {"PARAMEDIC_HOME": str(home)}
    return subprocess.Popen([sys.executable, "-m", "paramedic.sessions.worker"], env=environment)


def listener(ward: Ward) -> listeners.Listener:
    with ward.engine.begin() as connection:
        found = listeners.read(connection, "telegram")
    assert found is not None
    return found


def wait_for(reached: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not reached():
        assert time.monotonic() < end

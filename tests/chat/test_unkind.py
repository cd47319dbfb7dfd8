"""Systems at their least kind: answers that are lost, messages that are gone, limits, and secrets that must not be shown."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
import structlog
from tests.chat.conftest import Ward
from tests.standins.base import Fault
from tests.standins.slack import CHANNEL, HOOK, SlackStandIn, words
from tests.standins.slack import TOKEN as SLACK_TOKEN
from tests.standins.telegram import CHAT, TelegramStandIn
from tests.standins.telegram import TOKEN as TELEGRAM_TOKEN

from paramedic.effects import ledger
from paramedic.log import configure_log
from paramedic.store.schema import effects

LOST = [
    pytest.param(Fault(drop=True, after=True), id="cut off after it was posted"),
    pytest.param(Fault(drop=True), id="cut off before it was posted"),
    pytest.param(Fault(status=500, after=True), id="an error after it was posted"),
    pytest.param(Fault(status=200, body={"ok": False, "error": "fatal_error"}, after=True), id="done, and said to have failed"),
]


@pytest.fixture
def told(engine: sa.Engine, tmp_path: Path, telegram: TelegramStandIn) -> Ward:
    return Ward(engine, tmp_path, telegram_bot_token=TELEGRAM_TOKEN, telegram_chat_id=CHAT, telegram_api_url=telegram.url)


def at_once(ward: Ward) -> None:
    """What waits for its time need not wait."""
    with ward.engine.begin() as connection:
        connection.execute(sa.update(effects).values(not_before=None))
    ward.tick()


@pytest.mark.parametrize("fault", LOST)
def test_slack_is_asked_what_became_of_a_post_whose_answer_was_lost(ward: Ward, slack: SlackStandIn, fault: Fault) -> None:
    slack.faults = [fault]
    ward.crash()
    ward.tick()
    at_once(ward)
    at_once(ward)
    assert len(slack.messages) == 1
    assert ward.message_effects()[0].state == "done"
    ward.resolve()
    ward.tick()
    assert "Resolved" in words(next(iter(slack.messages.values()))), "it is known by its place, so it can be edited"


@pytest.mark.parametrize("fault", LOST)
def test_without_the_scope_to_look_it_is_not_posted_again_and_that_is_said(ward: Ward, slack: SlackStandIn, fault: Fault) -> None:
    slack.faults, slack.scopes = [fault], frozenset({"chat:write"})
    ward.crash()
    ward.tick()
    at_once(ward)
    assert slack.count("POST", "chat.postMessage") == 1
    (effect,) = ward.message_effects()
    assert effect.state == "failed"
    assert "channels:history" in effect.reason
    assert "may have been posted" in effect.reason


def test_telegram_cannot_be_asked_so_it_is_not_posted_again(told: Ward, telegram: TelegramStandIn) -> None:
    telegram.faults = [Fault(drop=True, after=True)]
    told.crash()
    told.tick()
    at_once(told)
    assert len(telegram.messages) == 1
    assert "may have been posted" in told.message_effects()[0].reason


@pytest.mark.parametrize("was_posted", [True, False])
def test_a_worker_that_died_over_a_post_is_taken_over_by_one_that_looks(
    ward: Ward, slack: SlackStandIn, was_posted: bool
) -> None:
    slack.faults = [Fault(status=429, headers={"Retry-After": "30"}, after=was_posted)]
    ward.crash()
    ward.tick()
    with ward.engine.begin() as connection:
        connection.execute(sa.update(effects).values(state="performing", claimed_by="worker-0"))
    ward.tick()
    assert (len(slack.messages), ward.message_effects()[0].state) == (1, "done")


@pytest.mark.parametrize("problem", ["message_not_found", "cant_update_message"])
def test_news_of_a_message_that_is_gone_is_posted_anew_and_that_one_is_edited(
    ward: Ward, slack: SlackStandIn, problem: str
) -> None:
    issue = ward.crash()
    ward.tick()
    slack.messages.clear()
    slack.faults = [Fault(status=200, body={"ok": False, "error": problem})]
    key = ward.conclude(issue)
    ward.tick()
    (message,) = slack.messages.values()
    assert "waits for a yes" in words(message)
    with ward.engine.begin() as connection:
        ledger.reject(connection, key, "lead")
    ward.tick()
    assert ["rejected" in words(one) for one in slack.messages.values()] == [True]


def test_a_group_that_became_a_supergroup_is_followed(told: Ward, telegram: TelegramStandIn) -> None:
    telegram.moved_to = "-100777"
    issue = told.crash()
    told.tick()
    assert [one["chat_id"] for one in telegram.messages.values()] == ["-100777"]
    told.conclude(issue)
    told.tick()
    assert [len(one["reply_markup"]["inline_keyboard"]) for one in telegram.messages.values()] == [3, 1]


@pytest.mark.parametrize(
    ("fault", "remedy"),
    [
        ("channel_not_found", "SLACK_CHANNEL"),
        ("not_in_channel", "Invite the bot"),
        ("invalid_auth", "SLACK_BOT_TOKEN"),
        ("is_archived", "SLACK_CHANNEL"),
        ("missing_scope", "chat:write"),
    ],
)
def test_what_slack_refuses_is_recorded_with_what_to_do(ward: Ward, slack: SlackStandIn, fault: str, remedy: str) -> None:
    slack.faults = [Fault(status=200, body={"ok": False, "error": fault})]
    ward.crash()
    ward.tick()
    (effect,) = ward.message_effects()
    assert (effect.state, fault in effect.reason, remedy in effect.reason) == ("failed", True, True)


def test_messages_that_come_too_fast_are_held_back_and_each_is_posted_once(ward: Ward, slack: SlackStandIn) -> None:
    slack.pace = True
    for number in range(4):
        ward.crash(f"k{number}", title=f"Error{number}")
    ward.tick()
    assert len(slack.messages) < 4
    slack.pace = False
    at_once(ward)
    assert sorted(words(one).splitlines()[0] for one in slack.messages.values()) == [f"Error{number}" for number in range(4)]


def test_a_bot_that_was_thrown_out_says_so(told: Ward, telegram: TelegramStandIn) -> None:
    telegram.blocked = True
    told.crash()
    told.tick()
    (effect,) = told.message_effects()
    assert (effect.state, "Add the bot to the chat" in effect.reason) == ("failed", True)


def test_a_webhook_says_where_to_read_on_and_has_no_button(hooked: Ward, slack: SlackStandIn) -> None:
    issue = hooked.crash()
    hooked.tick()
    (message,) = slack.hooked
    assert f"<https://paramedic.example/issues/{issue}|Open>" in words(message)
    assert not any(block["type"] == "actions" for block in message["blocks"])


def leaky(secret: str) -> dict[str, Fault]:
    """Answers that tell a system's own secret back."""
    return {
        "refusal": Fault(status=401, body={"ok": False, "description": f"bad {secret}"}),
        "redirect": Fault(status=302, headers={"Location": f"/x?{secret}"}),
        "page": Fault(status=200, body=f"<html>{secret}"),
        "silence": Fault(drop=True),
    }


@pytest.fixture
def log_as_before() -> Iterator[None]:
    yield
    structlog.reset_defaults()


@pytest.mark.parametrize("kind", leaky(""))
def test_no_secret_is_in_a_log_or_a_reason(
    engine: sa.Engine,
    tmp_path: Path,
    slack: SlackStandIn,
    telegram: TelegramStandIn,
    kind: str,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    log_as_before: None,
) -> None:
    configure_log("debug")
    bots = {"telegram_bot_token": TELEGRAM_TOKEN, "telegram_chat_id": CHAT, "telegram_api_url": telegram.url}
    bots |= {"slack_bot_token": SLACK_TOKEN, "slack_channel": CHANNEL, "slack_api_url": f"{slack.url}/api"}
    hooks = {"slack_webhook_url": slack.url + HOOK}
    others = {"apprise_urls": f"json://user:hunter2secret@{slack.url.removeprefix('http://')}/x"}
    reasons = []
    for number, (settings, secret) in enumerate([(bots, SLACK_TOKEN), (hooks, HOOK), (others, "hunter2secret")]):
        slack.faults, telegram.faults = [leaky(secret)[kind]] * 3, [leaky(TELEGRAM_TOKEN)[kind]] * 3
        ward = Ward(engine, tmp_path, **settings)
        ward.crash(f"k{number}")
        ward.tick()
        reasons = [str(effect.reason) for effect in ward.message_effects()]
        slack.faults, telegram.faults = [], []
    said = "".join((*capfd.readouterr(), *reasons, caplog.text))
    assert len(reasons) == 4
    for hidden in (TELEGRAM_TOKEN, SLACK_TOKEN, HOOK, "hunter2secret"):
        assert hidden not in said

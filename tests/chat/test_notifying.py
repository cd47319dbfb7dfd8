"""What is told, when, and how often: with a real database, the real ledger, and a Slack as strict as the real one."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.chat.conftest import Ward
from tests.databases import Databases
from tests.effects.findings import HOSTILE
from tests.standins.base import Fault
from tests.standins.slack import HOOK, SlackStandIn, words

from paramedic.model.errors import BadInput, NotConfigured
from paramedic.settings import Settings
from paramedic.settings.file import NotificationsConfig
from paramedic.store.engine import open_engine
from paramedic.store.schema import effects, workers


def test_an_important_issue_is_told_of_once_with_the_error_first(hooked: Ward, slack: SlackStandIn) -> None:
    issue = hooked.crash(release="shop@1.2")
    for _ in range(3):
        hooked.tick()
    hooked.crash()
    hooked.tick()
    (message,) = slack.hooked
    assert words(message).splitlines()[0] == "KeyError: 'sku'"
    assert "60 events in 24 hours, 60 in the last; 1 users" in words(message)
    assert "release shop@1.2" in words(message).replace("\u200b", "")
    assert hooked.outcomes(issue) == [("open", "sent")]


@pytest.mark.parametrize(("count", "level", "told"), [(49, "error", 0), (50, "error", 1), (5000, "warning", 0), (50, "fatal", 1)])
def test_only_errors_that_come_often_enough_are_told_of(
    hooked: Ward, slack: SlackStandIn, count: int, level: str, told: int
) -> None:
    hooked.crash(count=count, level=level)
    hooked.tick()
    assert len(slack.hooked) == told


def test_a_regression_is_told_of_however_rare_it_is_and_once_per_release(hooked: Ward, slack: SlackStandIn) -> None:
    hooked.crash(count=1, release="1")
    hooked.resolve()
    issue = hooked.crash(count=1, release="2")
    hooked.crash(count=1, release="2")
    hooked.tick()
    assert [words(message).splitlines()[2] for message in slack.hooked] == ["Regressed in shop, production (SHOP-a)"]
    assert hooked.outcomes(issue) == [("regressed", "sent")]


def test_what_an_attacker_writes_stays_text(hooked: Ward, slack: SlackStandIn) -> None:
    hooked.crash(title=f"{HOSTILE} <!channel> <https://evil.example|ok> " + "x" * 5000)
    hooked.tick()
    (message,) = slack.hooked
    assert "<" not in message["text"]
    assert all(block["text"]["type"] == "plain_text" for block in message["blocks"] if "text" in block)
    assert "hunter2" not in str(message)
    assert "https://evil" not in words(message)


def test_a_post_that_may_have_arrived_is_not_repeated(hooked: Ward, slack: SlackStandIn) -> None:
    slack.faults = [Fault(drop=True, after=True)]
    hooked.crash()
    for _ in range(3):
        hooked.tick()
    assert len(slack.hooked) == 1
    (effect,) = hooked.message_effects()
    assert (effect.state, "may have been posted" in effect.reason) == ("failed", True)


def test_a_post_whose_worker_died_over_it_is_not_repeated(hooked: Ward, slack: SlackStandIn) -> None:
    hooked.crash()
    slack.faults = [Fault(status=429, headers={"Retry-After": "30"})]
    hooked.tick()
    with hooked.engine.begin() as connection:
        connection.execute(sa.update(effects).values(state="performing", claimed_by="worker-0"))
        assert connection.execute(sa.select(workers)).first() is None
    hooked.tick()
    assert not slack.hooked
    assert hooked.message_effects()[0].state == "failed"


def test_a_limit_is_respected_for_as_long_as_slack_says(hooked: Ward, slack: SlackStandIn) -> None:
    slack.faults = [Fault(status=429, headers={"Retry-After": "30"})]
    hooked.crash()
    hooked.tick()
    hooked.tick()
    assert len(slack.asked) == 1
    with hooked.engine.begin() as connection:
        connection.execute(sa.update(effects).values(not_before=None))
    hooked.tick()
    assert len(slack.hooked) == 1


def test_the_address_of_the_webhook_is_in_no_message(hooked: Ward, slack: SlackStandIn) -> None:
    slack.faults = [Fault(status=404, body=f"no_service {HOOK}")]
    hooked.crash()
    hooked.tick()
    (effect,) = hooked.message_effects()
    assert "404" in effect.reason
    assert "secret" not in effect.reason
    assert "make a new one" in effect.reason


def test_without_a_chat_nothing_is_kept_for_later(engine: sa.Engine, tmp_path: Path) -> None:
    quiet = Ward(engine, tmp_path)
    issue = quiet.crash()
    quiet.tick()
    assert quiet.outcomes(issue) == [("open", "unsent")]


def test_a_storm_is_one_message_with_the_worst_of_it(hooked: Ward, slack: SlackStandIn) -> None:
    for number in range(37):
        hooked.crash(f"k{number}", count=50 + number)
    for _ in range(3):
        hooked.tick()
    (message,) = slack.hooked
    assert words(message).splitlines()[0] == "37 issues in 5 minutes"
    assert "and 32 more" in words(message)
    hooked.crash("late")
    hooked.tick()
    assert len(slack.hooked) == 1
    hooked.later(minutes=6)
    hooked.tick()
    assert len(slack.hooked) == 2


def test_in_the_quiet_hours_only_fatal_issues_speak_and_the_others_wait(hooked: Ward, slack: SlackStandIn) -> None:
    hooked.configure(quiet_hours="00:00-23:59")
    hooked.crash("a")
    hooked.crash("b", level="fatal", title="MemoryError")
    hooked.tick()
    assert ["MemoryError" in words(message) for message in slack.hooked] == [True]
    hooked.configure(quiet_hours=None)
    hooked.tick()
    assert len(slack.hooked) == 2


@pytest.mark.parametrize("settings", [{"quiet_hours": "25:00-07:00"}, {"timezone": "Mars/Olympus"}, {"count": 0}])
def test_settings_that_cannot_be_meant_are_refused(settings: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(settings))):
        NotificationsConfig(**settings)


def test_a_chat_that_is_set_up_by_half_says_what_is_missing(engine: sa.Engine, tmp_path: Path) -> None:
    from paramedic.integrations.chats import open_chats

    with pytest.raises(NotConfigured, match="SLACK_CHANNEL"):
        open_chats(Settings(slack_bot_token="xoxb-1"))
    with pytest.raises(BadInput, match="SLACK_WEBHOOK_URL"):
        open_chats(Settings(slack_webhook_url="hooks"))


@pytest.mark.postgres
def test_a_storm_on_postgresql(postgres_databases: Databases, tmp_path: Path, slack: SlackStandIn) -> None:
    engine = open_engine(postgres_databases.new_postgres())
    hooked = Ward(engine, tmp_path, slack_webhook_url=slack.url + HOOK)
    for number in range(7):
        hooked.crash(f"k{number}")
    hooked.tick()
    hooked.later(minutes=6)
    hooked.crash("alone", title="ValueError")
    hooked.tick()
    assert [words(message).splitlines()[0] for message in slack.hooked] == ["7 issues in 5 minutes", "ValueError"]
    engine.dispose()

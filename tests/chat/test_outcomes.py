"""A message follows its issue's fix to the end: merged, released, silent, or back again."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from tests.chat.conftest import Ward
from tests.standins.slack import SlackStandIn, words

from paramedic.effects import ledger
from paramedic.store import effects, outcomes

MOMENT = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)


def change(ward: Ward, key: str, **values: object) -> str:
    with ward.engine.begin() as connection:
        outcomes.change(connection, key, **values)
    ward.tick()
    return key


def shown(slack: SlackStandIn) -> str:
    (message,) = slack.messages.values()
    return words(message)


def test_the_message_is_edited_as_the_fix_is_merged_and_as_it_comes_back(ward: Ward, slack: SlackStandIn) -> None:
    key = ward.conclude(ward.crash())
    ward.tick()
    with ward.engine.begin() as connection:
        ledger.approve(connection, key, "lead")
        effects.move(connection, key, ["approved"], "done", result="https://github.example/acme/shop/pull/12")
        outcomes.follow_new(connection)
    ward.tick()
    asked = len(slack.asked)
    ward.tick()
    assert len(slack.asked) == asked, "that it is followed is no news"
    merged = {"fate": "merged", "fate_at": MOMENT, "fate_by": "@here", "commit": "f" * 40, "silence": "waiting"}
    change(ward, key, **merged)
    assert "Pull request #12 was merged as ffffffffffff by" in shown(slack)
    assert "No release that carries it has been heard of." in shown(slack)
    assert "@here" not in shown(slack)
    change(ward, key, silence="regressed", release="1.0.1", regressed_release="1.0.1", regressed_at=MOMENT, basis="git")
    assert "The error came back on 2026-01-02 03:04 UTC in release 1.0.1" in shown(slack)
    assert slack.count("POST", "chat.postMessage") == 1


def test_a_message_of_before_is_not_edited_for_nothing(ward: Ward, slack: SlackStandIn) -> None:
    ward.crash()
    ward.tick()
    with ward.engine.begin() as connection:
        before = connection.execute(sa.text("SELECT shown FROM chat_posts")).scalar_one()
    ward.tick()
    with ward.engine.begin() as connection:
        assert connection.execute(sa.text("SELECT shown FROM chat_posts")).scalar_one() == before
    assert slack.count("POST", "chat.update") == 0

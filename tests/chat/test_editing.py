"""One message per issue in a channel whose messages can be edited, kept up to date."""

from __future__ import annotations

import re
from typing import Any

from tests.chat.conftest import Ward
from tests.standins.base import Fault
from tests.standins.slack import SlackStandIn, labels, words

from paramedic.effects import ledger


def only(slack: SlackStandIn) -> dict[str, Any]:
    (message,) = (one for one in slack.messages.values() if "thread_ts" not in one)
    return message


def replies(slack: SlackStandIn) -> list[dict[str, Any]]:
    return [one for one in slack.messages.values() if "thread_ts" in one]


def test_a_message_follows_its_issue_from_the_crash_to_the_answer(ward: Ward, slack: SlackStandIn) -> None:
    issue = ward.crash()
    ward.tick()
    assert labels(only(slack)) == ["Open"]
    key = ward.conclude(issue)
    ward.tick()
    assert "Pull request: waits for a yes" in words(only(slack))
    assert labels(only(slack)) == ["Approve pull request", "Reject pull request", "Ask for changes", "Open"]
    with ward.engine.begin() as connection:
        ledger.reject(connection, key, "lead", "not now")
    ward.tick()
    assert re.search(r"Pull request: rejected by lead at \d{4}-\d\d-\d\d \d\d:\d\d UTC: not now", words(only(slack)))
    assert labels(only(slack)) == ["Open"]
    assert slack.count("POST", "chat.postMessage") == 2
    (rung,) = replies(slack)
    assert words(rung).splitlines()[:2] == ["Waits for your yes for the pull request", "KeyError: 'sku'"]
    assert slack.messages[rung["thread_ts"]] == only(slack)
    assert rung["reply_broadcast"] is True


def test_a_message_is_not_edited_for_every_event(ward: Ward, slack: SlackStandIn) -> None:
    ward.crash()
    for _ in range(4):
        ward.tick()
        ward.crash()
    assert len(slack.asked) == 1


def test_within_the_cool_down_a_regression_edits_and_after_it_it_speaks(ward: Ward, slack: SlackStandIn) -> None:
    issue = ward.crash(release="1")
    ward.tick()
    ward.resolve()
    ward.crash(release="2")
    ward.tick()
    assert ward.outcomes(issue) == [("open", "sent"), ("regressed", "cooldown")]
    assert words(only(slack)).splitlines()[2].startswith("Regressed")
    ward.later(minutes=61)
    ward.resolve()
    ward.crash(release="3")
    ward.tick()
    first, second = slack.messages.values()
    assert words(first).splitlines()[-2:] == ["Goes on in a newer message.", "Open"]
    assert "newer message" not in words(second)


def test_a_question_on_an_old_message_is_a_new_one_and_the_old_one_loses_its_buttons(ward: Ward, slack: SlackStandIn) -> None:
    issue = ward.crash()
    ward.conclude(issue)
    ward.tick()
    ward.later(minutes=61)
    key = ward.conclude(issue)
    ward.tick()
    first, second = slack.messages.values()
    assert (labels(first), labels(second)[0]) == (["Open"], "Approve pull request")
    assert second["blocks"][-1]["elements"][0]["value"] == key


def test_a_question_nobody_was_told_of_is_asked(ward: Ward, slack: SlackStandIn) -> None:
    issue = ward.crash(count=1)
    ward.tick()
    assert not slack.messages
    ward.conclude(issue)
    ward.tick()
    ward.tick()
    assert "Approve pull request" in labels(only(slack))
    assert ward.outcomes(issue) == [("question", "sent")]


def test_without_anybody_who_may_answer_there_are_no_buttons(ward: Ward, slack: SlackStandIn) -> None:
    ward.configure(approvers=())
    ward.conclude(ward.crash())
    ward.tick()
    assert labels(only(slack)) == ["Open"]
    assert "waits for a yes" in words(only(slack))


def test_an_edit_that_had_to_wait_does_not_put_old_words_over_new_ones(ward: Ward, slack: SlackStandIn) -> None:
    issue = ward.crash()
    key = ward.conclude(issue)
    ward.tick()
    slack.faults = [Fault(status=429, headers={"Retry-After": "300"})]
    ward.resolve()
    ward.tick()
    with ward.engine.begin() as connection:
        ledger.reject(connection, key, "lead")
    ward.tick()
    assert "rejected" in words(only(slack))
    assert [effect.state for effect in ward.message_effects()] == ["done", "superseded", "done"]


def test_a_refusal_is_recorded_with_what_to_do_and_the_next_news_is_posted_anew(ward: Ward, slack: SlackStandIn) -> None:
    slack.faults = [Fault(status=200, body={"ok": False, "error": "not_in_channel"})]
    issue = ward.crash()
    ward.tick()
    (effect,) = ward.message_effects()
    assert effect.reason == "Slack refused chat.postMessage: not_in_channel. Invite the bot into the channel."
    ward.conclude(issue)
    ward.tick()
    assert "Fix proven" in words(only(slack))


def test_a_channel_that_cannot_edit_hears_once_of_the_crash_and_once_of_the_verdict(hooked: Ward, slack: SlackStandIn) -> None:
    issue = hooked.crash()
    hooked.tick()
    key = hooked.conclude(issue)
    hooked.tick()
    with hooked.engine.begin() as connection:
        ledger.approve(connection, key, "lead")
    hooked.tick()
    assert ["Verdict" in words(message) for message in slack.hooked] == [False, True]
    assert not any("Approve" in str(message["blocks"]) for message in slack.hooked)

"""The team's own words, what a message looks like before it is sent, and whether it arrives."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from structlog.testing import capture_logs
from tests.chat.conftest import Ward
from tests.standins.base import Fault
from tests.standins.slack import CHANNEL, TOKEN, SlackStandIn, labels, words, wrong
from tests.standins.telegram import wrong as wrong_for_telegram

from paramedic.effects import ledger
from paramedic.sessions.doctor_chats import examine_chats
from paramedic.store.schema import effects

SLIPS = [
    ("{{ error }}\n{{ nothing_like_it }}", "line 2: UndefinedError: 'nothing_like_it' is undefined"),
    ("{{ error }}\n\n{{ error.__class__.mro() }}", "line 3: SecurityError"),
    ("{{ error }}\n{% if", "line 2: TemplateSyntaxError"),
    ("{{ error }}\n{{ 1 / 0 }}", "line 2: ZeroDivisionError"),
    ("{{ error }}\n{{ 'x' * 10**12 }}", "line 2: MemoryError"),
    ("  \n ", "it says nothing"),
]


@pytest.mark.parametrize(("template", "reason"), SLIPS)
def test_a_slip_costs_the_wording_alone_and_is_told_by_its_line(
    hooked: Ward, slack: SlackStandIn, tmp_path: Path, template: str, reason: str
) -> None:
    hooked.configure(templates=tmp_path)
    (tmp_path / "issue.txt.j2").write_text(template)
    hooked.crash()
    with capture_logs() as logs:
        hooked.tick()
    assert words(slack.hooked[0]).splitlines()[0] == "KeyError: 'sku'"
    (failed,) = (line for line in logs if line["event"] == "template_failed")
    assert failed["reason"].startswith(reason)
    told = [check.text for check in examine_chats(hooked.settings, hooked.configuration, online=False)]
    assert any(f"issue.txt.j2: {reason}" in text for text in told)


def test_the_team_may_word_it(hooked: Ward, slack: SlackStandIn, tmp_path: Path) -> None:
    hooked.configure(templates=tmp_path)
    (tmp_path / "issue.txt.j2").write_text("Ours: {{ error }}\n{{ users }} of {{ project }}")
    hooked.crash()
    hooked.tick()
    assert words(slack.hooked[0]).splitlines()[:2] == ["Ours: KeyError: 'sku'", "1 of shop"]


def test_an_engineer_reads_what_broke_for_how_many_why_and_how_sure_it_is(ward: Ward, slack: SlackStandIn) -> None:
    issue = ward.crash(release="shop@1.2")
    ward.tick()
    ward.conclude(issue)
    ward.tick()
    message = next(iter(slack.messages.values()))
    lines = words(message).replace("\u200b", "").splitlines()
    assert lines[0] == "KeyError: 'sku'"
    assert lines[1].startswith("60 events in 24 hours, 60 in the last; 1 users; since ")
    assert lines[1].endswith("release shop@1.2")
    assert lines[2:5] == [
        "Error in shop, production (SHOP-a)",
        "Cause: The row has no sku.",
        "Fix: shop/cart.py: As its sibling does.",
    ]
    assert lines[5] == "Verdict: Fix proven: a test fails before the change and passes after it"


def test_a_question_that_expired_or_was_replaced_loses_its_buttons_and_says_why(ward: Ward, slack: SlackStandIn) -> None:
    issue = ward.crash()
    ward.conclude(issue)
    ward.tick()
    message = next(iter(slack.messages.values()))
    assert labels(message)[0] == "Approve pull request"
    newer = ward.conclude(issue)
    ward.tick()
    message = next(iter(slack.messages.values()))
    assert [element["value"] for element in message["blocks"][-1]["elements"][:3]] == [newer] * 3
    with ward.engine.begin() as connection:
        past = datetime.now(UTC) - timedelta(hours=1)
        connection.execute(sa.update(effects).where(effects.c.key == newer).values(expires_at=past))
        ledger.close_expired(connection)
    ward.tick()
    message = next(iter(slack.messages.values()))
    assert labels(message) == ["Open"]
    assert "Pull request: expired: nobody answered in time" in words(message)


def command(home: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PARAMEDIC_HOME": str(home)} | settings
    line = [sys.executable, "-m", "paramedic", "notifications", *arguments]
    return subprocess.run(line, env=environment, capture_output=True, text=True, timeout=60, check=False)


def test_a_preview_shows_every_message_and_names_a_slip(tmp_path: Path) -> None:
    (tmp_path / "paramedic.toml").write_text(f'[notifications]\ntemplates = "{tmp_path}"\n')
    (tmp_path / "issue.txt.j2").write_text("Team {{ error }}\n{{ oops }}")
    (tmp_path / "storm.txt.j2").write_text("{{ count }} at once\n")
    done = command(tmp_path, "preview")
    assert done.returncode == 2
    assert "issue.txt.j2: line 2: UndefinedError: 'oops' is undefined" in done.stderr
    assert "[ Approve pull request ]  [ Reject pull request ]  [ Ask for changes ]" in done.stdout
    assert "37 at once" in done.stdout


def test_what_would_be_sent_is_within_the_limits(tmp_path: Path) -> None:
    done = command(tmp_path, "preview", "--json")
    found = json.loads(done.stdout)["messages"]
    assert (done.returncode, len(found)) == (0, 10)
    assert [wrong(one["slack"]) for one in found] == [""] * 10
    assert [wrong_for_telegram(one["telegram"]) for one in found] == [""] * 10


def test_a_test_message_arrives_or_says_what_to_do(tmp_path: Path, slack: SlackStandIn) -> None:
    bot = {"SLACK_BOT_TOKEN": TOKEN, "SLACK_CHANNEL": CHANNEL, "SLACK_API_URL": f"{slack.url}/api"}
    assert command(tmp_path, "test", **bot).stdout == "slack: sent\n"
    assert words(next(iter(slack.messages.values()))).startswith("Paramedic can speak here")
    slack.faults = [Fault(status=200, body={"ok": False, "error": "not_in_channel"})]
    refused = command(tmp_path, "test", **bot)
    assert (refused.returncode, "Invite the bot" in refused.stderr) == (1, True)
    assert "No chat is set up" in command(tmp_path, "test").stderr

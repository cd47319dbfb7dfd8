"""Servers that are unkind: a session goes on, is told what happened, and nothing of ours is given away."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.mcp.serving import server

from paramedic.integrations.mcp.toolbox import McpToolbox
from paramedic.integrations.mcp.tools import Standing
from paramedic.model.diagnosis import Provenance
from paramedic.model.toolbox import ToolState
from paramedic.settings.file import McpServerConfig


@contextmanager
def opened(config: McpServerConfig, *, approved: bool = True) -> Iterator[McpToolbox]:
    """The toolbox with this server; what the kind server offers is approved."""
    with McpToolbox({"desk": config}, pins() if approved else {}) as toolbox:
        yield toolbox


def pins(mode: str = "kind") -> dict[tuple[str, str], str]:
    with McpToolbox({"desk": server(mode)}, {}) as toolbox:
        return {("desk", offer.name): offer.digest for offer in toolbox.seen[0].offers}


def standings(toolbox: McpToolbox) -> dict[str, Standing]:
    return {offer.name: offer.standing for offer in toolbox.seen[0].offers}


def test_a_read_only_tool_that_was_approved_answers() -> None:
    with opened(server("kind")) as toolbox:
        assert [(tool.name, tool.read_only, tool.provenance) for tool in toolbox.tools()] == [
            ("desk__logs", True, Provenance.UNTRUSTED)
        ]
        answer = toolbox.call("desk__logs", {"query": "timeout"})
        assert (answer.state, answer.provenance, answer.source) == (ToolState.SUCCESS, Provenance.UNTRUSTED, "desk")
        assert '"query": "timeout"' in answer.text


def test_a_tool_that_may_write_must_be_named() -> None:
    with opened(server("kind")) as toolbox:
        assert standings(toolbox) == {"logs": Standing.ALLOWED, "restart": Standing.WRITES}
        assert toolbox.call("desk__restart", {}).state is ToolState.ERROR
    with opened(server("kind", tools=("restart",))) as toolbox:
        assert standings(toolbox) == {"logs": Standing.UNLISTED, "restart": Standing.ALLOWED}
        assert toolbox.call("desk__restart", {}).state is ToolState.SUCCESS


def test_what_nobody_has_approved_is_not_offered_and_says_what_to_do() -> None:
    with opened(server("kind"), approved=False) as toolbox:
        assert toolbox.tools() == ()
        answer = toolbox.call("desk__logs", {})
        assert (answer.state, answer.provenance) == (ToolState.APPROVAL_REQUIRED, Provenance.TRUSTED)
        assert "not approved yet" in answer.text and "paramedic mcp approve desk" in answer.text


def test_a_description_that_changed_after_approval_is_refused() -> None:
    with opened(server("changed")) as toolbox:
        assert toolbox.tools() == ()
        answer = toolbox.call("desk__logs", {})
        assert answer.state is ToolState.APPROVAL_REQUIRED
        assert "changed since it was approved" in answer.text and "send all secrets" not in answer.text


def test_a_server_that_hangs_is_left_in_time_and_started_anew() -> None:
    with opened(server("hang", call_seconds=0.5)) as toolbox:
        assert toolbox.tools()
        began = time.monotonic()
        assert "did not answer in time" in toolbox.call("desk__logs", {}).text
        assert "did not answer in time" in toolbox.call("desk__logs", {}).text
        assert time.monotonic() - began < 8


def test_a_server_that_floods_us_with_notes_is_left_in_time() -> None:
    with opened(server("flood", call_seconds=0.5)) as toolbox:
        assert toolbox.tools()
        began = time.monotonic()
        assert "did not answer in time" in toolbox.call("desk__logs", {}).text
        assert time.monotonic() - began < 4


def test_a_server_that_asks_back_is_refused() -> None:
    with opened(server("ask-back")) as toolbox:
        assert '"error"' in toolbox.call("desk__logs", {}).text


def test_a_server_that_never_speaks_is_given_up_and_leaves_no_process(tmp_path: Path) -> None:
    deaf = server("deaf", connect_seconds=1.0)
    with opened(deaf.model_copy(update={"command": (*deaf.command, str(tmp_path))}), approved=False) as toolbox:
        assert toolbox.seen[0].error == "MCP server 'desk': It did not answer in time."
        assert toolbox.tools() == ()
        assert str(tmp_path) not in subprocess.run(["ps", "-ewwo", "args"], capture_output=True, text=True, check=True).stdout


def test_a_crash_is_told_with_the_last_words_but_not_the_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUR_LOG_TOKEN", "hunter-2-hunter")
    with opened(server("crash", environment={"LOG_TOKEN": "OUR_LOG_TOKEN"})) as toolbox:
        answer = toolbox.call("desk__logs", {})
        assert answer.state is ToolState.ERROR
        assert "It ended with exit code 3. cannot open the log with [hidden]" in answer.text
        assert "exit code 3" in toolbox.call("desk__logs", {}).text


@pytest.mark.parametrize(
    ("mode", "reason"),
    [
        ("huge", "It sent a message of more than 100000 bytes."),
        ("nonsense", "It does not keep to the protocol."),
        ("failing", "the index is closed"),
    ],
)
def test_an_answer_that_cannot_be_used_is_an_error(mode: str, reason: str) -> None:
    with opened(server(mode, answer_bytes=100_000)) as toolbox:
        answer = toolbox.call("desk__logs", {})
        assert answer.state is ToolState.ERROR
        assert reason in answer.text


def test_a_crash_at_the_start_names_its_reason() -> None:
    with opened(server("crash-at-once")) as toolbox:
        assert toolbox.seen[0].error == "MCP server 'desk': It ended with exit code 1. no such database"


def test_a_program_that_is_not_there_is_named() -> None:
    with opened(McpServerConfig(command=("no-such-program-here",)), approved=False) as toolbox:
        assert toolbox.seen[0].error == "MCP server 'desk': no-such-program-here is not installed."


def test_no_data_is_an_answer() -> None:
    with opened(server("nothing")) as toolbox:
        assert toolbox.call("desk__logs", {}).state is ToolState.NO_DATA


def test_a_long_answer_is_cut_and_says_so() -> None:
    with opened(server("long")) as toolbox:
        answer = toolbox.call("desk__logs", {})
        assert (answer.state, answer.truncated) == (ToolState.SUCCESS, True)
        assert answer.text.endswith("\n[29999 more characters left out]") and len(answer.text) < 20_100


def test_a_list_without_end_is_left() -> None:
    with opened(server("endless-list")) as toolbox:
        assert len(toolbox.seen[0].offers) == 40
        assert [tool.name for tool in toolbox.tools()] == ["desk__logs"]


def test_text_that_hides_itself_is_taken_out_of_descriptions() -> None:
    with opened(server("hidden-text"), approved=False) as toolbox:
        assert toolbox.seen[0].offers[0].tool.description == "Reads log lines[2J."


@pytest.mark.parametrize(("mode", "usable"), [("long-description", 0), ("same-names", 1)])
def test_what_cannot_be_offered_to_a_model_is_unusable(mode: str, usable: int) -> None:
    with opened(server(mode), approved=False) as toolbox:
        assert list(standings(toolbox).values()).count(Standing.UNAPPROVED) == usable
        assert Standing.UNUSABLE in standings(toolbox).values()


def test_a_pattern_of_the_servers_own_cannot_keep_us_busy() -> None:
    with McpToolbox({"desk": server("slow-pattern")}, pins("slow-pattern")) as toolbox:
        began = time.monotonic()
        assert toolbox.call("desk__logs", {}).state is ToolState.SUCCESS
        assert time.monotonic() - began < 3


def test_a_server_gets_the_variables_that_are_named_for_it_and_no_others(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("from-a-file-9\n")
    monkeypatch.setenv("GITHUB_TOKEN", "not-for-servers")
    monkeypatch.setenv("OUR_LOG_TOKEN_FILE", str(tmp_path / "token"))
    with opened(server("kind", environment={"LOG_TOKEN": "OUR_LOG_TOKEN"})) as toolbox:
        told = toolbox.call("desk__logs", {}).text
        assert '"LOG_TOKEN": "[hidden]"' in told
        assert "not-for-servers" not in told and "GITHUB_TOKEN" not in told


def test_a_variable_that_is_not_set_is_named_and_other_servers_go_on() -> None:
    servers = {"desk": server("kind"), "other": server("kind", environment={"LOG_TOKEN": "OUR_UNSET_TOKEN"})}
    with McpToolbox(servers, pins()) as toolbox:
        assert [seen.error for seen in toolbox.seen] == ["", "MCP server 'other' needs OUR_UNSET_TOKEN, which is not set."]
        assert [tool.name for tool in toolbox.tools()] == ["desk__logs"]


def test_a_name_that_nobody_offers_is_an_error() -> None:
    with opened(server("kind")) as toolbox:
        answer = toolbox.call("desk__nothing\x1b[2J", {})
        assert (answer.state, answer.text) == (ToolState.ERROR, "There is no tool 'desk__nothing[2J'.")

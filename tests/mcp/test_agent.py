"""A session's model reads through an MCP server: what it is offered, and what it is told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.agent.shop import case_of, make_shop, run
from tests.mcp.serving import server
from tests.standins.models import Provider, answer, tells, uses

from paramedic.integrations.mcp.toolbox import McpToolbox
from paramedic.model.agent import StopReason
from paramedic.settings.file import McpServerConfig
from paramedic.source.tree import SourceTree


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> SourceTree:
    return make_shop(tmp_path_factory.mktemp("shop"))


@pytest.fixture
def provider(request: pytest.FixtureRequest) -> Iterator[Provider]:
    """A model that asks for log lines, for what it may not, and then answers."""
    script = (uses("desk__logs", query="checkout"), uses("desk__restart"), answer())
    with Provider(tells(script)).running() as running:
        assert isinstance(running, Provider)
        yield running


def ask(tree: SourceTree, provider: Provider, config: McpServerConfig) -> list[str]:
    """The session's log, after a session in which what the kind server offers is approved."""
    with McpToolbox({"desk": server("kind")}, {}) as first:
        pins = {("desk", offer.name): offer.digest for offer in first.seen[0].offers}
    lines: list[str] = []
    with McpToolbox({"desk": config}, pins) as outside:
        found = run(replace(case_of(tree), outside=outside), provider, lines=lines)
    assert found.stop is StopReason.ANSWERED, found.reason
    return lines


def test_a_model_is_offered_what_was_approved_and_reads_it_behind_a_fence(tree: SourceTree, provider: Provider) -> None:
    lines = ask(tree, provider, server("kind"))
    assert any("desk__logs" in line and line.endswith(": success") for line in lines)
    assert any("desk__restart" in line and line.endswith(": error") for line in lines)
    first, last = provider.sent[0], provider.sent[-1]
    assert "desk__logs" in first and "desk__restart" not in first
    assert str(Path(server("kind").command[2])) not in first
    assert 'from=\\"tool desk__logs\\"' in last and "<untrusted" in last
    assert "There is no tool of that name." in last


def test_a_model_is_not_cut_off_from_most_of_an_answer(tree: SourceTree, provider: Provider) -> None:
    ask(tree, provider, server("long"))
    assert provider.sent[-1].count("line\\n") > 1500


@pytest.mark.parametrize("mode", ["crash", "hang", "changed", "crash-at-once"])
def test_a_session_goes_on_when_a_server_does_not(tree: SourceTree, provider: Provider, mode: str) -> None:
    lines = ask(tree, provider, server(mode, call_seconds=0.5))
    assert any("desk__logs" in line and line.endswith(": error") for line in lines)

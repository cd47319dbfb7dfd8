"""Servers that are reached over HTTP and are unkind: the token stays where it belongs, and nothing is read without bound."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from paramedic.integrations.mcp.toolbox import McpToolbox
from paramedic.model.toolbox import ToolResult, ToolState
from paramedic.settings.file import McpServerConfig
from standins.base import Answer, Asked, Fault, StandIn

TOKEN = "metrics-token-7"


class Metrics(StandIn):
    """A server of the older kind, without sessions: each POST is answered by one JSON document."""

    def answer(self, asked: Asked) -> Answer:
        if asked.method != "POST" or not isinstance(asked.body, dict):
            return Answer(405, {})
        if asked.headers.get("Authorization") != f"Bearer {TOKEN}":
            return Answer(401, {"error": "invalid_token"})
        method, identity = asked.body["method"], asked.body.get("id")
        results = {"initialize": self.greeting, "tools/list": self.listing, "tools/call": self.called}
        if identity is None:
            return Answer(202, "")
        if method not in results:
            return Answer(200, {"jsonrpc": "2.0", "id": identity, "error": {"code": -32601, "message": "Method not found"}})
        return Answer(200, {"jsonrpc": "2.0", "id": identity, "result": results[method](asked)})

    def greeting(self, asked: Asked) -> dict[str, object]:
        capabilities = {"tools": {}}
        return {"protocolVersion": "2025-06-18", "capabilities": capabilities, "serverInfo": {"name": "metrics", "version": "1"}}

    def listing(self, asked: Asked) -> dict[str, object]:
        schema = {"type": "object", "properties": {"query": {"type": "string"}}}
        return {
            "tools": [{"name": "range", "description": "Reads.", "inputSchema": schema, "annotations": {"readOnlyHint": True}}]
        }

    def called(self, asked: Asked) -> dict[str, object]:
        return {"content": [{"type": "text", "text": json.dumps({"headers": asked.headers})}]}


@pytest.fixture
def metrics(monkeypatch: pytest.MonkeyPatch) -> Iterator[Metrics]:
    monkeypatch.setenv("METRICS_TOKEN", TOKEN)
    monkeypatch.setenv("METRICS_KEY", "second-secret-8")
    with Metrics().running() as running:
        assert isinstance(running, Metrics)
        yield running


def config(metrics: Metrics, **settings: object) -> McpServerConfig:
    given = {"url": metrics.url + "/mcp", "token": "METRICS_TOKEN", "headers": {"X-Api-Key": "METRICS_KEY"}}
    limits = {"connect_seconds": 5, "call_seconds": 5, "answer_bytes": 100_000}
    return McpServerConfig.model_validate(given | limits | settings)


def called(metrics: Metrics, *faults: Fault, **settings: object) -> ToolResult:
    """What comes of a call that these faults meet."""
    with McpToolbox({"metrics": config(metrics)}, {}) as toolbox:
        pins = {("metrics", offer.name): offer.digest for offer in toolbox.seen[0].offers}
    with McpToolbox({"metrics": config(metrics, **settings)}, pins) as toolbox:
        assert toolbox.tools()
        metrics.faults.extend(faults)
        return toolbox.call("metrics__range", {"query": "up"})


def test_the_token_and_the_headers_are_sent_and_not_shown(metrics: Metrics) -> None:
    answer = called(metrics)
    assert answer.state is ToolState.SUCCESS
    headers = json.loads(answer.text)["headers"]
    assert (headers["Authorization"], headers["X-Api-Key"]) == ("Bearer [hidden]", "[hidden]")


def test_a_token_that_is_refused_is_said(metrics: Metrics, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("METRICS_TOKEN", "an-old-one")
    with McpToolbox({"metrics": config(metrics)}, {}) as toolbox:
        assert toolbox.seen[0].error == "MCP server 'metrics': It answered with HTTP status 401."


@pytest.mark.parametrize("value", ["klíč-s-diakritikou", "two\nlines"])
def test_a_token_that_no_header_can_carry_is_not_spelt_out(metrics: Metrics, monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("METRICS_TOKEN", value)
    with McpToolbox({"metrics": config(metrics)}, {}) as toolbox:
        assert toolbox.seen[0].error == "MCP server 'metrics': METRICS_TOKEN holds characters that no header can carry."
    monkeypatch.setenv("METRICS_TOKEN", "")
    monkeypatch.setenv("METRICS_TOKEN_FILE", "/no/such/file")
    with McpToolbox({"metrics": config(metrics)}, {}) as toolbox:
        assert toolbox.seen[0].error == "MCP server 'metrics': METRICS_TOKEN_FILE=/no/such/file cannot be read as text."


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fault(200, {"padding": "x" * 200_000}), "of more than 100000 bytes."),
        (Fault(200, "<html>log in</html>"), "text/html"),
        (
            Fault(200, "data: " + "x" * 200_000, {"Content-Type": "text/event-stream"}),
            "It sent an answer of more than 100000 bytes.",
        ),
        (Fault(200, {"jsonrpc": "2.0"}), "It answered with an error"),
        (Fault(200, "x", {"Content-Encoding": "gzip"}), "It compresses its answers"),
        (Fault(503, {}), "It answered with HTTP status 503."),
        (Fault(drop=True), "It cannot be reached"),
    ],
)
def test_an_unkind_answer_is_an_error_in_words(metrics: Metrics, fault: Fault, words: str) -> None:
    answer = called(metrics, fault)
    assert answer.state is ToolState.ERROR
    assert words in answer.text and TOKEN not in answer.text


def test_an_answer_that_does_not_come_is_left_in_time(metrics: Metrics) -> None:
    answer = called(metrics, Fault(seconds=2.0), call_seconds=0.3)
    assert answer.text == "MCP server 'metrics': It did not answer in time."


def test_the_token_does_not_follow_a_redirect_to_another_origin(metrics: Metrics) -> None:
    with StandIn().running() as thief:
        answer = called(metrics, Fault(307, {}, {"Location": f"{thief.url}/mcp"}))
        assert answer.state is ToolState.ERROR and "not followed" in answer.text
        assert thief.asked == []


def test_a_server_that_is_not_there_is_named(metrics: Metrics) -> None:
    gone = config(metrics, url="http://127.0.0.1:9/mcp")
    with McpToolbox({"gone": gone, "metrics": config(metrics)}, {}) as toolbox:
        assert [seen.error[:45] for seen in toolbox.seen] == ["MCP server 'gone': It cannot be reached: All ", ""]

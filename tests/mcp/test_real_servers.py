"""Servers as people run them: the reference server over both ways in, and Sentry's own against a stand-in of its API."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from paramedic.integrations.mcp.toolbox import McpToolbox
from paramedic.integrations.mcp.tools import Standing
from paramedic.model.diagnosis import Provenance
from paramedic.model.toolbox import ToolState
from paramedic.settings.file import McpServerConfig
from standins.base import Answer, Asked
from standins.sentry import SentryStandIn

pytestmark = pytest.mark.node

EVENT = {
    "id": "e" * 32,
    "eventID": "e" * 32,
    "title": "KeyError: 'sku'",
    "message": "",
    "type": "error",
    "platform": "python",
    "dateCreated": "2026-11-20T10:00:00Z",
    "culprit": "shop.cart in total",
    "tags": [{"key": "environment", "value": "production"}],
    "contexts": {},
    "entries": [
        {
            "type": "exception",
            "data": {
                "values": [
                    {
                        "type": "KeyError",
                        "value": "'sku'",
                        "stacktrace": {"frames": [{"filename": "shop/cart.py", "function": "total", "lineNo": 3, "inApp": True}]},
                    }
                ]
            },
        }
    ],
}


class SentryForMcp(SentryStandIn):
    """What Sentry's MCP server asks for beyond what we ask for."""

    routes = (*SentryStandIn.routes, ("GET", r"/api/0/auth/", "auth"), ("POST", r"/api/1/envelope/", "envelope"))

    def answer(self, asked: Asked) -> Answer:
        # It reports on itself by an SDK, which has a key of its own.
        return Answer(200, {}) if asked.path == "/api/1/envelope/" else super().answer(asked)

    def auth(self, asked: Asked) -> Answer:
        return Answer(200, {"id": "1", "name": "Ada", "email": "ada@example.com"})

    def issue(self, asked: Asked, organization: str, issue: str) -> Answer:
        found = super().issue(asked, organization, issue)
        assert isinstance(found.body, dict)
        more = {"platform": "python", "type": "error", "metadata": {"type": "KeyError", "value": "'sku'"}}
        project = {"id": "2", "slug": "shop", "name": "Shop"}
        return Answer(found.status, found.body | more | {"project": project}, found.headers)


@pytest.fixture(params=["stdio", "http"])
def everything(request: pytest.FixtureRequest, node_modules: Path) -> Iterator[McpServerConfig]:
    program = str(node_modules / "@modelcontextprotocol/server-everything/dist/index.js")
    if request.param == "stdio":
        yield McpServerConfig(command=("node", program, "stdio"))
        return
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {"PATH": os.environ["PATH"], "PORT": str(port)}
    process = subprocess.Popen(["node", program, "streamableHttp"], env=environment, stderr=subprocess.DEVNULL)
    try:
        _await(f"http://127.0.0.1:{port}/mcp", process)
        yield McpServerConfig(url=f"http://127.0.0.1:{port}/mcp")
    finally:
        process.kill()
        process.wait()


def _await(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        assert process.poll() is None, "the server ended"
        try:
            httpx2.get(url, timeout=2.0)
        except httpx2.TransportError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("the server did not start")


def approved(name: str, config: McpServerConfig) -> dict[tuple[str, str], str]:
    with McpToolbox({name: config}, {}) as toolbox:
        (seen,) = toolbox.seen
        assert seen.error == ""
        return {(name, offer.name): offer.digest for offer in seen.offers}


def test_the_reference_server(everything: McpServerConfig) -> None:
    pins = approved("every", everything)
    with McpToolbox({"every": everything}, pins) as toolbox:
        (seen,) = toolbox.seen
        assert seen.about.startswith("mcp-servers/everything ")
        standings = {offer.name: offer.standing for offer in seen.offers}
        assert standings["gzip-file-as-resource"] is Standing.WRITES
        offered = {tool.name: tool for tool in toolbox.tools()}
        assert "every__get-sum" in offered and "every__gzip-file-as-resource" not in offered
        assert set(offered["every__get-sum"].parameters["properties"]) == {"a", "b"}  # type: ignore[call-overload]
        answer = toolbox.call("every__get-sum", {"a": 2, "b": 40})
        assert (answer.state, answer.provenance) == (ToolState.SUCCESS, Provenance.UNTRUSTED)
        assert "42" in answer.text
        assert "image: left out" in toolbox.call("every__get-tiny-image", {}).text
        wrong = toolbox.call("every__get-sum", {"a": "two"})
        assert wrong.state is ToolState.ERROR and "Invalid" in wrong.text


def test_a_long_operation_is_left_in_time(everything: McpServerConfig) -> None:
    impatient = everything.model_copy(update={"call_seconds": 0.5})
    with McpToolbox({"every": impatient}, approved("every", everything)) as toolbox:
        assert toolbox.tools()
        began = time.monotonic()
        answer = toolbox.call("every__trigger-long-running-operation", {"duration": 60, "steps": 2})
        assert (answer.state, time.monotonic() - began < 4) == (ToolState.ERROR, True)
        assert "did not answer in time" in answer.text
        assert toolbox.call("every__echo", {"message": "still there"}).text == "Echo: still there"


def test_sentrys_own_server(node_modules: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with SentryForMcp().running() as sentry:
        assert isinstance(sentry, SentryForMcp)
        sentry.raw_event = EVENT
        monkeypatch.setenv("OUR_SENTRY_TOKEN", sentry.token)
        host = sentry.url.removeprefix("http://")
        options = (f"--host={host}", "--insecure-http", f"--sentry-dsn=http://{'a' * 32}@{host}/1", "--organization-slug=acme")
        program = str(node_modules / "@sentry/mcp-server/dist/index.js")
        config = McpServerConfig(
            command=("node", program, *options), environment={"SENTRY_ACCESS_TOKEN": "OUR_SENTRY_TOKEN"}, call_seconds=20
        )
        with McpToolbox({"sentry": config}, approved("sentry", config)) as toolbox:
            standings = {offer.name: offer.standing for offer in toolbox.seen[0].offers}
            assert standings["update_issue"] is Standing.WRITES
            assert standings["get_sentry_resource"] is Standing.ALLOWED
            wanted = {"resourceType": "issue", "resourceId": "SHOP-1A", "organizationSlug": "acme"}
            issue = toolbox.call("sentry__get_sentry_resource", wanted)
            assert (issue.state, issue.provenance, issue.source) == (ToolState.SUCCESS, Provenance.UNTRUSTED, "sentry")
            assert 'File "shop/cart.py", line 3, in total' in issue.text
            assert "Ada" in toolbox.call("sentry__whoami", {}).text
            missing = toolbox.call("sentry__get_sentry_resource", wanted | {"resourceId": "SHOP-404"})
            assert missing.state is ToolState.ERROR and "404" in missing.text
        assert sentry.count("GET", "/issues/SHOP-1A/events/latest/") == 1

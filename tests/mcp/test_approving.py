"""A person looks at what a server offers and says yes; sessions, the doctor and the API go by it."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
import typer
from tests.mcp.serving import UNKIND, server
from typer.testing import CliRunner, Result

from paramedic.cli import mcp
from paramedic.integrations.mcp.tools import Standing
from paramedic.model.errors import BadInput, OutsideError
from paramedic.model.toolbox import ToolState
from paramedic.sessions.check import Check, Health
from paramedic.sessions.doctor import examine
from paramedic.sessions.outside_tools import approve, look, outside_tools
from paramedic.settings import Configuration, load_configuration, load_settings
from paramedic.store import mcp as store


def configuration(mode: str) -> Configuration:
    return Configuration(mcp={"desk": server(mode)})


def test_what_was_approved_is_allowed_until_it_changes(engine: sa.Engine) -> None:
    with outside_tools(engine, configuration("kind")) as toolbox:
        assert toolbox.tools() == ()
    approve(engine, look(engine, configuration("kind"), "desk"), "Ada")
    with outside_tools(engine, configuration("kind")) as toolbox:
        assert [tool.name for tool in toolbox.tools()] == ["desk__logs"]
        assert toolbox.call("desk__logs", {}).state is ToolState.SUCCESS
    with outside_tools(engine, configuration("changed")) as toolbox:
        assert toolbox.tools() == ()
        assert toolbox.call("desk__logs", {}).state is ToolState.APPROVAL_REQUIRED
    approve(engine, look(engine, configuration("changed"), "desk"), "Ada")
    with outside_tools(engine, configuration("changed")) as toolbox:
        assert [tool.name for tool in toolbox.tools()] == ["desk__logs"]


def test_what_was_seen_is_kept_with_its_standing(engine: sa.Engine) -> None:
    seen = look(engine, configuration("kind"), "desk")
    assert _kept(engine) == {"logs": Standing.UNAPPROVED, "restart": Standing.WRITES}
    approve(engine, seen, "Ada")
    assert _kept(engine) == {"logs": Standing.ALLOWED, "restart": Standing.WRITES}
    with pytest.raises(OutsideError, match="exit code 1"):
        look(engine, configuration("crash-at-once"), "desk")
    with engine.connect() as connection:
        (offered,) = store.offered(connection)
    assert (offered.error, offered.tools) == ("MCP server 'desk': It ended with exit code 1. no such database", [])


def test_a_session_that_asks_for_no_tool_starts_no_server(engine: sa.Engine) -> None:
    with outside_tools(engine, configuration("kind")):
        pass
    with engine.connect() as connection:
        assert store.offered(connection) == ()


def _kept(engine: sa.Engine) -> dict[str, str]:
    with engine.connect() as connection:
        (offered,) = store.offered(connection)
    return {str(tool["name"]): str(tool["standing"]) for tool in offered.tools}


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ('url = "http://127.0.0.1/mcp"\ncommand = ["x"]', "set either command or url"),
        ('url = "http://127.0.0.1/mcp"\ntoken = "sk-live-1234567890"', "names of environment variables"),
        ('url = "file:///etc/passwd"', "mcp.desk.url"),
        ('command = ["x"]\nheaders = { X-Key = "X_KEY" }', "a command gets environment"),
        ('command = ["x"]\ncolour = "red"', "mcp.desk.colour"),
    ],
)
def test_a_table_that_is_wrong_is_refused_without_repeating_a_secret(tmp_path: Path, table: str, words: str) -> None:
    path = tmp_path / "paramedic.toml"
    path.write_text(f"[mcp.desk]\n{table}\n")
    with pytest.raises(BadInput, match=words) as refused:
        load_configuration(path)
    assert "sk-live" not in str(refused.value)


def test_the_commands_as_a_person_uses_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command = json.dumps([sys.executable, "-SI", str(UNKIND), "kind"])
    (tmp_path / "outside.toml").write_text(f"[mcp.desk]\ncommand = {command}\n")
    monkeypatch.setenv("PARAMEDIC_HOME", str(tmp_path))
    monkeypatch.setenv("PARAMEDIC_CONFIG", str(tmp_path / "outside.toml"))
    app = typer.Typer()
    mcp.register(app)

    def paramedic(*words: str, answer: str = "") -> Result:
        return CliRunner().invoke(app, ["mcp", *words], input=answer)

    refused = paramedic("approve", "desk", answer="n\n")
    assert refused.exit_code == 1
    assert "Reads log lines." in refused.stdout and "Let sessions use 1 of these 2 tools" in refused.stdout
    check = _check("MCP server desk")
    assert (check.health, check.remedy) == (
        Health.WARNING,
        "Look at its tools and approve them: paramedic mcp approve desk",
    )
    assert paramedic("approve", "desk", answer="y\n").exit_code == 0
    assert "unkind 1: 2 tools; allowed: logs; not read-only, and not named in tools: restart" in _check("MCP server desk").text
    (known,) = json.loads(paramedic("list", "--json").stdout)["servers"]
    expected = [("logs", "allowed"), ("restart", "not read-only, and not named in tools")]
    assert [(tool["name"], tool["standing"]) for tool in known["tools"]] == expected


def _check(name: str) -> Check:
    (check,) = (check for check in examine(load_settings()) if check.name == name)
    return check

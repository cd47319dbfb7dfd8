"""The commands around the sessions API: tokens, questions, playbooks and knowledge, as a person types them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import structlog
from tests.standins.shop import make_repository
from typer.testing import CliRunner

from paramedic.cli import NOUNS, app
from paramedic.model.errors import BadInput

Run = Callable[..., str]


@pytest.fixture(scope="module", autouse=True)
def _registered() -> None:
    from importlib import import_module

    app.registered_commands.clear()
    app.registered_groups.clear()
    for noun in NOUNS:
        import_module(f"paramedic.cli.{noun}").register(app)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Runs a command in a home of its own; its standard output."""
    monkeypatch.setenv("PARAMEDIC_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("PARAMEDIC_MODEL", raising=False)
    monkeypatch.delenv("DATABASE_URL", raising=False)

    def typed(*arguments: str, code: int = 0) -> str:
        done = CliRunner().invoke(app, list(arguments))
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        assert done.exit_code == code, done.output
        return done.stdout

    yield typed
    structlog.reset_defaults()


def test_a_token_is_shown_once_listed_and_revoked(run: Run) -> None:
    made = json.loads(run("tokens", "create", "ci", "--permission", "ViewOrgSessions", "--json"))
    assert made["token"].startswith("cog_")
    assert made["permissions"] == ["ViewOrgSessions"]
    listed = run("tokens", "list", "--json")
    assert made["token"] not in listed
    assert json.loads(listed)["service_users"][0]["token_end"] == made["token"][-4:]
    assert json.loads(run("tokens", "revoke", "ci", "--json"))["revoked_at"]
    assert "revoked" in run("tokens", "list")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("tokens", "create", "x", "--permission", "Everything"), "ManageOrgSessions"),
        (("tokens", "create", "x", "--organization", "acme"), "org-"),
        (("tokens", "revoke", "nobody"), "tokens list"),
        (("playbook", "show", "!nothing"), "playbook list"),
        (("knowledge", "show", "note-none"), "knowledge list"),
        (("ask", "hello", "--playbook", "!nothing"), "playbook list"),
        (("ask", "hello", "--repo", "/nowhere"), "git repository"),
        (("sessions", "message", "none", "hello"), "paramedic sessions"),
        (("sessions", "cancel", "none"), "paramedic sessions"),
    ],
)
def test_a_mistake_is_answered_with_what_to_do(run: Run, arguments: tuple[str, ...], words: str) -> None:
    with pytest.raises(BadInput, match=words):
        run(*arguments)


def test_a_question_without_a_model_says_at_once_that_it_needs_one(run: Run, tmp_path: Path) -> None:
    repository = make_repository(tmp_path)
    asked = json.loads(run("ask", "why?", "--repo", str(repository), "--tag", "t", "--json", code=1))
    assert asked["state"] == "failed"
    assert "PARAMEDIC_MODEL" in asked["answers"][0]
    assert [row["id"] for row in json.loads(run("sessions", "list", "--tag", "t", "--json"))["sessions"]] == [asked["id"]]
    assert json.loads(run("sessions", "list", "--tag", "u", "--json"))["sessions"] == []
    assert "PARAMEDIC_MODEL" in run("sessions", "show", f"devin-{asked['id']}")


def test_an_issue_waits_for_a_worker_and_can_be_cancelled(run: Run) -> None:
    asked = json.loads(run("ask", "!triage https://acme.sentry.io/issues/4211/", "--json"))
    assert (asked["kind"], asked["state"]) == ("triage", "queued")
    assert "called by !triage" in run("sessions", "show", asked["id"])
    assert json.loads(run("sessions", "cancel", asked["id"], "--json"))["state"] == "cancelled"
    run("sessions", "follow", asked["id"])


def test_playbooks_go_out_and_come_in_again_as_the_next_version(run: Run, tmp_path: Path) -> None:
    assert "!hotfix-memory-leak" in run("playbook", "list")
    file = tmp_path / "triage.devin.md"
    run("playbook", "export", "!triage", "-o", str(file))
    unchanged = json.loads(run("playbook", "import", str(file), "--json"))["playbooks"][0]
    file.write_text(file.read_text() + "\nMore advice.\n")
    changed = json.loads(run("playbook", "import", str(file), "--json"))["playbooks"][0]
    assert (unchanged["version"], changed["version"], changed["macro"]) == (1, 2, "!triage")
    assert "+More advice." in run("playbook", "diff", "!triage")
    assert "More advice." not in run("playbook", "show", "!triage", "--version", "1")
    run("playbook", "remove", "!triage")
    assert "!triage" not in run("playbook", "list")


def test_knowledge_goes_out_and_comes_in_again_as_the_next_version(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "deadlock.md"
    file.write_text('---\ntrigger: "deadlock: orders"\npinned_to: acme/shop\n---\n# Orders deadlock\n\nTake rows in order.\n')
    made = json.loads(run("knowledge", "import", str(file), "--json"))["knowledge"][0]
    assert (made["name"], made["trigger"], made["pinned_repo"]) == ("Orders deadlock", "deadlock: orders", "acme/shop")
    run("knowledge", "export", made["note_id"], "-o", str(file))
    file.write_text(file.read_text() + "Always.\n")
    assert json.loads(run("knowledge", "import", str(file), "--json"))["knowledge"][0]["version"] == 2
    assert json.loads(run("knowledge", "search", "rows", "--json"))["found"][0]["id"] == made["note_id"]
    assert "Always." in run("knowledge", "show", made["note_id"])
    run("knowledge", "remove", made["note_id"])
    assert json.loads(run("knowledge", "list", "--json"))["knowledge"] == []

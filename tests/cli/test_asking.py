"""The commands around the sessions API: tokens, questions, playbooks and knowledge, as a person types them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import structlog
from tests.standins.models import Call, Provider, Said
from tests.standins.shop import make_repository
from typer.testing import CliRunner

from paramedic.cli import NOUNS, app
from paramedic.cli.database import opened
from paramedic.model.agent import Cost, Hold
from paramedic.model.errors import BadInput
from paramedic.store import budgets
from paramedic.store import sessions as store
from paramedic.store.sessions import SessionState

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
    *lines, last = [json.loads(line) for line in run("sessions", "follow", asked["id"], "--json").splitlines()]
    assert any("called by !triage" in line["text"] for line in lines)
    assert (last["id"], last["state"]) == (asked["id"], "cancelled")


def test_a_session_that_has_ended_is_resumed_with_a_budget_of_its_own(run: Run) -> None:
    asked = json.loads(run("ask", "!triage https://acme.sentry.io/issues/4211/", "--json"))
    with pytest.raises(BadInput, match="not a triage that has ended"):
        run("sessions", "resume", asked["id"])
    with opened(writing=True) as connection:
        store.finish(connection, asked["id"], SessionState.FINISHED, verdict="diagnosed", summary="Its budget stopped it.")
    resumed = json.loads(run("sessions", "resume", f"devin-{asked['id']}", "--dollars", "5", "--json"))
    assert (resumed["id"], resumed["state"], resumed["turn"]) == (asked["id"], "queued", 1)
    plenty = Cost(10**9, 10**9)
    with opened() as connection:
        refused = budgets.hold(connection, budgets.scopes(asked["id"], None, (plenty,) * 3), Cost(5_000_001, 1))
        taken = budgets.hold(connection, budgets.scopes(asked["id"], None, (plenty,) * 3), Cost(5_000_000, 1))
    assert "$5.00 for this session" in getattr(refused, "reason", "")
    assert isinstance(taken, Hold)


@pytest.mark.parametrize("price", ["", '[agent.prices."openai:tester"]\ninput = 1\noutput = 10\n'])
def test_doctor_shows_what_a_model_can_and_costs(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, price: str) -> None:
    provider = Provider(lambda _number, _sent: Said(calls=(Call("ready"),)))
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "paramedic.toml").write_text(price)
    with provider.running():
        monkeypatch.setenv("PARAMEDIC_MODEL", "openai:tester")
        monkeypatch.setenv("PARAMEDIC_MODEL_BASE_URL", f"{provider.url}/v1")
        monkeypatch.setenv("PARAMEDIC_MODEL_SUMMARY", "openai:tester@http://127.0.0.1:9/v1")
        checks = json.loads(run("doctor", "--json", code=2))["checks"]
    rows = [check for check in checks if check["name"].startswith("model")]
    assert provider.calls == bool(price)
    if price:
        main, summary = rows
        assert main["health"] == "ok"
        assert "uses tools" in main["text"]
        assert summary["health"] == "failed"
    else:
        assert all('[agent.prices."openai:tester"]' in row["remedy"] for row in rows)


def test_playbooks_go_out_and_come_in_again_as_the_next_version(run: Run, tmp_path: Path) -> None:
    assert "!hotfix-memory-leak" in run("playbook", "list")
    file = tmp_path / "triage.devin.md"
    run("playbook", "export", "!triage", "-o", str(file))
    unchanged = json.loads(run("playbook", "import", str(file), "--json"))["playbooks"][0]
    file.write_text(file.read_text() + "\nMore advice.\n")
    changed = json.loads(run("playbook", "import", str(file), "--json"))["playbooks"][0]
    assert (unchanged["version"], changed["version"], changed["macro"]) == (1, 2, "!triage")
    assert "+More advice." in run("playbook", "diff", "!triage")
    told = json.loads(run("playbook", "diff", "!triage", "1", "2", "--json"))
    assert (told["older"], told["newer"], "+More advice." in told["diff"]) == (1, 2, True)
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

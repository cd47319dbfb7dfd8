"""What a person sees before and after a yes, and how sessions are named, as in a terminal of 80 columns."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

import pytest
import structlog
from tests.effects.findings import proven
from typer.testing import CliRunner

from paramedic.cli import NOUNS, app
from paramedic.cli.database import opened
from paramedic.effects import ledger
from paramedic.effects.values import Effect, EffectState, Push
from paramedic.model.errors import BadInput
from paramedic.model.repair import Edit
from paramedic.sessions.document import result_document
from paramedic.settings.file import Policy
from paramedic.store import effects as rows
from paramedic.store import issues
from paramedic.store import sessions as store
from paramedic.store.issues import Sighting, StatusChange
from paramedic.store.sessions import NewSession, SessionState

Run = Callable[..., str]
FIRST, SECOND = "5e55" + "0" * 28, "5e55" + "f" * 28
LONG = "x = row.get('sku')  # " + "because " * 20 + "END\n"


@pytest.fixture(scope="module", autouse=True)
def _registered() -> None:
    app.registered_commands.clear()
    app.registered_groups.clear()
    for noun in NOUNS:
        import_module(f"paramedic.cli.{noun}").register(app)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Runs a command in a home of its own, 80 columns wide; its standard output."""
    monkeypatch.setenv("PARAMEDIC_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("DATABASE_URL", raising=False)
    (tmp_path / "home").mkdir()

    def typed(*arguments: str) -> str:
        done = CliRunner().invoke(app, list(arguments))
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        assert done.exit_code == 0, done.output
        return done.stdout

    yield typed
    structlog.reset_defaults()


@pytest.fixture
def push(run: Run) -> Effect:
    """The question of a session that proved a fix; the diff has a line that is wider than the terminal."""
    edit = Edit("shop/cart.py", "x = row['sku']\n", LONG)
    effect = Effect(Push("shop", "paramedic/shop-1a", "c" * 40, (edit,), "Fix KeyError\n", 1), 1, FIRST)
    now = datetime.now(UTC)
    seen = Sighting("shop", "a", "KeyError: 'sku'", "", "error", "python", {}, first_seen=now, last_seen=now)
    with opened(writing=True) as connection:
        issues.change_status(connection, StatusChange(seen, status="unresolved"))
        for session_id in (FIRST, SECOND):
            store.start(connection, NewSession(None, "shop", "fix", None, "a test", kind="prompt"), session_id)
        document = json.loads(json.dumps(result_document(proven())))
        ended = {"verdict": "proven_fix", "summary": "It held.", "result": document}
        store.finish(connection, FIRST, SessionState.FINISHED, **ended)
        ledger.propose(connection, effect, Policy.ASK, 24)
    return effect


SHOWN = ("PROVEN FIX", "The row has no sku.", "tests/test_cart.py::test", "fails", "passes", "No other test covers it.")


def test_whoever_is_asked_sees_what_the_yes_is_to(run: Run, push: Effect) -> None:
    for told in (run("approve"), run("approve", push.key[:12])):
        for words in (*SHOWN, "paramedic/shop-1a of shop", "-x = row['sku']", "+x = row.get('sku')", "END"):
            assert words in told
        assert max(map(len, told.splitlines())) < 160
    assert "approved (decided by" in told


def test_a_session_shows_its_finding_and_how_its_effects_stand(run: Run, push: Effect) -> None:
    asked = run("sessions", "show", FIRST)
    for words in (*SHOWN, "def test(): ...", "--- a/shop/cart.py", f"waits for a yes: paramedic approve {push.key[:12]}"):
        assert words in asked
    with opened(writing=True) as connection:
        rows.move(connection, push.key, ["pending"], EffectState.DONE.value, decided_by="ann", result="shop paramedic/shop-1a")
    done = run("sessions", "show", FIRST)
    assert "done (decided by ann) shop paramedic/shop-1a" in done
    assert "waits for a yes" not in done


def test_sessions_are_listed_with_whole_ids_and_known_by_their_beginning(run: Run, push: Effect) -> None:
    listed = run("sessions", "list")
    assert FIRST in listed
    assert SECOND in listed
    assert json.loads(run("sessions", "show", FIRST[:5], "--json"))["id"] == FIRST
    assert json.loads(run("sessions", "cancel", f"devin-{SECOND[:5]}", "--json"))["id"] == SECOND
    with pytest.raises(BadInput, match=f"More than one session begins with '5e55': {FIRST}, {SECOND}"):
        run("sessions", "show", "5e55")
    for odd in ("5e5", "", "%%%%", "5e551"):
        with pytest.raises(BadInput, match="There is no session"):
            run("sessions", "show", odd)

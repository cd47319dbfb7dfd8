"""The agent without a server: behind ``paramedic triage``, and answering a prompt."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.agent.shop import NODE, REGRESSION, RIGHT, SOURCE, crash, make_shop
from tests.agent.test_sessions import PRICE, Clinic
from tests.standins.models import Provider, answer, tells, uses
from tests.standins.shop import git

from paramedic.integrations.sentry.facts import Upstream
from paramedic.model.repair import TriageResult, Verdict
from paramedic.sessions.agent import Known, go_on
from paramedic.sessions.answering import answer as answer_prompt
from paramedic.sessions.asking import Ask, ask
from paramedic.sessions.conversing import tell
from paramedic.sessions.desk import Desk, House
from paramedic.sessions.document import result_document
from paramedic.sessions.gathering import find_checkout
from paramedic.sessions.prompting import Conversation
from paramedic.settings import Settings, load_configuration
from paramedic.store import messages, requests, workers
from paramedic.store import sessions as store
from paramedic.store.engine import reading
from paramedic.store.sessions import NewSession, SessionState


@pytest.mark.sandbox
def test_triage_on_the_command_line_goes_on_with_a_model(tmp_path: Path) -> None:
    script = (
        uses("replace", **RIGHT),
        uses("create", path="tests/test_country.py", text=REGRESSION),
        answer(test=NODE, rationale="R"),
    )
    provider = Provider(tells(script))
    home, shop = tmp_path / "home", tmp_path / "shop"
    home.mkdir()
    shop.mkdir()
    make_shop(shop)
    (home / "paramedic.toml").write_text(PRICE)
    lines = SOURCE.splitlines()
    frame = {"filename": "prices.py", "module": "prices", "function": "rate", "lineno": 7, "in_app": True,
             "context_line": lines[6], "vars": {"country": "'ch'"}}  # fmt: skip
    event = {"event_id": "4" * 32, "platform": "python",
             "exception": {"values": [{"type": "KeyError", "value": "'ch'", "stacktrace": {"frames": [frame]}}]}}  # fmt: skip
    (tmp_path / "event.json").write_text(json.dumps(event))
    with provider.running():
        environment = os.environ | {"PARAMEDIC_HOME": str(home), "PARAMEDIC_MODEL": "openai:tester",
                                    "PARAMEDIC_MODEL_BASE_URL": f"{provider.url}/v1"}  # fmt: skip
        command = [sys.executable, "-m", "paramedic", "triage", str(tmp_path / "event.json"), "--repo", str(shop), "--json",
                   "--python", "{}.{}".format(*sys.version_info[:2])]  # fmt: skip
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=100, check=False)
    result = json.loads(done.stdout)
    assert result["verdict"] == "proven_fix", (result["reason"], done.stderr[-2000:])
    assert result["agent"]["steps"] == provider.calls == 3
    assert result["fix"]["rationale"] == "R"
    assert not (shop / "tests" / "test_country.py").exists()


def test_a_prompt_is_answered_from_the_repository(tmp_path: Path) -> None:
    claims = [{"text": "Rates stand in prices.py.", "evidence": ["T2"]}, {"text": "So I believe.", "evidence": []}]
    provider = Provider(tells((uses("search", pattern="RATES"), answer(summary="In RATES.", claims=claims, unsure_of=["fr"]))))
    with provider.running():
        clinic = Clinic(tmp_path, provider)
        settings = Settings(
            paramedic_home=clinic.home, paramedic_model="openai:tester", paramedic_model_base_url=f"{provider.url}/v1"
        )
        with clinic.engine.begin() as connection:
            asked = ask(connection, settings, Ask("Where do the rates stand? token=abc123secret", "ada"))
        configuration = load_configuration(clinic.home / "paramedic.toml")
        with reading(clinic.engine).connect() as connection:
            request = requests.read(connection, [asked.session_id])[asked.session_id]
            said = messages.after(connection, asked.session_id)
        with Desk(House(settings, configuration, clinic.engine, "w"), asked.session_id) as desk:
            reply = answer_prompt(desk, Conversation(request, said))
            again = answer_prompt(desk, Conversation(request, said))
    assert reply.text == "In RATES.\n- Rates stand in prices.py. [T2]\nNot sure: fr"
    assert again == reply
    assert provider.calls == 2
    assert "Where do the rates stand?" in provider.sent[0]
    assert "abc123secret" not in provider.sent[0]
    assert "no failure on record" in provider.sent[0]


MADE = uses("create", path="tests/test_country.py", text=REGRESSION)
HANDLER = "    try:\n        return RATES[country]\n    except KeyError:\n        return 0"
ASKED = (
    (
        (uses("replace", **RIGHT), MADE, uses("prove", test=NODE), answer("Mended.", test=NODE)),
        "The change is proven: its test failed",
    ),
    ((uses("replace", **RIGHT), answer(), answer("Mended.")), "NOT proven: There is no regression test yet."),
    (
        (uses("replace", **RIGHT | {"new": HANDLER}), MADE, answer("Mended.", test=NODE)),
        "NOT proven: The best change only silences",
    ),
    (
        (
            uses("replace", **RIGHT),
            uses("create", path="tests/test_country.py", text="import nothing"),
            answer("Mended.", test=NODE),
        ),
        "NOT proven: The test does not run, let alone fail.",
    ),
)


@pytest.mark.sandbox
@pytest.mark.slow
def test_a_prompt_ends_with_a_patch_that_is_proven_or_said_not_to_be(tmp_path: Path) -> None:
    provider = Provider(tells(()))
    with provider.running():
        clinic = Clinic(tmp_path, provider)
        command = [sys.executable, "-m", "paramedic", "ask", "Sell to Switzerland without tax.", "--repo", str(tmp_path / "work")]
        with clinic.worker():
            clinic.wait(lambda: _has_worker(clinic))
            for script, says in ASKED:
                provider.script = tells(script)
                done = subprocess.run(command, env=clinic.environment(), capture_output=True, text=True, timeout=100, check=False)
                assert says in done.stdout, (done.stdout, done.stderr[-2000:])
                assert "+++ b/prices.py" in done.stdout
                assert done.returncode == 0
    assert (tmp_path / "work" / "prices.py").read_text() == SOURCE
    assert not (tmp_path / "work" / "tests" / "test_country.py").exists()


LOWER = uses("replace", path="prices.py", old="RATES.get(country, 0)", new="RATES.get(country.lower(), 0)")
TURNS = (
    ("Sell to Switzerland.", (uses("replace", **RIGHT), MADE, answer("Mended.", test=NODE))),
    ("In any spelling.", (uses("diff"), LOWER, answer("Lowered.", test=NODE))),
    ("What is it for CH?", (answer("Nothing."),)),
)


@pytest.mark.sandbox
@pytest.mark.slow
def test_a_further_message_goes_on_from_the_patch_on_the_commit_of_the_first(tmp_path: Path) -> None:
    provider = Provider(tells(()))
    with provider.running():
        clinic = Clinic(tmp_path, provider)
        settings = Settings(
            paramedic_home=clinic.home, paramedic_model="openai:tester", paramedic_model_base_url=f"{provider.url}/v1"
        )
        house = House(settings, load_configuration(clinic.home / "paramedic.toml"), clinic.engine, "w")
        with clinic.engine.begin() as connection:
            session_id = ask(connection, settings, Ask(TURNS[0][0], "ada")).session_id
        replies = []
        for number, (said, script) in enumerate(TURNS):
            provider.script = tells(script)
            if number:
                _say(clinic, settings, session_id, said, replies[-1])
                _push_another_commit(tmp_path / "work", clinic.remote, number)
            replies.append(_answered(house, session_id))
    first, second, third = replies
    assert "The change is proven: its test failed" in first
    assert "The change is proven: its test failed" in second
    assert "-    return RATES[country]\n+    return RATES.get(country.lower(), 0)" in second
    assert "+++ b/tests/test_country.py" in second
    assert "your own changes so far" in provider.sent[3]
    assert third == "Nothing.\n- The row has no note. [C1]"


def _say(clinic: Clinic, settings: Settings, session_id: str, text: str, answered: str) -> None:
    with clinic.engine.begin() as connection:
        store.begin(connection, session_id)
        assert store.rest(connection, session_id, answered, None)
        tell(connection, settings, session_id, "ada", text)


def _push_another_commit(work: Path, remote: Path, number: int) -> None:
    (work / "prices.py").write_text(f"{SOURCE}# {number}\n")
    git(work, "-c", "user.name=Ada", "-c", "user.email=ada@example.org", "commit", "-qam", f"Change {number}")
    git(work, "push", "-q", str(remote), "main")


def _answered(house: House, session_id: str) -> str:
    with reading(house.engine).connect() as connection:
        request = requests.read(connection, [session_id])[session_id]
        said = messages.after(connection, session_id)
    with Desk(house, session_id) as desk:
        return answer_prompt(desk, Conversation(request, said)).text


def _has_worker(clinic: Clinic) -> bool:
    with reading(clinic.engine).connect() as connection:
        return bool(workers.living(connection))


def test_an_issue_about_which_nothing_changed_is_not_analysed_again_unless_a_person_asks(tmp_path: Path) -> None:
    provider = Provider(tells((uses("read_file", path="prices.py"), answer())))
    with provider.running():
        clinic = Clinic(tmp_path, provider)
        settings = Settings(
            paramedic_home=clinic.home, paramedic_model="openai:tester", paramedic_model_base_url=f"{provider.url}/v1"
        )
        house = House(settings, load_configuration(clinic.home / "paramedic.toml"), clinic.engine, "w")
        issue = clinic.add_prices()
        results = []
        for reason in ("the rule", "the rule", "asked for by ada"):
            with clinic.engine.begin() as connection:
                last = store.last_finished(connection, issue)
                session_id, _fresh = store.start(connection, NewSession(issue, "shop", "diagnose", None, reason))
            with Desk(house, session_id) as desk:
                checkout = find_checkout(desk, crash(), Upstream())
                engine = TriageResult(Verdict.NOT_FOUND, "The engine is lost.")
                results.append(go_on(desk, Known(crash(), Upstream(), checkout, engine, (last,) if last else ())))
            with clinic.engine.begin() as connection:
                document = result_document(results[-1])
                store.finish(connection, session_id, SessionState.FINISHED, verdict="diagnosed", summary="s", result=document)
    first, second, third = results
    assert (first.verdict, first.agent.steps) == (Verdict.DIAGNOSED, 2)
    assert second.verdict is Verdict.NOT_FOUND
    assert second.reason.startswith("Nothing has changed since session")
    assert third.verdict is Verdict.DIAGNOSED
    assert provider.calls == 4

"""The agent within a session: the engine first, then a model, the same prover, SIGKILL, a budget that is raised."""

from __future__ import annotations

import json
import os
import signal
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.agent.shop import NODE, REGRESSION, RIGHT, SOURCE, TESTS
from tests.sessions.ward import Ward, ended
from tests.standins.models import Provider, Said, answer, tells, uses
from tests.standins.shop import git

from paramedic.sessions.resuming import resume
from paramedic.store.engine import reading
from paramedic.store.events import Sample
from paramedic.store.issues import Sighting, listed, record
from paramedic.store.schema import agent_steps

pytestmark = pytest.mark.sandbox

PRICE = '\n[agent.prices."openai:tester"]\ninput = 1\noutput = 10\n'
STEPS = (
    uses("read_file", path="prices.py"),
    uses("history"),
    uses("search", pattern="RATES"),
    uses("replace", **RIGHT),
    uses("create", path="tests/test_country.py", text=REGRESSION),
    answer(test=NODE, rationale="Countries without a rate are sold to without tax."),
)


class Clinic(Ward):
    """A ward whose issue the engine cannot mend alone, and a model's provider."""

    def __init__(self, folder: Path, provider: Provider, config: str = "") -> None:
        super().__init__(folder)
        self.provider = provider
        with (self.home / "paramedic.toml").open("a") as file:
            file.write(config + PRICE)
        work = folder / "work"
        (work / "prices.py").write_text(SOURCE)
        (work / "tests" / "test_prices.py").write_text(TESTS)
        git(work, "add", ".")
        git(work, "-c", "user.name=Ada", "-c", "user.email=ada@example.org", "commit", "-q", "-m", "Prices")
        git(work, "push", "-q", str(self.remote), "main")

    def environment(self) -> dict[str, str]:
        model = {
            "PARAMEDIC_MODEL": "openai:tester",
            "PARAMEDIC_MODEL_BASE_URL": f"{self.provider.url}/v1",
            "PARAMEDIC_MODEL_API_KEY": "k",
        }
        return super().environment() | model

    def add_prices(self) -> int:
        now = datetime.now(UTC)
        lines = SOURCE.splitlines()
        frames = [
            {"filename": "prices.py", "abs_path": "/srv/prices.py", "module": "prices", "function": function, "lineno": line,
             "context_line": lines[line - 1], "in_app": True, "vars": variables}
            for function, line, variables in (
                ("label", 16, {"net": "100", "country": "'ch'"}),
                ("gross", 11, {"net": "100", "country": "'ch'"}),
                ("rate", 7, {"country": "'ch'"}),
            )
        ]  # fmt: skip
        event = {
            "event_id": "2" * 32, "platform": "python", "level": "error",
            "exception": {"values": [{"type": "KeyError", "value": "'ch'", "stacktrace": {"frames": frames}}]},
            "contexts": {"runtime": {"name": "CPython", "version": "3.11.2"}},
        }  # fmt: skip
        seen = Sighting("shop", "prices", "KeyError: 'ch'", "prices.rate", "error", "python", {"key": "prices"})
        seen.count, seen.first_seen, seen.last_seen = 1, now, now
        seen.samples = [Sample("2" * 32, now, json.dumps(event).encode())]
        seen.hours = {int(time.time()) // 3600: 1}
        with self.engine.begin() as connection:
            record(connection, [seen])
            return next(issue.id for issue in listed(connection) if issue.group_key == "prices")

    def kept(self, session_id: str) -> int:
        count = sa.select(sa.func.count()).where(agent_steps.c.session_id == session_id)
        with reading(self.engine).connect() as connection:
            return int(connection.execute(count).scalar_one())


@pytest.mark.slow
def test_a_session_killed_while_its_agent_works_ends_proven_and_pays_nothing_twice(tmp_path: Path) -> None:
    hurt: list[int] = []
    process_of: list[int] = []

    def kills(number: int, _sent: str) -> Said:
        # The worker dies while this very reply is on its way: the one call that may be repeated.
        if number == 4 and number not in hurt:
            hurt.append(number)
            os.kill(process_of[-1], signal.SIGKILL)
        return STEPS[min(number, len(STEPS) - 1)]

    provider = Provider(kills)
    with provider.running():
        clinic = Clinic(tmp_path, provider)
        session_id = clinic.start(clinic.add_prices())
        while not ended(clinic, session_id)():
            with clinic.worker() as process:
                process_of.append(process.pid)
                clinic.wait(lambda: process.poll() is not None or ended(clinic, session_id)())
        session = clinic.session(session_id)
    assert len(process_of) == 2
    assert provider.calls == len(STEPS) + len(hurt)
    assert session.verdict == "proven_fix", session.summary
    work = session.result["agent"]
    assert (work["stop"], work["steps"], work["micro_dollars"]) == ("answered", 6, 6 * 2000)
    assert session.result["fix"]["files"] == ["prices.py"]
    assert session.result["reproduction"]["path"] == "tests/test_country.py"
    assert len(clinic.branches()) == 1
    assert sum("step 2: openai:tester" in text for _seq, _stage, text in clinic.lines(session_id)) == 1


@pytest.mark.slow
def test_a_session_that_its_budget_stopped_is_resumed(tmp_path: Path) -> None:
    provider = Provider(tells((uses("read_file", path="prices.py"), answer())))
    with provider.running():
        clinic = Clinic(tmp_path, provider, "[agent]\nsession_dollars = 0.01\n")
        session_id = clinic.start(clinic.add_prices())
        with clinic.worker():
            clinic.wait(ended(clinic, session_id))
            stopped = clinic.session(session_id)
            assert stopped.verdict == "reproduced"
            assert stopped.result["agent"]["stop"] == "budget"
            assert "Raise session_dollars in [agent]" in stopped.summary
            assert provider.calls == 0
            with clinic.engine.begin() as connection:
                resume(connection, session_id, 5_000_000)
            clinic.wait(lambda: clinic.session(session_id).turn == 1 and ended(clinic, session_id)())
        resumed = clinic.session(session_id)
    assert resumed.result["agent"]["stop"] == "answered"
    assert provider.calls == 2

"""SIGKILL at every step of a session in turn: while each reply is on its way, and while each tool is at work."""

from __future__ import annotations

import os
import shutil
import signal
from collections import Counter
from pathlib import Path

import pytest
from tests.agent.test_sessions import Clinic
from tests.sessions.warm import nursery
from tests.standins.models import Provider, Said, answer, uses

from paramedic.sessions.asking import Ask, ask
from paramedic.settings import Settings
from paramedic.store import budgets, messages
from paramedic.store.agent import kept_cost, steps_of
from paramedic.store.engine import reading
from paramedic.store.sessions import SessionState

STEPS = 12
GIT_THAT_KILLS = """#!/bin/sh
# Kills whoever asks it for the history, once for each time that it is armed.
case " $* " in *" log "*) [ -e {armed} ] && rm {armed} && kill -9 $PPID ;; esac
exec {git} "$@"
"""


class Killer:
    """A model that looks at the history 11 times and answers, and kills the worker that asks it at every step, once each."""

    def __init__(self, armed: Path) -> None:
        self.armed = armed
        self.asked: Counter[int] = Counter()
        self.victim = 0

    def __call__(self, number: int, _sent: str) -> Said:
        self.asked[number] += 1
        if self.asked[number] == 1:
            os.kill(self.victim, signal.SIGKILL)
        elif number < STEPS - 1:
            self.armed.touch()
        return answer("Whole.") if number == STEPS - 1 else uses("history", count=number + 1)


@pytest.mark.slow
def test_a_session_killed_at_every_step_in_turn_ends_and_pays_for_nothing_twice_but_what_was_under_way(tmp_path: Path) -> None:
    killer = Killer(tmp_path / "armed")
    provider = Provider(killer)
    with provider.running():
        clinic = Clinic(tmp_path / "clinic", provider)
        session_id = _asked(clinic)
        _killed_to_the_end(clinic, killer, session_id, _with_git_that_kills(tmp_path, killer.armed))
    assert killer.asked == dict.fromkeys(range(STEPS), 2)
    with reading(clinic.engine).connect() as connection:
        kept, cost = steps_of(connection, session_id), kept_cost(connection, session_id)
        spent = budgets.spent(connection, budgets.session_scope(session_id))
        said = messages.after(connection, session_id)
    assert [step.kind for step in kept] == ["opening", *["model", "tool"] * (STEPS - 1), "model"]
    assert cost.micro_dollars == STEPS * 2000
    # What was under way when its worker died stays set aside: it may have been charged.
    assert spent.micro_dollars > cost.micro_dollars
    assert [message.text.splitlines()[0] for message in said[1:]] == ["Whole."]


def _asked(clinic: Clinic) -> str:
    settings = Settings(paramedic_home=clinic.home, paramedic_model="openai:tester")
    with clinic.engine.begin() as connection:
        return ask(connection, settings, Ask("What happened to the prices?", "ada")).session_id


def _with_git_that_kills(folder: Path, armed: Path) -> dict[str, str]:
    shim = folder / "bin" / "git"
    shim.parent.mkdir()
    shim.write_text(GIT_THAT_KILLS.format(armed=armed, git=shutil.which("git")))
    shim.chmod(0o755)
    return {"PATH": f"{shim.parent}:{os.environ['PATH']}"}


def _killed_to_the_end(clinic: Clinic, killer: Killer, session_id: str, environment: dict[str, str]) -> None:
    """One worker after the other, each killed one step further on; the last one is left alone."""
    with nursery(clinic, clinic.environment() | environment) as workers:
        for _death in range(2 * STEPS - 1):
            killer.victim = workers.birth()
            assert workers.mourn() == -signal.SIGKILL
        killer.victim = workers.birth()
        clinic.wait(lambda: clinic.session(session_id).state is SessionState.WAITING)
        os.kill(killer.victim, signal.SIGKILL)

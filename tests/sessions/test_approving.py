"""Answers to one exact effect: what else they answer, what the session is told, and what a wish for changes sets going."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.agent.test_sessions import Clinic
from tests.effects.findings import proven
from tests.sessions.ward import ended
from tests.standins.models import Provider, Said, answer, uses

from paramedic.effects import ledger
from paramedic.effects.policy import policy_of
from paramedic.effects.values import Effect, EffectKind, EffectState, OpenPullRequest, Push
from paramedic.model.errors import BadInput
from paramedic.model.repair import Edit
from paramedic.sessions import approving
from paramedic.sessions.document import result_document
from paramedic.settings import Configuration, Settings
from paramedic.settings.file import Policy
from paramedic.store import issues, messages, sessions
from paramedic.store.issues import Sighting
from paramedic.store.sessions import NewSession, SessionState

WISH = "An empty note is wanted, not None."
EDIT = {"path": "shop/rows.py", "old": 'return row["note"]', "new": 'return row.get("note", "")'}
STEPS = (uses("read_file", path="shop/rows.py"), uses("replace", **EDIT), answer(rationale="Who reads a note wants a text."))


@pytest.fixture
def asked(engine: sa.Engine) -> Iterator[tuple[sa.Connection, str, Effect, Effect]]:
    """A finished session that asks for a push and for the pull request that needs it."""
    with engine.begin() as connection:
        seen = Sighting("shop", "a", "KeyError", "", "error", "python", {})
        issue = issues.adopt(connection, seen)
        session_id, _ = sessions.start(connection, NewSession(issue, "shop", "pull_request", None, "a test"))
        sessions.finish(
            connection, session_id, SessionState.FINISHED, verdict="proven_fix", summary="", result=result_document(proven())
        )
        push = Effect(Push("shop", "fix/a", "0" * 40, (Edit("a.py", "x = 1\n", "x = 2\n"),), "Mend", 0), issue, session_id)
        pull = Effect(OpenPullRequest("shop", "fix/a", "main", "Mend", "Text"), issue, session_id, requires=(push.key,))
        for effect in (push, pull):
            ledger.propose(connection, effect, Policy.ASK, 24)
        yield connection, session_id, push, pull


def state(connection: sa.Connection, effect: Effect) -> EffectState:
    return ledger.find(connection, effect.key).state


def log(connection: sa.Connection, session_id: str) -> list[str]:
    return [line.text for line in sessions.log_after(connection, session_id)]


def test_a_no_is_also_to_what_cannot_be_done_without_it_and_the_session_is_told(
    asked: tuple[sa.Connection, str, Effect, Effect],
) -> None:
    connection, session_id, push, pull = asked
    approving.reject(connection, push.key, "ann", "\u202eNot in\nthe freeze.")
    assert (state(connection, push), state(connection, pull)) == (EffectState.REJECTED, EffectState.REJECTED)
    assert ledger.find(connection, pull.key).reason == "It needs the push that was rejected."
    assert log(connection, session_id)[0] == "push rejected by ann: Not in the freeze."
    with pytest.raises(BadInput, match="rejected; only a pending one"):
        approving.approve(connection, pull.key, "ann")


def test_without_a_model_a_wish_is_kept_and_the_question_stays(asked: tuple[sa.Connection, str, Effect, Effect]) -> None:
    connection, session_id, push, pull = asked
    wish = approving.ask_for_changes(connection, Settings(), push.key, "ann", WISH)
    assert not wish.withdrawn
    assert "PARAMEDIC_MODEL" in wish.text
    assert (state(connection, push), state(connection, pull)) == (EffectState.PENDING, EffectState.PENDING)
    assert [message.text for message in messages.after(connection, session_id)] == [WISH, wish.text]
    assert log(connection, session_id) == [f"Changes asked for by ann: {WISH}"]
    for empty in ("", "  ", "x" * 2001):
        with pytest.raises(BadInput):
            approving.ask_for_changes(connection, Settings(), push.key, "ann", empty)


def test_with_a_model_a_wish_withdraws_all_that_the_session_asked(asked: tuple[sa.Connection, str, Effect, Effect]) -> None:
    connection, session_id, push, pull = asked
    settings = Settings(paramedic_model="openai:tester")
    assert approving.ask_for_changes(connection, settings, push.key, "ann", WISH).withdrawn
    assert (state(connection, push), state(connection, pull)) == (EffectState.SUPERSEDED, EffectState.SUPERSEDED)
    assert [one.effect.key for one in ledger.wishes(connection, session_id)] == [push.key]
    assert sessions.read(connection, session_id).state is SessionState.QUEUED
    with pytest.raises(BadInput, match="superseded"):
        approving.ask_for_changes(connection, settings, push.key, "ann", WISH)
    assert ledger.propose(connection, push, Policy.ASK, 24) is EffectState.PENDING, "what nobody refused may be asked again"
    assert ledger.find(connection, push.key).decided_by is None


@pytest.mark.parametrize(
    ("rule", "project", "expected"),
    [
        (None, None, Policy.ASK),
        ("bold", None, Policy.AUTO),
        ("bold", "shop", Policy.NEVER),
        ("bold", "open", Policy.AUTO),
        (None, "open", Policy.AUTO),
        ("shy", "open", Policy.NEVER),
        ("gone", "gone", Policy.ASK),
    ],
)
def test_of_rule_and_project_the_stricter_one_holds(rule: str | None, project: str | None, expected: Policy) -> None:
    configuration = Configuration.model_validate(
        {
            "projects": {"shop": {"effects": {"push": "never"}}, "open": {"effects": {"push": "auto"}}},
            "rules": [{"name": "bold", "effects": {"push": "auto"}}, {"name": "shy", "effects": {"push": "never"}}],
        }
    )
    assert policy_of(EffectKind.PUSH, configuration, rule, project) is expected


@pytest.mark.sandbox
def test_the_session_goes_on_with_a_wish_and_asks_for_the_new_change_instead(tmp_path: Path) -> None:
    heard: list[str] = []

    def script(number: int, sent: str) -> Said:
        heard.append(sent)
        return STEPS[min(number, len(STEPS) - 1)]

    provider = Provider(script)
    with provider.running():
        clinic = Clinic(tmp_path, provider)
        configuration = clinic.home / "paramedic.toml"
        configuration.write_text(configuration.read_text().replace('push = "auto"', 'push = "ask"'))
        session_id = clinic.start(clinic.add_issue())
        with clinic.worker():
            clinic.wait(ended(clinic, session_id))
            assert provider.calls == 0
            with clinic.engine.begin() as connection:
                (first,) = ledger.listing(connection, session_id=session_id)
                settings = Settings(paramedic_model="openai:tester")
                approving.ask_for_changes(connection, settings, first.effect.key, "ann", WISH)
            clinic.wait(lambda: clinic.session(session_id).turn == 1 and ended(clinic, session_id)())
    assert WISH in heard[0]
    assert "return row.get(" in heard[0], "the change that was not wanted is shown"
    session = clinic.session(session_id)
    assert session.verdict == "proven_fix", session.summary
    with clinic.engine.begin() as connection:
        before, now = sorted(ledger.listing(connection, session_id=session_id), key=lambda one: one.proposed_at)
    assert (before.state, before.reason, before.decided_by) == (EffectState.SUPERSEDED, WISH, "ann")
    assert now.state is EffectState.PENDING
    assert isinstance(now.effect.payload, Push)
    assert any('row.get("note", "")' in edit.after for edit in now.effect.payload.edits)

"""A person's answer from a chat: who may, to exactly which effect, once; and that the session is told why."""

from __future__ import annotations

import re
from dataclasses import dataclass

import sqlalchemy as sa
import structlog

from paramedic.effects import ledger
from paramedic.effects.markdown import plain
from paramedic.effects.values import EffectState, Recorded
from paramedic.model.chat import Answer, Decision
from paramedic.model.errors import BadInput
from paramedic.sessions import approving
from paramedic.sessions.approvers import standing
from paramedic.settings import Configuration, Settings
from paramedic.store import audit
from paramedic.store.audit import Entry

log = structlog.get_logger()

_WHOLE_KEY = re.compile(r"[0-9a-f]{64}")
_LONGEST_WORDS = 1500


@dataclass(frozen=True, slots=True)
class Terms:
    """What decides who may, and what a session is told with."""

    settings: Settings
    configuration: Configuration


@dataclass(frozen=True, slots=True)
class Decided:
    """``taken`` when the effect stands as the person wants it; ``text`` is what to tell them, and them alone when they are a
    ``stranger`` who may not decide."""

    taken: bool
    text: str
    stranger: bool = False


def hindrance(connection: sa.Connection, decision: Decision, terms: Terms) -> Decided | None:
    """Why this answer is not taken from this person now, or that it stands already; None when it can be given. That somebody
    tried who may not is kept."""
    asker = standing(connection, decision.who, terms.configuration)
    if asker.refusal:
        who, about = _named(decision, asker.user), f"/approvals/{decision.effect[:64]}"
        log.warning("approval_refused", who=who, effect=decision.effect[:12], answer=decision.answer.value)
        audit.record(connection, Entry(who, "chat", decision.answer.value, about, outcome="refused"))
        return Decided(False, asker.refusal, stranger=True)
    if not _WHOLE_KEY.fullmatch(decision.effect):
        return Decided(False, "This button names no effect.")
    try:
        known = ledger.find(connection, decision.effect)
    except BadInput as error:
        return Decided(False, str(error.args[0]))
    return None if known.state is EffectState.PENDING else _as_it_stands(known, decision)


def title_of(connection: sa.Connection, decision: Decision) -> str:
    """What the decision is about, in a few words. Raises ``BadInput`` when there is no such effect."""
    return ledger.find(connection, decision.effect).effect.kind.value.replace("_", " ")


def decide(connection: sa.Connection, decision: Decision, terms: Terms) -> Decided:
    """Answer one question. The same answer sent again changes nothing, and the first answer stands."""
    if (hindered := hindrance(connection, decision, terms)) is not None:
        return hindered
    who = _named(decision, standing(connection, decision.who, terms.configuration).user)
    try:
        # What is refused half-way leaves nothing behind.
        with connection.begin_nested():
            answered = _answer(connection, decision, terms, who)
            audit.record(connection, Entry(who, "chat", decision.answer.value, f"/approvals/{decision.effect}"))
            return answered
    except BadInput as error:
        known = ledger.find(connection, decision.effect)
        return Decided(False, str(error)) if known.state is EffectState.PENDING else _as_it_stands(known, decision)


def _named(decision: Decision, user: str) -> str:
    """Who it was, for people to read: the user's name before what the chat knows of them."""
    return plain(f"{user + ', ' if user else ''}{decision.who} ({plain(decision.name, 60)}), {decision.place}", 200)


def _answer(connection: sa.Connection, decision: Decision, terms: Terms, who: str) -> Decided:
    key, words = decision.effect, plain(decision.reason, _LONGEST_WORDS)
    if decision.answer is Answer.CHANGES:
        return Decided(True, approving.ask_for_changes(connection, terms.settings, key, who, words).text)
    if decision.answer is Answer.APPROVE:
        recorded = _approve(connection, key, who)
    else:
        recorded = approving.reject(connection, key, who, words)
    return Decided(True, f"{recorded.effect.kind.value.replace('_', ' ').capitalize()} {recorded.state.value}.")


def _approve(connection: sa.Connection, key: str, who: str) -> Recorded:
    """Say yes to the effect, and to what it cannot be done without, which the same message shows."""
    for needed in ledger.find(connection, key).effect.requires:
        if ledger.find(connection, needed).state is EffectState.PENDING:
            _approve(connection, needed, who)
    return approving.approve(connection, key, who)


def _as_it_stands(known: Recorded, decision: Decision) -> Decided:
    """No longer a question: said again, or decided by somebody else, expired, or superseded by a newer one."""
    by = f" by {known.decided_by}" if known.decided_by else ""
    rejected = known.state is EffectState.REJECTED
    approved = known.state in (EffectState.APPROVED, EffectState.PERFORMING, EffectState.DONE, EffectState.FAILED)
    same = {Answer.REJECT: rejected, Answer.APPROVE: approved, Answer.CHANGES: False}[decision.answer]
    return Decided(same, f"It is {known.state.value} already{by}.")

"""A person's answer from a chat: who may, to exactly which effect, once; and that the session is told why not."""

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
from paramedic.settings.file import NotificationsConfig

log = structlog.get_logger()

_WHOLE_KEY = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Decided:
    """``taken`` when the effect stands as the person wants it; ``text`` is what to tell them."""

    taken: bool
    text: str


def may_decide(who: str, config: NotificationsConfig) -> bool:
    """Anybody in a channel can press its buttons, so only those who are listed are heard."""
    return who in config.approvers


def decide(connection: sa.Connection, decision: Decision, config: NotificationsConfig) -> Decided:
    """Answer one question. The same answer sent again changes nothing, and the first answer stands."""
    name = plain(decision.name, 60)
    if not may_decide(decision.who, config):
        log.warning("approval_refused", who=decision.who[:80], effect=decision.effect[:12])
        return Decided(False, f"You may not decide this: {plain(decision.who, 80)} is not in [notifications] approvers.")
    if not _WHOLE_KEY.fullmatch(decision.effect):
        return Decided(False, "This button names no effect.")
    who = plain(f"{decision.who} ({name}), {decision.place}", 200)
    try:
        recorded = _answer(connection, decision, who)
    except BadInput as error:
        return _as_it_stands(connection, decision, str(error.args[0]))
    return Decided(True, f"{recorded.effect.kind.value.replace('_', ' ').capitalize()} {recorded.state.value}.")


def _answer(connection: sa.Connection, decision: Decision, who: str) -> Recorded:
    if decision.answer is Answer.APPROVE:
        return approving.approve(connection, decision.effect, who)
    return approving.reject(connection, decision.effect, who, decision.reason)


def _as_it_stands(connection: sa.Connection, decision: Decision, problem: str) -> Decided:
    """No longer a question: said again, or decided by somebody else, expired, or superseded by a newer one."""
    try:
        known = ledger.find(connection, decision.effect)
    except BadInput:
        return Decided(False, problem)
    by = f" by {known.decided_by}" if known.decided_by else ""
    rejected = known.state is EffectState.REJECTED
    approved = known.state in (EffectState.APPROVED, EffectState.PERFORMING, EffectState.DONE, EffectState.FAILED)
    same = rejected if decision.answer is Answer.REJECT else approved
    return Decided(same, f"It is {known.state.value} already{by}.")

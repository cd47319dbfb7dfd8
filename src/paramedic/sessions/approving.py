"""A person's answer to the question whether one exact effect shall be done: yes, no with a reason, or yes to something else.

Pages, the API, the command line and chats answer through here, so that the session is told whoever answers from wherever.
"""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
import structlog

from paramedic.effects import ledger
from paramedic.effects.markdown import plain
from paramedic.effects.values import EffectState, Recorded
from paramedic.model.errors import BadInput
from paramedic.settings import Settings
from paramedic.store import messages
from paramedic.store import sessions as store
from paramedic.store.messages import Source

log = structlog.get_logger()

WISH = "changes"
"""The stage under which a wish for changes is in a session's log."""
LONGEST_REASON = 2000
NOBODY_TO_ASK = (
    "No language model is configured (PARAMEDIC_MODEL), so nobody here can change the proposal: "
    "the message is kept with the session, and the question stays open."
)


@dataclass(frozen=True, slots=True)
class Wish:
    """What became of a wish for changes. ``withdrawn`` when the session goes on with it and the question is off the table;
    ``text`` is what to tell whoever wished."""

    recorded: Recorded
    withdrawn: bool
    text: str


def approve(connection: sa.Connection, key: str, who: str) -> Recorded:
    """Say yes. Raises ``BadInput`` when it is not, or no longer, a question."""
    return _told(connection, ledger.approve(connection, key, who), who)


def reject(connection: sa.Connection, key: str, who: str, reason: str = "") -> Recorded:
    """Say no, also to what cannot be done without it. Raises ``BadInput`` when it is not, or no longer, a question."""
    recorded = _told(connection, ledger.reject(connection, key, who, reason[:LONGEST_REASON]), who, reason)
    for other in _questions(connection, recorded):
        if recorded.effect.key in other.effect.requires:
            kind = recorded.effect.kind.value.replace("_", " ")
            reject(connection, other.effect.key, who, f"It needs the {kind} that was rejected.")
    return recorded


def ask_for_changes(connection: sa.Connection, settings: Settings, key: str, who: str, wish: str) -> Wish:
    """Send the proposal back with what should be otherwise.

    With a model, all that its session asked is withdrawn, and the session goes on with the wish. Without one the wish is kept
    and the question stays. Raises ``BadInput`` when it is no longer a question, or its issue is under work.
    """
    wish = wish.strip()
    if not wish or len(wish) > LONGEST_REASON:
        raise BadInput(
            "What should be otherwise is empty or too long.", remedy=f"Say it in {LONGEST_REASON} characters or fewer."
        )
    recorded = ledger.question(connection, key)
    session_id = recorded.effect.session_id
    said = messages.add(connection, session_id, Source.USER, who, wish)
    text = f"Changes asked for by {plain(who, 200)}: {plain(wish, 1500)}"
    store.append_log(connection, session_id, WISH, text, occurrence=said.seq)
    log.info("changes_asked_for", effect=recorded.effect.key[:12], who=who)
    if settings.paramedic_model is None:
        messages.add(connection, session_id, Source.SESSION, "paramedic", NOBODY_TO_ASK)
        return Wish(recorded, withdrawn=False, text=NOBODY_TO_ASK)
    if not store.resume(connection, session_id):
        raise BadInput("The session behind this question is still at work.", remedy="Ask again when it has ended.")
    sent_back = ledger.send_back(connection, recorded.effect.key, who, wish)
    for other in _questions(connection, recorded):
        ledger.withdraw(connection, other.effect.key, f"with {recorded.effect.key[:12]}, for which changes were asked")
    return Wish(sent_back, withdrawn=True, text="The session goes on with what was asked for, and will propose anew.")


def _questions(connection: sa.Connection, about: Recorded) -> tuple[Recorded, ...]:
    """What else the same session asks."""
    found = ledger.listing(connection, states=(EffectState.PENDING,), session_id=about.effect.session_id)
    return tuple(one for one in found if one.effect.key != about.effect.key)


def _told(connection: sa.Connection, recorded: Recorded, who: str, reason: str = "") -> Recorded:
    """Into the session's log."""
    effect = recorded.effect
    log.info("approval_decided", effect=effect.key[:12], state=recorded.state.value, who=who)
    if effect.session_id:
        why = f": {plain(reason, 1500)}" if reason else ""
        text = f"{effect.kind.value} {recorded.state.value} by {plain(who, 200)}{why}"
        store.append_log(connection, effect.session_id, "approval", text)
    return recorded

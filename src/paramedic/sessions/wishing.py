"""Changes that a person asked for instead of the ones that were proposed, as the task of the session's agent."""

from __future__ import annotations

from dataclasses import dataclass

from paramedic.agent.fence import safe
from paramedic.effects import ledger
from paramedic.effects.values import Patch, Push, Recorded
from paramedic.sessions.approving import WISH
from paramedic.sessions.desk import Desk
from paramedic.source.edits import unified_diff
from paramedic.store import logs
from paramedic.store.engine import reading

_LONGEST_DIFF = 20_000


@dataclass(frozen=True, slots=True)
class Wishes:
    """``task`` is "" where nobody wished anything. ``turn`` tells the agent's steps on this wish from those before it."""

    task: str = ""
    turn: int = 0


def wishes_of(desk: Desk) -> Wishes:
    """What is to be otherwise than in the proposals that were sent back."""
    with reading(desk.house.engine).connect() as connection:
        sent_back = ledger.wishes(connection, desk.session_id)
        turn = logs.count_log(connection, desk.session_id, WISH)
    return Wishes("\n\n".join(map(_wish, sent_back)), turn) if sent_back else Wishes()


def _wish(sent_back: Recorded) -> str:
    effect = sent_back.effect
    payload = effect.payload
    diff = unified_diff(payload.edits) if isinstance(payload, Push) else payload.diff if isinstance(payload, Patch) else ""
    shown = f"It was this change:\n{safe(diff, _LONGEST_DIFF)}\n" if diff else ""
    return (
        f"A person looked at the {effect.kind.value.replace('_', ' ')} that was proposed, and wants it otherwise. {shown}"
        f"They say:\n{safe(sent_back.reason or '', _LONGEST_DIFF)}\n"
        "Make a change that does what they say, and have it proven."
    )

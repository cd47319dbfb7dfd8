"""The ledger: what may be done, who said yes to exactly what, and what was done.

An effect is in it once, under the hash of what it does. A yes is bound to that hash, is recorded with who and when, and a
question that nobody answers expires. A new proposal withdraws the open question of the same kind on the same issue.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from paramedic.effects.values import Effect, EffectKind, EffectState, Recorded, read_payload, write_payload
from paramedic.model.errors import BadInput
from paramedic.settings.file import Policy
from paramedic.store import effects as rows
from paramedic.store import sessions
from paramedic.store.effects import EffectRow

_CLAIMS_CAUSE = (EffectKind.PUSH, EffectKind.PULL_REQUEST)
_STANDING = (EffectState.PENDING, EffectState.APPROVED, EffectState.PERFORMING, EffectState.DONE)


def propose(connection: sa.Connection, effect: Effect, policy: Policy, approval_hours: int) -> EffectState:
    """Record ``effect`` as approved or as a question, by ``policy``; the state it is in now.

    Proposing twice changes nothing, but for what was withdrawn without a no: that is a question again.
    """
    known = rows.read(connection, effect.key)
    if known is not None and known.state != EffectState.SUPERSEDED:
        return EffectState(known.state)
    now = datetime.now(UTC)
    automatic = policy is Policy.AUTO
    row = EffectRow(
        key=effect.key,
        kind=effect.kind.value,
        state=(EffectState.APPROVED if automatic else EffectState.PENDING).value,
        issue_id=effect.issue_id,
        session_id=effect.session_id,
        cause=effect.cause,
        requires=effect.requires,
        payload=write_payload(effect.payload),
        proposed_at=now,
        expires_at=None if automatic else now + timedelta(hours=approval_hours),
        decided_by="policy" if automatic else None,
        decided_at=now if automatic else None,
    )
    rows.supersede(connection, effect.issue_id, effect.kind.value, effect.key)
    if rows.insert(connection, row) or rows.reopen(connection, row):
        return EffectState(row.state)
    known = rows.read(connection, effect.key)
    return EffectState(known.state) if known else EffectState.PENDING


def standing(connection: sa.Connection, effect: Effect, over: frozenset[str] = frozenset()) -> Recorded | None:
    """The effect that already stands for this root cause, when there is another one: no cause gets two pull requests.

    Those whose keys are in ``over`` do not count.
    Holds the cause until the transaction ends, so that two sessions cannot both find nothing.
    """
    if effect.kind not in _CLAIMS_CAUSE or not effect.cause:
        return None
    rows.lock_cause(connection, effect.cause)
    for row in rows.of_cause(connection, effect.cause, effect.kind.value, [state.value for state in _STANDING]):
        asked_here = row.issue_id == effect.issue_id and row.state == EffectState.PENDING
        if row.key != effect.key and row.key not in over and not asked_here:
            return recorded(row)
    return None


def approve(connection: sa.Connection, key: str, who: str) -> Recorded:
    """Say yes to exactly this effect. Raises ``BadInput`` when it is not (or no longer) a question."""
    return _decide(connection, key, who, EffectState.APPROVED)


def reject(connection: sa.Connection, key: str, who: str, reason: str = "") -> Recorded:
    """Say no to this effect. Raises ``BadInput`` when it is not (or no longer) a question."""
    return _decide(connection, key, who, EffectState.REJECTED, reason or None)


def question(connection: sa.Connection, key: str) -> Recorded:
    """The effect, if it waits for an answer. Raises ``BadInput`` when it does not, or no longer."""
    rows.expire(connection, datetime.now(UTC))
    found = find(connection, key)
    if found.state is not EffectState.PENDING:
        raise BadInput(f"Effect {found.effect.key[:12]} is {found.state.value}; only a pending one can be decided.")
    return found


def send_back(connection: sa.Connection, key: str, who: str, wish: str) -> Recorded:
    """Withdraw a question because somebody wants it otherwise; the wish is kept with it."""
    return _decide(connection, key, who, EffectState.SUPERSEDED, wish)


def withdraw(connection: sa.Connection, key: str, reason: str) -> None:
    """Withdraw a question, if it still is one."""
    rows.move(connection, key, [EffectState.PENDING.value], EffectState.SUPERSEDED.value, reason=reason)


def wishes(connection: sa.Connection, session_id: str) -> tuple[Recorded, ...]:
    """What people sent back to this session, the oldest first; ``reason`` is what they want."""
    found = map(recorded, rows.listed(connection, states=[EffectState.SUPERSEDED.value], session_id=session_id))
    return tuple(sorted((one for one in found if one.decided_by), key=lambda one: (one.decided_at, one.effect.key)))


def find(connection: sa.Connection, key: str) -> Recorded:
    """The effect of this key or unambiguous beginning of a key. Raises ``BadInput`` when there is none."""
    row = rows.read(connection, key)
    if row is None:
        raise BadInput(f"No effect, or more than one, begins with {key[:64]!r}.", remedy="`paramedic approve` lists them.")
    return recorded(row)


def listing(
    connection: sa.Connection,
    *,
    states: tuple[EffectState, ...] = (),
    session_id: str | None = None,
    issue_id: int | None = None,
) -> tuple[Recorded, ...]:
    """Effects, the oldest first. An open question that is past its time shows as expired, closed or not."""
    asked = {state.value for state in states} | ({EffectState.PENDING.value} if EffectState.EXPIRED in states else set())
    found = rows.listed(connection, states=sorted(asked), session_id=session_id, issue_id=issue_id)
    return tuple(item for item in map(recorded, found) if not states or item.state in states)


def proofs(connection: sa.Connection, effects: Sequence[Recorded]) -> dict[str, Mapping[str, object]]:
    """What the sessions behind the effects proved, by the effect's key; nothing where there is no proof."""
    found = sessions.read_many(connection, sorted({one.effect.session_id for one in effects}))
    proofs = {session.id: (session.result or {}).get("proof") for session in found}
    behind = ((one.effect.key, proofs.get(one.effect.session_id)) for one in effects)
    return {key: proof for key, proof in behind if isinstance(proof, Mapping)}


def latest(connection: sa.Connection, limit: int) -> tuple[Recorded, ...]:
    """Effects that are no open question any more, the newest first."""
    return tuple(map(recorded, rows.latest(connection, EffectState.PENDING.value, limit)))


def close_expired(connection: sa.Connection) -> int:
    """Close the questions that nobody answered in time."""
    return rows.expire(connection, datetime.now(UTC))


def recorded(row: EffectRow) -> Recorded:
    effect = Effect(read_payload(row.kind, dict(row.payload)), row.issue_id, row.session_id, row.cause, tuple(row.requires))
    late = row.state == EffectState.PENDING and row.expires_at is not None and row.expires_at <= datetime.now(UTC)
    return Recorded(
        effect,
        EffectState.EXPIRED if late else EffectState(row.state),
        row.proposed_at,
        row.expires_at,
        row.decided_by,
        row.decided_at,
        row.attempts,
        row.result,
        row.reason,
        row.claimed_by,
    )


def _decide(connection: sa.Connection, key: str, who: str, state: EffectState, reason: str | None = None) -> Recorded:
    full = question(connection, key).effect.key
    decided = {"decided_by": who[:200], "decided_at": datetime.now(UTC), "reason": reason}
    if not rows.move(connection, full, [EffectState.PENDING.value], state.value, **decided):
        return question(connection, full)
    return find(connection, full)

"""Bringing approved effects to their end: which may be done now, by whom, and what to do when one fails."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import Connection

from paramedic.effects import ledger
from paramedic.effects.performers import UNCLEAR, Tools, do
from paramedic.effects.values import Comment, EffectState, Recorded
from paramedic.model.errors import OutsideError, ParamedicError
from paramedic.store import effects as rows
from paramedic.store import workers

log = structlog.get_logger()

ATTEMPTS = 8
_FIRST_WAIT_SECONDS = 15.0


def perform_ready(tools: Tools, *, session_id: str | None = None) -> tuple[Recorded, ...]:
    """Do every effect that is approved and whose forerunners are done; returns those that came to an end.

    An effect that a dead worker had begun is taken over: its performer looks before it acts.
    """
    ended: list[Recorded] = []
    while found := _next(tools, session_id, {item.effect.key for item in ended}):
        ended.append(_perform(found, tools))
    return tuple(ended)


def _next(tools: Tools, session_id: str | None, seen: set[str]) -> Recorded | None:
    """Claim one effect that can be done now."""
    with tools.engine.begin() as connection:
        living = [worker.id for worker in workers.living(connection)]
        for item in ledger.listing(connection, states=(EffectState.APPROVED, EffectState.PERFORMING), session_id=session_id):
            key = item.effect.key
            if key in seen or not _ready(item, connection):
                continue
            if rows.take(connection, key, tools.worker_id, living, datetime.now(UTC)):
                return replace(ledger.find(connection, key), taken_over=item.state is EffectState.PERFORMING)
    return None


def _ready(item: Recorded, connection: Connection) -> bool:
    """All that it requires is done. When something it requires never will be, it fails with that."""
    for key in item.effect.requires:
        row = rows.read(connection, key)
        state = EffectState(row.state) if row else EffectState.REJECTED
        if state.final and state is not EffectState.DONE:
            reason = f"effect {key[:12]}, which it requires, is {state.value}"
            rows.move(connection, item.effect.key, [EffectState.APPROVED.value], EffectState.FAILED.value, reason=reason)
        if state is not EffectState.DONE:
            return False
    payload = item.effect.payload
    if isinstance(payload, Comment) and payload.about:
        row = rows.read(connection, payload.about)
        return row is None or EffectState(row.state).final
    return True


def _perform(item: Recorded, tools: Tools) -> Recorded:
    key, kind = item.effect.key, item.effect.kind.value
    if tools.settings.test_mode:
        return _end(key, tools, EffectState.DONE, reason="TEST_MODE: recorded, and not done")
    try:
        result = do(item.effect, tools, begun=item.taken_over or (item.reason or "").startswith(UNCLEAR))
    except OutsideError as error:
        if error.permanent or item.attempts >= ATTEMPTS:
            return _failed(item, tools, error)
        return _later(item, tools, error)
    except ParamedicError as error:
        return _failed(item, tools, error)
    log.info("effect_done", effect=key[:12], kind=kind, result=result)
    return _end(key, tools, EffectState.DONE, result=result)


def _failed(item: Recorded, tools: Tools, error: ParamedicError) -> Recorded:
    log.warning("effect_failed", effect=item.effect.key[:12], kind=item.effect.kind.value, reason=str(error))
    return _end(item.effect.key, tools, EffectState.FAILED, reason=str(error)[:2000])


def _later(item: Recorded, tools: Tools, error: OutsideError) -> Recorded:
    """Back to approved, to be tried again when the outside system has had time."""
    wait = error.retry_after_seconds or _FIRST_WAIT_SECONDS * 2 ** min(item.attempts, 6)
    log.warning("effect_postponed", effect=item.effect.key[:12], seconds=round(wait), reason=str(error))
    return _end(
        item.effect.key,
        tools,
        EffectState.APPROVED,
        reason=str(error)[:2000],
        not_before=datetime.now(UTC) + timedelta(seconds=wait),
        claimed_by=None,
    )


def _end(key: str, tools: Tools, state: EffectState, **changes: object) -> Recorded:
    with tools.engine.begin() as connection:
        rows.move(connection, key, [EffectState.PERFORMING.value], state.value, **changes)
        return ledger.find(connection, key)

"""The triage workflow: the durable order of the stages.

Each stage is a step whose result is checkpointed. A worker that dies is followed by another, which gets the results of the
finished stages from the database and goes on with the one that was under way; none is done twice that had ended.
"""

from __future__ import annotations

import json
import os
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from typing import Any, ClassVar, TypeVar

import structlog
from dbos import DBOS
from dbos import error as engine_errors

from paramedic.model.errors import OutsideError, ParamedicError
from paramedic.model.repair import TriageResult, Verdict
from paramedic.sessions import filling, library, stages
from paramedic.sessions.desk import Desk, House
from paramedic.sessions.document import STRUCTURED_OUTPUT, result_document
from paramedic.sessions.stages import Findings
from paramedic.store import messages
from paramedic.store import sessions as store
from paramedic.store.agent import Overtaken
from paramedic.store.messages import Source
from paramedic.store.sessions import SessionState

log = structlog.get_logger()

Made = TypeVar("Made")

STARTS_PER_STAGE = 5
"""A stage that took its worker with it so often is poison, and ends the session."""
STAGE_SECONDS = 45 * 60.0
NICENESS = 10


@dataclass(frozen=True, slots=True)
class Delta:
    """What a stage added to the findings, and how long it took. Only this is checkpointed."""

    changes: Mapping[str, object]
    seconds: float

    @classmethod
    def between(cls, before: Findings, after: Findings, seconds: float) -> Delta:
        names = (each.name for each in fields(Findings))
        pairs = ((name, getattr(after, name)) for name in names)
        return cls({name: value for name, value in pairs if value is not getattr(before, name)}, round(seconds, 3))

    def onto(self, findings: Findings, stage: str) -> Findings:
        changed: Findings = replace(findings, **dict[str, Any](self.changes))
        return changed.after(stage, self.seconds)


class SessionOver(Exception):
    """Somebody ended the session while it ran: no further stage is begun."""


class _Work:
    """The house of this worker process; workflows are found by name and can be given no more than a session's id.

    ``under_way`` holds when each session of this process entered its stage, in monotonic seconds.
    """

    house: House | None = None
    under_way: ClassVar[dict[str, tuple[str, float]]] = {}


def overdue(now: float) -> tuple[str, str] | None:
    """A session and its stage that has run for longer than any stage should: it hangs, and a thread cannot be ended."""
    late = ((session, stage) for session, (stage, began) in list(_Work.under_way.items()) if now - began > STAGE_SECONDS)
    return next(late, None)


def open_for_work(house: House) -> None:
    """Must be called before the engine is launched."""
    _Work.house = house


@DBOS.workflow(name="triage", max_recovery_attempts=None)
def triage(session_id: str) -> str:
    """Run or go on with a triage; returns its verdict."""
    return attend(session_id, _run)


def attend(session_id: str, run: Callable[[Desk], str]) -> str:
    """Run a workflow's body at a desk. What it raises ends the session, with the reason in its log."""
    house = _Work.house
    if house is None:
        raise RuntimeError("open_for_work was not called")
    _step_back()
    with Desk(house, session_id) as desk:
        try:
            if not _begin(desk):
                return _fail(desk, f"Given up: stage {desk.session.stage!r} ended its worker {STARTS_PER_STAGE} times.")
            return run(desk)
        except SessionOver:
            return "cancelled"
        except Overtaken:
            log.warning("session_overtaken", session_id=session_id)
            return "overtaken"
        except ParamedicError as error:
            return _fail(desk, str(error))
        except engine_errors.DBOSMaxStepRetriesExceeded as error:
            return _fail(desk, f"Tried {len(error.errors)} times: {error.errors[-1]}")
        except Exception as error:  # noqa: BLE001 - process edge: recorded with its traceback, and the worker lives on
            log.error("session_failed", session_id=session_id, traceback=traceback.format_exc())
            return _fail(desk, f"Paramedic itself failed: {type(error).__name__}: {error}")


def _run(desk: Desk) -> str:
    findings = Findings()
    for name, stage in stages.ORDER:
        if findings.result is not None and name not in stages.AFTER_VERDICT:
            continue
        findings = _step(desk, name, stage, findings).onto(findings, name)
    result = findings.result or TriageResult(Verdict.NOT_FOUND, "No stage came to a verdict.")
    _finish(desk, result, findings)
    return result.verdict.value


def _begin(desk: Desk) -> bool:
    with desk.house.engine.begin() as connection:
        starts = store.begin(connection, desk.session_id)
    return starts <= STARTS_PER_STAGE


def _step(desk: Desk, name: str, stage: Callable[[Desk, Findings], Findings], findings: Findings) -> Delta:
    def timed() -> Delta:
        began = time.monotonic()
        found = stage(desk, findings)
        return Delta.between(findings, found, time.monotonic() - began)

    return checkpointed(desk, name, timed)


def checkpointed(desk: Desk, name: str, work: Callable[[], Made]) -> Made:
    """Do ``work`` as the stage ``name``, once: its result is kept, and given back when the session is gone on with."""

    def watched() -> Made:
        with desk.house.engine.begin() as connection:
            if not store.is_live(connection, desk.session_id):
                raise SessionOver
            store.enter_stage(connection, desk.session_id, name)
        desk.start_stage(name)
        _Work.under_way[desk.session_id] = (name, time.monotonic())
        try:
            return work()
        finally:
            _Work.under_way.pop(desk.session_id, None)

    return DBOS.run_step(
        {
            "name": name,
            "retries_allowed": True,
            "max_attempts": 4,
            "interval_seconds": 2.0,
            "backoff_rate": 3.0,
            "should_retry": _may_pass,
        },
        watched,
    )


def _may_pass(error: BaseException) -> bool:
    return isinstance(error, OutsideError) and not error.permanent


def _finish(desk: Desk, result: TriageResult, findings: Findings) -> None:
    document = result_document(result)
    schema = filling.wanted_form(desk)
    filled = filling.fill(desk, schema, findings, result) if schema else None
    if filled is not None:
        document[STRUCTURED_OUTPUT] = filled.output
    with desk.house.engine.begin() as connection:
        ended = store.finish(
            connection,
            desk.session_id,
            SessionState.FINISHED,
            verdict=result.verdict.value,
            summary=result.reason,
            result=document,
            cause=findings.cause,
        )
        library.note_citations(connection, desk.session_id, json.dumps(document))
        if ended and filled is not None and filled.output is None:
            messages.add(
                connection, desk.session_id, Source.SESSION, "paramedic", f"{STRUCTURED_OUTPUT} is null. {filled.reason}"
            )
    log.info("session_finished", session_id=desk.session_id, verdict=result.verdict.value)


def _fail(desk: Desk, reason: str) -> str:
    with desk.house.engine.begin() as connection:
        ended = store.finish(connection, desk.session_id, SessionState.FAILED, verdict=None, summary=reason)
        if ended and desk.session.kind == "prompt":
            messages.add(connection, desk.session_id, Source.SESSION, "paramedic", reason)
    desk.say("end", reason)
    log.warning("session_failed", session_id=desk.session_id, reason=reason)
    return "failed"


def _step_back() -> None:
    """Sessions yield to intake. On Linux niceness is a thread's own, and what it starts inherits it."""
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)

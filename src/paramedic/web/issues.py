"""``/api/issues``: what was seen, what was decided, and what was found."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import APIRouter, Body, Query, Request
from pydantic import BaseModel, Field

from paramedic.integrations.sentry.reference import parse_reference
from paramedic.model.accounts import Identity
from paramedic.model.errors import BadInput
from paramedic.sessions import ignoring
from paramedic.sessions.starting import start_by_hand
from paramedic.store import hours, issues, outcomes, sessions
from paramedic.store.engine import reading
from paramedic.store.ignores import Until
from paramedic.store.issues import Issue
from paramedic.store.sessions import Session, SessionState
from paramedic.web.access import RESPONDER, VIEWER, Engine, Responder, address_of
from paramedic.web.documents import issue_document, outcome_documents, session_document

router = APIRouter(prefix="/api/issues")

_CAUSES = {"third-party": "3rdparty", "obfuscated": "obfuscation", "configuration": "server"}
STATUS = {
    SessionState.QUEUED: "queued",
    SessionState.RUNNING: "running",
    SessionState.FINISHED: "done",
    SessionState.FAILED: "error",
}


class Asked(BaseModel):
    """Which issue to look into: our number, Sentry's number or short id, or an address of Sentry's."""

    issue_id: str | int | None = None
    url: str | None = None


class Ignored(BaseModel):
    """Why an issue is ignored and until when: it regresses, ``days`` have gone, or for good (``ever``)."""

    reason: str = Field(max_length=ignoring.LONGEST_REASON)
    until: Until = Until.REGRESSION
    days: int | None = Field(None, ge=1, le=ignoring.MOST_DAYS)


@router.get("", dependencies=[VIEWER])
def listing(
    engine: Engine,
    project: str | None = None,
    status: str | None = None,
    level: str | None = None,
    q: str | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    offset: Annotated[int, Query(ge=0)] = 0,
) -> dict[str, object]:
    """Issues, the last seen first."""
    with reading(engine).connect() as connection:
        found = issues.listed(connection, project=project, status=status, level=level, text=q, limit=limit, offset=offset)
    return {"issues": [issue_document(issue) for issue in found]}


@router.get("/{issue_id}", dependencies=[VIEWER])
def one(engine: Engine, issue_id: int) -> dict[str, object]:
    """With its grouping explained, events by hour of the last day, its sessions, and what became of their fixes."""
    with reading(engine).connect() as connection:
        issue = issues.read(connection, issue_id)
        by_hour = hours.of_issue(connection, issue_id, int(time.time()) // 3600 - 23)
        found = sessions.recent(connection, issue_id=issue_id, limit=20)
        became = outcome_documents(connection, outcomes.of_issue(connection, issue_id))
    return issue_document(issue) | {
        "hours": [{"at": hour * 3600, "count": count} for hour, count in by_hour],
        "sessions": [session_document(session, with_result=False) for session in found],
        "outcomes": became,
    }


@router.post("/manual-analysis", dependencies=[RESPONDER])
def manual_analysis(engine: Engine, asked: Annotated[Asked, Body()]) -> dict[str, object]:
    """Look into an issue that is named by id or by its address in Sentry."""
    name = str(asked.issue_id) if asked.issue_id is not None else asked.url
    if not name:
        raise BadInput("Neither issue_id nor url is given.", remedy='Send {"issue_id": …} or {"url": "…"}.')
    with engine.begin() as connection:
        return _start(connection, named_issue(connection, name, is_address=asked.issue_id is None))


@router.post("/{issue_id}/trigger-analysis", dependencies=[RESPONDER])
def trigger_analysis(engine: Engine, issue_id: int) -> dict[str, object]:
    """Look into an issue now, whatever the rules say; one session at a time."""
    with engine.begin() as connection:
        return _start(connection, issues.read(connection, issue_id))


@router.get("/{issue_id}/analysis-status", dependencies=[VIEWER])
def analysis_status(engine: Engine, issue_id: int) -> dict[str, object]:
    """``status``: queued, running, done, error, or none where nobody has looked yet."""
    with reading(engine).connect() as connection:
        issue = issues.read(connection, issue_id)
        found = sessions.recent(connection, issue_id=issue_id, limit=1)
    if not found:
        return {"issue_id": issue_id, "status": "none", "analysis": None, "decision": issue.decision}
    session = found[0]
    analysis = analysis_of(issue, session) if session.state is SessionState.FINISHED else None
    return {"issue_id": issue_id, "status": STATUS.get(session.state, "error"), "session_id": session.id, "analysis": analysis}


@router.post("/{issue_id}/ignore")
def ignore(
    engine: Engine, caller: Responder, request: Request, issue_id: int, why: Annotated[Ignored, Body()]
) -> dict[str, object]:
    """It starts no sessions and tells nobody, and goes on being counted."""
    until_at = datetime.now(UTC) + timedelta(days=why.days) if why.days is not None else None
    with engine.begin() as connection:
        ignoring.ignore(connection, issue_id, _who(caller, request), why.reason, why.until, until_at)
        return issue_document(issues.read(connection, issue_id))


@router.post("/{issue_id}/unignore")
def unignore(engine: Engine, caller: Responder, request: Request, issue_id: int) -> dict[str, object]:
    """The rules look at it anew."""
    with engine.begin() as connection:
        ignoring.heed(connection, issue_id, _who(caller, request))
        return issue_document(issues.read(connection, issue_id))


def _who(caller: Identity, request: Request) -> str:
    return caller.by("API", address_of(request))


def named_issue(connection: sa.Connection, name: str, *, is_address: bool) -> Issue:
    """The issue of that number of ours, number or short id of Sentry's, or address. Raises ``BadInput`` when there is none."""
    wanted = parse_reference(name).issue if is_address else name
    found = issues.by_upstream(connection, wanted) if wanted else None
    if found is None and not is_address and name.isdecimal():
        return issues.read(connection, int(name))
    if found is None:
        raise BadInput(f"There is no issue {name[:200]!r} here.", remedy="It must have been received by webhook or SDK first.")
    return found


def _start(connection: sa.Connection, issue: Issue) -> dict[str, object]:
    session_id, fresh = start_by_hand(connection, issue, "API")
    message = "Analysis scheduled" if fresh else "An analysis is under way"
    return {"status": "accepted", "issue_id": issue.id, "session_id": session_id, "message": message}


def analysis_of(issue: Issue, session: Session) -> dict[str, object]:
    """What was found, in the words of the analysis protocol."""
    result: Mapping[str, Any] = session.result or {}
    diagnosis = result.get("diagnosis") or {}
    category = str(diagnosis.get("category", "unknown"))
    fix = result.get("fix") or {}
    return {
        "priorityScore": issue.priority,
        "rootCause": diagnosis.get("summary") or session.summary,
        "isEdgeCase": issue.count <= 1,
        "causeType": _CAUSES.get(category, category),
        "solution": fix.get("diff"),
        "additionalInfo": result.get("reason"),
        "verdict": session.verdict,
    }

"""The analysis protocol from the answering side: ``/analysis/issue`` and ``/analysis/report``."""

from __future__ import annotations

import base64
import binascii
import json
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated

import sqlalchemy as sa
from fastapi import APIRouter, HTTPException
from pydantic import BaseModel, Field, StringConstraints, ValidationError

from paramedic.integrations.sentry.reference import parse_reference
from paramedic.model.errors import BadInput
from paramedic.reports.period import Seen, period_report
from paramedic.sessions.asking import adopt_issue
from paramedic.sessions.starting import start_by_hand
from paramedic.store import issues, sessions
from paramedic.store.engine import reading
from paramedic.store.issues import Issue
from paramedic.store.sessions import SessionState
from paramedic.web.access import RESPONDER, VIEWER, Engine
from paramedic.web.issues import STATUS, analysis_of

router = APIRouter(prefix="/analysis")

_PREFIX = "report-"


class AskedIssue(BaseModel):
    """``issueId`` is Sentry's number or short id."""

    issue_id: Annotated[str, StringConstraints(min_length=1, max_length=80), Field(alias="issueId", coerce_numbers_to_str=True)]
    force_refresh: Annotated[bool, Field(alias="forceRefresh")] = False


class AskedReport(BaseModel):
    """Both days belong to the period; without releases, all do."""

    begin: Annotated[date, Field(alias="from")]
    end: Annotated[date, Field(alias="to")]
    releases: Annotated[list[Annotated[str, StringConstraints(max_length=250)]], Field(max_length=50)] = []

    @property
    def report_id(self) -> str:
        """Says all that the report is made from, so that nothing needs to be kept."""
        body = json.dumps([self.begin.isoformat(), self.end.isoformat(), self.releases], separators=(",", ":"))
        return _PREFIX + base64.urlsafe_b64encode(body.encode()).decode().rstrip("=")

    @classmethod
    def named(cls, report_id: str) -> AskedReport:
        """Raises ``HTTPException`` 404 for a name that is none of ours."""
        try:
            text = report_id.removeprefix(_PREFIX)
            begin, end, releases = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
            return cls.model_validate({"from": begin, "to": end, "releases": releases})
        except (ValueError, TypeError, binascii.Error, ValidationError, RecursionError) as error:
            raise HTTPException(404, "There is no such report.") from error


@router.post("/issue", dependencies=[RESPONDER])
def ask_about_issue(engine: Engine, asked: AskedIssue) -> dict[str, object]:
    """``reused`` when the issue was looked into before and ``forceRefresh`` does not ask for more."""
    with engine.begin() as connection:
        issue = _issue(connection, asked.issue_id) or issues.read(connection, adopt_issue(connection, _reference(asked.issue_id)))
        last = sessions.last_finished(connection, issue.id)
        if last is not None and last.state is SessionState.FINISHED and not asked.force_refresh:
            return {"jobId": f"job-{last.id}", "status": "reused"}
        session_id, _fresh = start_by_hand(connection, issue, "the analysis protocol")
    return {"jobId": f"job-{session_id}", "status": "queued"}


@router.get("/issue/{issue_id}", dependencies=[VIEWER])
def issue_answer(engine: Engine, issue_id: str) -> dict[str, object]:
    with reading(engine).connect() as connection:
        issue = _issue(connection, issue_id)
        found = sessions.recent(connection, issue_id=issue.id, limit=1) if issue else ()
    if issue is None or not found:
        raise HTTPException(404, "Nobody asked for an analysis of this issue.")
    session = found[0]
    status = STATUS.get(session.state, "error")
    answer: dict[str, object] = {"issueId": issue_id, "status": status}
    if status == "done":
        return answer | {"analysis": analysis_of(issue, session)}
    return answer | {"error": session.summary} if status == "error" else answer


@router.post("/report", dependencies=[VIEWER])
def ask_for_report(asked: AskedReport) -> dict[str, object]:
    if asked.end < asked.begin:
        raise HTTPException(422, "The period ends before it begins.")
    return {"reportId": asked.report_id, "jobId": f"job-{asked.report_id}", "status": "queued"}


@router.get("/report/{report_id}", dependencies=[VIEWER])
def report_answer(engine: Engine, report_id: str) -> dict[str, object]:
    """Made anew at each call, from what is stored."""
    asked = AskedReport.named(report_id)
    with reading(engine).connect() as connection:
        report = period_report(_seen(connection, asked))
    return {
        "reportId": report_id,
        "status": "done",
        "summary": report.summary,
        "resolvedIssues": report.resolved,
        "remainingIssues": report.remaining,
        "recurringIssues": report.recurring,
        "actionItems": report.actions,
        "insights": report.insights,
    }


def _issue(connection: sa.Connection, name: str) -> Issue | None:
    known = issues.by_upstream(connection, name)
    if known is None and name.isdecimal() and len(name) < 18:
        try:
            return issues.read(connection, int(name))
        except BadInput:
            return None
    return known


def _reference(name: str) -> str:
    if name.startswith(("http://", "https://")):
        raise BadInput("issueId is an address.", remedy="Send Sentry's number or short id of the issue.")
    return parse_reference(name).issue or name


def _seen(connection: sa.Connection, asked: AskedReport) -> list[Seen]:
    begin = datetime.combine(asked.begin, time(), UTC)
    end = datetime.combine(asked.end, time(), UTC) + timedelta(days=1)
    found = issues.seen_between(connection, begin, end, asked.releases)
    verdicts = sessions.last_verdicts(connection, [issue.id for issue, _count in found])
    return [
        Seen(
            issue.title, issue.short_id or f"issue {issue.id}", issue.status, issue.state, issue.level, count,
            verdicts.get(issue.id),
        )
        for issue, count in found
    ]  # fmt: skip

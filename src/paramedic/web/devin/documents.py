"""Sessions in the shapes of the API, and our states in its words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from paramedic.model.agent import StopReason
from paramedic.model.outcome import Fate
from paramedic.sessions.document import STRUCTURED_OUTPUT
from paramedic.store import budgets, messages, requests, sessions
from paramedic.store.messages import Message
from paramedic.store.requests import Request
from paramedic.store.schema import effects, outcomes
from paramedic.store.service_users import HOME_ORGANISATION
from paramedic.store.sessions import Session, SessionState

_V3: Mapping[SessionState, tuple[str, str | None]] = {
    SessionState.QUEUED: ("new", None),
    SessionState.RUNNING: ("running", "working"),
    SessionState.WAITING: ("running", "waiting_for_user"),
    SessionState.FINISHED: ("exit", "finished"),
    SessionState.FAILED: ("error", None),
    SessionState.CANCELLED: ("exit", None),
}
_V1 = {
    SessionState.QUEUED: "working",
    SessionState.RUNNING: "working",
    SessionState.WAITING: "blocked",
    SessionState.FINISHED: "finished",
    SessionState.FAILED: "expired",
    SessionState.CANCELLED: "expired",
}
_V1_STATUS = {"working": "running", "blocked": "blocked", "finished": "stopped", "expired": "stopped"}


_FATES = {Fate.OPEN: "open", Fate.REOPENED: "open", Fate.CLOSED: "closed", Fate.MERGED: "merged", Fate.REVERTED: "merged"}


@dataclass(frozen=True, slots=True)
class PullRequest:
    """``state`` is open, closed or merged."""

    url: str
    state: str


@dataclass(frozen=True, slots=True)
class View:
    """All that a document says of a session."""

    session: Session
    request: Request | None
    tags: list[str]
    pull_requests: list[PullRequest]
    dollars: float
    asks_approval: bool = False

    @property
    def name(self) -> str:
        return self.request.name if self.request else requests.standard_name(self.session.id)

    @property
    def updated_at(self) -> datetime:
        session = self.session
        return session.finished_at or session.started_at or session.created_at

    @property
    def status(self) -> tuple[str, str | None]:
        """A verdict is not the end where something waits for a yes, or where raising a budget goes on with it."""
        if self.session.state is not SessionState.FINISHED:
            return _V3[self.session.state]
        if self.asks_approval:
            return "running", "waiting_for_approval"
        work = (self.session.result or {}).get("agent")
        ran_out = isinstance(work, dict) and work.get("stop") == StopReason.BUDGET.value
        return ("suspended", "usage_limit_exceeded") if ran_out else _V3[self.session.state]

    @property
    def output(self) -> Mapping[str, object] | None:
        """What was found. Where a form was asked for, that of a triage stands in its result, and nothing is put in its place."""
        schema = self.request.options.get("structured_output_schema") if self.request else None
        result = self.session.result or {}
        if self.session.kind != "triage" or not (schema or STRUCTURED_OUTPUT in result):
            return self.session.result
        filled = result.get(STRUCTURED_OUTPUT)
        return filled if isinstance(filled, dict) else None


def views(connection: sa.Connection, session_ids: Sequence[str]) -> list[View]:
    """In the order of ``session_ids``."""
    asked, tags = requests.read(connection, session_ids), requests.tags_of(connection, session_ids)
    opened = _pull_requests(connection, session_ids)
    found = {one.id: one for one in sessions.read_many(connection, session_ids)}
    spent = budgets.dollars_of(connection, session_ids)
    waiting = _waiting_for_approval(connection, session_ids)
    return [
        View(found[one], asked.get(one), tags[one], opened.get(one, []), spent.get(one, 0.0), one in waiting)
        for one in session_ids
    ]


def session_v3(view: View, public_url: str, name: str | None = None) -> dict[str, Any]:
    """``name`` is what the caller called the session by, when that is another name of it."""
    session, request = view.session, view.request
    status, detail = view.status
    return {
        "session_id": name or view.name,
        "url": session_url(session.id, public_url),
        "status": status,
        "status_detail": detail,
        "title": request.title if request else session.reason,
        "tags": view.tags,
        "org_id": request.org_id if request else HOME_ORGANISATION,
        "created_at": int(session.created_at.timestamp()),
        "updated_at": int(view.updated_at.timestamp()),
        "acus_consumed": round(view.dollars, 6),
        "pull_requests": [{"pr_url": one.url, "pr_state": one.state} for one in view.pull_requests],
        "structured_output": view.output,
        "origin": request.origin if request else "automation",
        "playbook_id": request.playbook_id if request else None,
        "parent_session_id": None,
        "child_session_ids": [],
        "is_archived": False,
        "category": None,
        "subcategory": None,
        "user_id": None,
        "service_user_id": _service_user(request),
    }


def session_v1(view: View, public_url: str, name: str | None = None) -> dict[str, Any]:
    session, request = view.session, view.request
    status = _V1[session.state] if view.status == _V3[session.state] else "blocked"
    return {
        "session_id": name or view.name,
        "url": session_url(session.id, public_url),
        "status": _V1_STATUS[status],
        "status_enum": status,
        "title": request.title if request else session.reason,
        "created_at": session.created_at.isoformat(),
        "updated_at": view.updated_at.isoformat(),
        "snapshot_id": None,
        "playbook_id": request.playbook_id if request else None,
        "tags": view.tags,
        "pull_request": {"url": view.pull_requests[0].url} if view.pull_requests else None,
        "structured_output": view.output,
        "requesting_user_email": None,
    }


def conversation(connection: sa.Connection, session: Session, after: int = 0, limit: int = 1000) -> tuple[Message, ...]:
    """What was said, and at the end of a triage what came of it."""
    said = messages.after(connection, session.id, after, limit)
    if session.kind == "triage" and session.finished_at is not None and len(said) < limit:
        verdict = f"{session.verdict}: {session.summary}" if session.verdict else session.summary or session.state.value
        last = Message(session.id, messages.LAST, session.finished_at, messages.Source.SESSION, "paramedic", verdict)
        return (*said, last) if after < messages.LAST else said
    return said


def message_v3(message: Message) -> dict[str, Any]:
    return {
        "event_id": message.event_id,
        "created_at": int(message.at.timestamp()),
        "message": message.text,
        "source": message.source.value,
    }


def message_v1(message: Message) -> dict[str, Any]:
    from_user = message.source is messages.Source.USER
    return {
        "type": ("initial_user_message" if message.seq == 1 else "user_message") if from_user else "devin_message",
        "event_id": message.event_id,
        "message": message.text,
        "timestamp": message.at.isoformat(),
        "username": message.author,
        "origin": "api" if from_user else None,
    }


def session_url(session_id: str, public_url: str) -> str:
    """The session's page."""
    return f"{public_url}/sessions/{session_id}"


def _service_user(request: Request | None) -> str | None:
    _name, _, user_id = request.asked_by.rpartition("(") if request else ("", "", "")
    return user_id.rstrip(")") if user_id.startswith("service-user-") else None


def _waiting_for_approval(connection: sa.Connection, session_ids: Sequence[str]) -> frozenset[str]:
    pending = sa.select(effects.c.session_id).where(effects.c.session_id.in_(session_ids), effects.c.state == "pending")
    return frozenset(connection.execute(pending.distinct()).scalars())


def _pull_requests(connection: sa.Connection, session_ids: Sequence[str]) -> dict[str, list[PullRequest]]:
    known = outcomes.c.effect == effects.c.key
    query = sa.select(effects.c.session_id, effects.c.result, outcomes.c.fate).join(outcomes, known, isouter=True)
    query = query.where(effects.c.session_id.in_(session_ids), effects.c.kind == "pull_request", effects.c.state == "done")
    found: dict[str, list[PullRequest]] = {}
    for row in connection.execute(query.order_by(effects.c.proposed_at)):
        found.setdefault(row.session_id, []).append(PullRequest(row.result, _FATES[Fate(row.fate or Fate.OPEN)]))
    return found

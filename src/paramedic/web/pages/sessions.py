"""Sessions: the list, one of them as it goes, and what a person may say to it."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from starlette.responses import Response

from paramedic.effects import ledger
from paramedic.model.errors import BadInput
from paramedic.sessions.conversing import tell, terminate
from paramedic.sessions.resuming import resume
from paramedic.store import agent, budgets, issues, outcomes, recalls, requests, sessions
from paramedic.store.engine import reading
from paramedic.store.sessions import LogLine, Session, SessionState
from paramedic.web.devin.documents import conversation
from paramedic.web.pages.outcomes import shown
from paramedic.web.pages.serving import Visit

LONGEST_MESSAGE = 50_000
_ENDED = (SessionState.FINISHED, SessionState.FAILED, SessionState.CANCELLED)


def listing(visit: Visit) -> Response:
    with reading(visit.engine).connect() as connection:
        found = sessions.recent(connection, limit=100)
        spent = budgets.dollars_of(connection, [session.id for session in found])
    return visit.show("sessions.html", sessions=found, spent=spent)


def one(visit: Visit) -> Response:
    name = visit.request.path_params["session"]
    with reading(visit.engine).connect() as connection:
        session = sessions.read(connection, requests.find(connection, None, name) or name)
        lines = sessions.log_after(connection, session.id, limit=5000)
        return visit.show(
            "session.html",
            session=session,
            issue=issues.read(connection, session.issue_id) if session.issue_id is not None else None,
            lines=lines,
            stages=_stages(session, lines),
            is_live=session.state in sessions.LIVE,
            has_ended=session.state in _ENDED,
            said=conversation(connection, session),
            request=requests.read(connection, [session.id]).get(session.id),
            recalled=recalls.of(connection, session.id),
            dollars=budgets.dollars_of(connection, [session.id]).get(session.id, 0.0),
            steps=agent.steps_of(connection, session.id),
            effects=ledger.listing(connection, session_id=session.id),
            outcomes=shown(connection, outcomes.of_sessions(connection, [session.id])),
        )


def write(visit: Visit) -> Response:
    text = visit.form.get("message", "").strip()
    if not text or len(text) > LONGEST_MESSAGE:
        raise BadInput("The message is empty or too long.", remedy=f"Write up to {LONGEST_MESSAGE} characters.")
    session_id = visit.request.path_params["session"]
    with visit.engine.begin() as connection:
        tell(connection, visit.settings, session_id, visit.who, text)
    return visit.go(f"/sessions/{session_id}#messages")


def end(visit: Visit) -> Response:
    return _done(visit, lambda connection, session_id: terminate(connection, session_id, visit.who))


def go_on(visit: Visit) -> Response:
    return _done(visit, resume)


def _done(visit: Visit, act: Any) -> Response:
    session_id = visit.request.path_params["session"]
    with visit.engine.begin() as connection:
        sessions.read(connection, session_id)
        act(connection, session_id)
    return visit.go(f"/sessions/{session_id}")


def _stages(session: Session, lines: tuple[LogLine, ...]) -> list[tuple[str, float, int]]:
    """Each stage with its seconds and its share of the longest in percent: as measured, else as the log tells."""
    measured = (session.result or {}).get("seconds") if session.kind == "triage" else None
    seconds: dict[str, float] = {}
    if isinstance(measured, dict):
        seconds = {str(stage): float(took) for stage, took in measured.items()}
    else:
        for line, following in pairwise(lines):
            seconds[line.stage] = seconds.get(line.stage, 0.0) + (following.at - line.at).total_seconds()
    longest = max(seconds.values(), default=0.0) or 1.0
    return [(stage, took, max(1, round(100 * took / longest))) for stage, took in seconds.items()]

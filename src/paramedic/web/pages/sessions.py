"""Sessions: the list, one of them as it goes, and what a person may say to it."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from paramedic.effects import ledger
from paramedic.model.errors import BadInput
from paramedic.sessions.conversing import tell, terminate
from paramedic.sessions.resuming import resume
from paramedic.store import agent, budgets, issues, logs, outcomes, recalls, requests, sessions
from paramedic.store.engine import reading
from paramedic.store.messages import Source
from paramedic.store.sessions import LogLine, SessionState
from paramedic.web.devin.documents import conversation
from paramedic.web.pages.outcomes import shown
from paramedic.web.pages.serving import Visit
from paramedic.web.pages.stages import stages_of
from paramedic.web.pages.watch import Topic, version_of

LONGEST_MESSAGE = 50_000
LINES_AT_ONCE, MOST_CHARACTERS, LONGEST_LINE = 200, 60_000, 1_000
STEPS_AT_ONCE, MESSAGES_AT_ONCE = 100, 50
_ENDED = (SessionState.FINISHED, SessionState.FAILED, SessionState.CANCELLED)


def listing(visit: Visit) -> Response:
    with reading(visit.engine).connect() as connection:
        found = sessions.recent(connection, limit=100)
        spent = budgets.dollars_of(connection, [session.id for session in found])
    return visit.show("sessions.html", sessions=found, spent=spent)


def one(visit: Visit) -> Response:
    name = visit.request.path_params["session"]
    before = visit.number("before") or None
    with reading(visit.engine).connect() as connection:
        session = sessions.read(connection, requests.find(connection, None, name) or name)
        version = version_of(connection, Topic("session", session.id))
        lines = _fitting(logs.log_before(connection, session.id, before, LINES_AT_ONCE))
        steps = agent.steps_of(connection, session.id)
        said = conversation(connection, session)[-MESSAGES_AT_ONCE:]
        is_prompt = session.kind == "prompt"
        return visit.show(
            "session.html",
            session=session,
            issue=issues.read(connection, session.issue_id) if session.issue_id is not None else None,
            lines=lines,
            before=before,
            cursor=f"{lines[-1].seq if lines else 0}.{version}",
            stages=stages_of(session, logs.stage_times(connection, session.id)),
            is_live=session.state in sessions.LIVE,
            has_ended=session.state in _ENDED,
            said=said,
            answer=next((one for one in reversed(said) if one.source is Source.SESSION), None) if is_prompt else None,
            request=requests.read(connection, [session.id]).get(session.id),
            recalled=recalls.of(connection, session.id),
            dollars=budgets.dollars_of(connection, [session.id]).get(session.id, 0.0),
            steps=steps[-STEPS_AT_ONCE:],
            steps_before=max(0, len(steps) - STEPS_AT_ONCE),
            tokens=sum(step.cost.tokens for step in steps),
            effects=ledger.listing(connection, session_id=session.id),
            outcomes=shown(connection, outcomes.of_sessions(connection, [session.id])),
        )


def _fitting(lines: tuple[LogLine, ...]) -> tuple[LogLine, ...]:
    """The last of them, as many as a telephone should be sent at once."""
    room, kept = MOST_CHARACTERS, 0
    for line in reversed(lines):
        room -= min(len(line.text), LONGEST_LINE)
        if room < 0 and kept:
            break
        kept += 1
    return lines[len(lines) - kept :]


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

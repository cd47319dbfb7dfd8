"""Sessions and their append-only logs. An issue has at most one live session: the database holds it, by a partial index."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from paramedic.model.errors import BadInput
from paramedic.store.moments import aware
from paramedic.store.schema import issues, session_log, sessions


class SessionState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    WAITING = "waiting"
    """It has answered or asked, and a message wakes it."""
    FINISHED = "finished"
    FAILED = "failed"
    CANCELLED = "cancelled"


LIVE = (SessionState.QUEUED, SessionState.RUNNING)


@dataclass(frozen=True, slots=True)
class NewSession:
    """Why an issue is looked into: the rule that matched, or who asked. ``earlier`` is the session that a regression follows.
    A ``prompt`` session need not be about an issue."""

    issue_id: int | None
    project: str | None
    action: str
    rule: str | None
    reason: str
    event_id: str | None = None
    kind: str = "triage"
    earlier: str | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """``attempts`` counts the starts since the last finished stage; ``result`` is the document of docs/triage.md.
    ``turn`` counts the messages that woke the session."""

    id: str
    kind: str
    issue_id: int | None
    project: str | None
    state: SessionState
    turn: int
    action: str
    rule: str | None
    reason: str
    event_id: str | None
    earlier: str | None
    stage: str | None
    attempts: int
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    verdict: str | None
    summary: str | None
    result: Mapping[str, object] | None
    cause: str | None


@dataclass(frozen=True, slots=True)
class Turn:
    """One piece of a session's work: all of a triage, or what one message woke it for."""

    session_id: str
    number: int
    kind: str


@dataclass(frozen=True, slots=True)
class LogLine:
    """``seq`` grows within a session and never changes."""

    seq: int
    at: datetime
    stage: str
    text: str


def start(connection: sa.Connection, new: NewSession, session_id: str | None = None) -> tuple[str, bool]:
    """The session now live for the issue, and whether it is a new one. An event of an issue under work joins that work."""
    session_id = session_id or uuid4().hex
    row = {
        "id": session_id,
        "kind": new.kind,
        "issue_id": new.issue_id,
        "project": new.project,
        "state": SessionState.QUEUED.value,
        "action": new.action,
        "rule": new.rule,
        "reason": new.reason,
        "event_id": new.event_id,
        "earlier": new.earlier,
        "attempts": 0,
        "created_at": _now(),
    }
    insert = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert
    written = insert(sessions).values(row).on_conflict_do_nothing().returning(sessions.c.id)
    if connection.execute(written).first() is not None:
        return session_id, True
    live = live_of(connection, new.issue_id) if new.issue_id is not None else None
    if live is None:
        # The other session ended between the two statements.
        return start(connection, new, session_id)
    return live, False


def answer_regression(connection: sa.Connection, issue_id: int) -> None:
    """A session answers a regression or an escalation once; the events that follow are those of an ongoing issue."""
    seen = sa.update(issues).where(issues.c.id == issue_id, issues.c.state.in_(("regressed", "escalating")))
    connection.execute(seen.values(state="ongoing"))


def live_of(connection: sa.Connection, issue_id: int) -> str | None:
    """The id of the issue's live session."""
    query = sa.select(sessions.c.id).where(sessions.c.issue_id == issue_id, sessions.c.state.in_(LIVE))
    return connection.execute(query).scalar_one_or_none()


def read(connection: sa.Connection, session_id: str) -> Session:
    """Raises ``BadInput`` when there is no such session."""
    row = connection.execute(sa.select(*_COLUMNS).where(sessions.c.id == session_id)).mappings().one_or_none()
    if row is None:
        raise BadInput(f"There is no session {session_id!r}.", remedy="See `paramedic sessions`.")
    return _session(row)


def read_many(connection: sa.Connection, session_ids: Sequence[str]) -> tuple[Session, ...]:
    """Those that there are, in no particular order."""
    rows = connection.execute(sa.select(*_COLUMNS).where(sessions.c.id.in_(session_ids))).mappings()
    return tuple(_session(row) for row in rows)


def recent(
    connection: sa.Connection,
    *,
    issue_id: int | None = None,
    states: Sequence[SessionState] = (),
    since: datetime | None = None,
    limit: int = 50,
) -> tuple[Session, ...]:
    """Sessions, the newest first."""
    query = sa.select(*_COLUMNS).order_by(sessions.c.created_at.desc(), sessions.c.id).limit(limit)
    if issue_id is not None:
        query = query.where(sessions.c.issue_id == issue_id)
    if states:
        query = query.where(sessions.c.state.in_([state.value for state in states]))
    if since is not None:
        query = query.where(sessions.c.created_at >= since)
    return tuple(_session(row) for row in connection.execute(query).mappings())


def last_finished(connection: sa.Connection, issue_id: int) -> Session | None:
    """The newest session of the issue that came to an end."""
    ended = (SessionState.FINISHED.value, SessionState.FAILED.value)
    query = (
        sa.select(*_COLUMNS)
        .where(sessions.c.issue_id == issue_id, sessions.c.state.in_(ended))
        .order_by(sessions.c.finished_at.desc())
        .limit(1)
    )
    row = connection.execute(query).mappings().one_or_none()
    return _session(row) if row else None


def last_verdicts(connection: sa.Connection, issue_ids: Sequence[int]) -> dict[int, str]:
    """By issue, what its newest finished session came to."""
    query = sa.select(sessions.c.issue_id, sessions.c.verdict).where(
        sessions.c.issue_id.in_(issue_ids), sessions.c.state == SessionState.FINISHED.value, sessions.c.verdict.is_not(None)
    )
    return {row.issue_id: row.verdict for row in connection.execute(query.order_by(sessions.c.finished_at))}


def verdicts_since(connection: sa.Connection, since: datetime) -> Sequence[tuple[str, int]]:
    """How many sessions came to which verdict, the most frequent first."""
    query = sa.select(sessions.c.verdict, sa.func.count().label("times")).where(
        sessions.c.verdict.is_not(None), sessions.c.finished_at >= since
    )
    rows = connection.execute(query.group_by(sessions.c.verdict).order_by(sa.desc("times"), sessions.c.verdict))
    return [(row[0], row[1]) for row in rows]


def similar(connection: sa.Connection, cause: str, issue_id: int, limit: int = 5) -> tuple[Session, ...]:
    """Finished sessions of other issues with the same root cause, the newest first."""
    query = (
        sa.select(*_COLUMNS)
        .where(sessions.c.cause == cause, sessions.c.issue_id != issue_id, sessions.c.state == SessionState.FINISHED.value)
        .order_by(sessions.c.finished_at.desc())
        .limit(limit)
    )
    return tuple(_session(row) for row in connection.execute(query).mappings())


def counted(connection: sa.Connection) -> dict[SessionState, int]:
    """How many sessions are live, by state."""
    query = sa.select(sessions.c.state, sa.func.count()).where(sessions.c.state.in_(LIVE)).group_by(sessions.c.state)
    return {SessionState(row[0]): int(row[1]) for row in connection.execute(query)}


def queued(connection: sa.Connection, limit: int = 100) -> tuple[Turn, ...]:
    """What no worker has begun, the oldest first."""
    return _turns(connection, SessionState.QUEUED, limit)


def running(connection: sa.Connection, limit: int = 10_000) -> tuple[Turn, ...]:
    return _turns(connection, SessionState.RUNNING, limit)


def _turns(connection: sa.Connection, state: SessionState, limit: int) -> tuple[Turn, ...]:
    query = sa.select(sessions.c.id, sessions.c.turn, sessions.c.kind).where(sessions.c.state == state.value)
    ordered = query.order_by(sessions.c.created_at, sessions.c.id).limit(limit)
    return tuple(Turn(row.id, row.turn, row.kind) for row in connection.execute(ordered))


def is_live(connection: sa.Connection, session_id: str) -> bool:
    query = sa.select(sessions.c.id).where(sessions.c.id == session_id, sessions.c.state.in_(LIVE))
    return connection.execute(query).first() is not None


def move(connection: sa.Connection, session_id: str, project: str) -> None:
    """The session's issue turned out to belong to ``project``."""
    connection.execute(sa.update(sessions).where(sessions.c.id == session_id).values(project=project[:200]))


def wake(connection: sa.Connection, session_id: str) -> bool:
    """Queue the next turn of a prompt session that waits or failed; False when it does neither."""
    states = (SessionState.WAITING.value, SessionState.FAILED.value)
    woken = connection.execute(
        sa.update(sessions)
        .where(sessions.c.id == session_id, sessions.c.kind == "prompt", sessions.c.state.in_(states))
        .values(
            state=SessionState.QUEUED.value,
            turn=sessions.c.turn + 1,
            attempts=0,
            finished_at=None,
            verdict=None,
        )
    )
    return woken.rowcount == 1


def resume(connection: sa.Connection, session_id: str) -> bool:
    """Queue another turn of a triage that has ended: it goes through its stages again, and its agent goes on after its last
    kept step. False when it has not ended. Raises ``BadInput`` when its issue is under work in another session."""
    session = read(connection, session_id)
    if session.kind != "triage" or session.state not in (SessionState.FINISHED, SessionState.FAILED, SessionState.CANCELLED):
        return False
    other = live_of(connection, session.issue_id) if session.issue_id is not None else None
    if other is not None:
        raise BadInput(f"Session {other} works on this issue now.", remedy="Wait for it, or end it.")
    queued = {"state": SessionState.QUEUED.value, "attempts": 0, "finished_at": None, "verdict": None}
    connection.execute(sa.update(sessions).where(sessions.c.id == session_id).values(**queued, turn=sessions.c.turn + 1))
    return True


def cancel(connection: sa.Connection, session_id: str, summary: str) -> bool:
    """End a session that is live or waits; False when it had ended before. A stage under way is the last."""
    open_states = (*(state.value for state in LIVE), SessionState.WAITING.value)
    ended = connection.execute(
        sa.update(sessions)
        .where(sessions.c.id == session_id, sessions.c.state.in_(open_states))
        .values(state=SessionState.CANCELLED.value, summary=summary, stage=None, finished_at=_now())
    )
    return ended.rowcount == 1


def begin(connection: sa.Connection, session_id: str) -> int:
    """Count one more start of a live session, and return how many there were since its last finished stage."""
    connection.execute(
        sa.update(sessions)
        .where(sessions.c.id == session_id, sessions.c.state.in_(LIVE))
        .values(
            state=SessionState.RUNNING.value,
            attempts=sessions.c.attempts + 1,
            started_at=sa.func.coalesce(sessions.c.started_at, _now()),
        )
    )
    return int(connection.execute(sa.select(sessions.c.attempts).where(sessions.c.id == session_id)).scalar_one())


def enter_stage(connection: sa.Connection, session_id: str, stage: str) -> None:
    """The session has come to ``stage``: what was before it is done, so its starts are counted anew."""
    connection.execute(
        sa.update(sessions)
        .where(sessions.c.id == session_id, sessions.c.state.in_(LIVE))
        .where(sessions.c.stage.is_distinct_from(stage))
        .values(stage=stage, attempts=1)
    )


def finish(
    connection: sa.Connection,
    session_id: str,
    state: SessionState,
    *,
    verdict: str | None,
    summary: str,
    result: Mapping[str, object] | None = None,
    cause: str | None = None,
) -> bool:
    """End a live session; False when it had ended before, in which case nothing changes."""
    done = connection.execute(
        sa.update(sessions)
        .where(sessions.c.id == session_id, sessions.c.state.in_(LIVE))
        .values(
            state=state.value,
            verdict=verdict,
            summary=summary[:2000],
            result=result,
            cause=cause,
            stage=None,
            finished_at=_now(),
        )
    )
    return done.rowcount == 1


def rest(connection: sa.Connection, session_id: str, summary: str, result: Mapping[str, object] | None) -> bool:
    """A live prompt session has said what it had to say, and waits for a message; False when it was ended meanwhile."""
    waits = connection.execute(
        sa.update(sessions)
        .where(sessions.c.id == session_id, sessions.c.state.in_(LIVE))
        .values(state=SessionState.WAITING.value, summary=summary[:2000], result=result, stage=None)
    )
    return waits.rowcount == 1


def append_log(connection: sa.Connection, session_id: str, stage: str, text: str, occurrence: int = 1) -> None:
    """Add a line at the end. The same text for the same occurrence within a stage is the same line, whoever says it."""
    key = hashlib.sha256(f"{stage}\0{occurrence}\0{text}".encode()).hexdigest()[:32]
    known = sa.select(session_log.c.seq).where(session_log.c.session_id == session_id, session_log.c.key == key)
    if connection.execute(known).first() is not None:
        return
    last = sa.select(sa.func.coalesce(sa.func.max(session_log.c.seq), 0) + 1).where(session_log.c.session_id == session_id)
    row = {"session_id": session_id, "seq": last.scalar_subquery(), "key": key, "at": _now(), "stage": stage, "text": text[:4000]}
    connection.execute(sa.insert(session_log).values(row))


def log_after(connection: sa.Connection, session_id: str, seq: int = 0, limit: int = 1000) -> tuple[LogLine, ...]:
    """Lines after ``seq``, in order."""
    columns = (session_log.c.seq, session_log.c.at, session_log.c.stage, session_log.c.text)
    query = (
        sa.select(*columns)
        .where(session_log.c.session_id == session_id, session_log.c.seq > seq)
        .order_by(session_log.c.seq)
        .limit(limit)
    )
    return tuple(LogLine(row.seq, aware(row.at), row.stage, row.text) for row in connection.execute(query))


_COLUMNS = tuple(sessions.c[name] for name in Session.__slots__)


def _session(row: sa.RowMapping) -> Session:
    values = dict(row)
    values["state"] = SessionState(values["state"])
    for name in ("created_at", "started_at", "finished_at"):
        values[name] = aware(values[name]) if values[name] else None
    return Session(**values)


def _now() -> datetime:
    return datetime.now(UTC)

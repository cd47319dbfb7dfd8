"""The logs of sessions as they are read: from the end, by stage, and how long each stage took."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from paramedic.store.moments import aware
from paramedic.store.schema import session_log
from paramedic.store.sessions import LogLine


@dataclass(frozen=True, slots=True)
class StageTime:
    """When a stage first and last said something."""

    stage: str
    first: datetime
    last: datetime


def stage_times(connection: sa.Connection, session_id: str) -> tuple[StageTime, ...]:
    """In the order in which the stages began."""
    columns = (session_log.c.stage, sa.func.min(session_log.c.at).label("first"), sa.func.max(session_log.c.at).label("last"))
    query = sa.select(*columns).where(session_log.c.session_id == session_id).group_by(session_log.c.stage)
    rows = connection.execute(query.order_by(sa.func.min(session_log.c.seq)))
    return tuple(StageTime(row.stage, aware(row.first), aware(row.last)) for row in rows)


def count_log(connection: sa.Connection, session_id: str, stage: str) -> int:
    """How many lines there are of this stage."""
    query = sa.select(sa.func.count()).where(session_log.c.session_id == session_id, session_log.c.stage == stage)
    return int(connection.execute(query).scalar_one())


def log_before(connection: sa.Connection, session_id: str, seq: int | None = None, limit: int = 200) -> tuple[LogLine, ...]:
    """The last lines before ``seq``, or of all, in order."""
    columns = (session_log.c.seq, session_log.c.at, session_log.c.stage, session_log.c.text)
    query = sa.select(*columns).where(session_log.c.session_id == session_id)
    if seq is not None:
        query = query.where(session_log.c.seq < seq)
    rows = connection.execute(query.order_by(session_log.c.seq.desc()).limit(limit)).all()
    return tuple(LogLine(row.seq, aware(row.at), row.stage, row.text) for row in reversed(rows))

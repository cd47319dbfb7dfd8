"""What pages that follow something are made anew for: a short text for each, that differs when the page would."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from paramedic.store.schema import effects, issues, session_log, sessions
from paramedic.store.sessions import LIVE

_LIVE = frozenset(state.value for state in LIVE)


def sessions_at(connection: sa.Connection, ids: Sequence[str]) -> dict[str, str]:
    """By session: its state, and what it proposed."""
    columns = (sessions.c.id, sessions.c.state, sessions.c.turn)
    rows = connection.execute(sa.select(*columns).where(sessions.c.id.in_(ids)))
    proposed = _effects(connection, effects.c.session_id, ids)
    return {row.id: _text((_standing(row.state), row.turn, proposed.get(row.id))) for row in rows}


def issues_at(connection: sa.Connection, ids: Sequence[int]) -> dict[int, str]:
    """By issue: how it stands, its sessions and what they proposed; not how often it was seen."""
    rows = connection.execute(sa.select(issues.c.id, issues.c.status, issues.c.state).where(issues.c.id.in_(ids))).all()
    columns = (sessions.c.issue_id, sessions.c.state, sa.func.count(), sa.func.max(sessions.c.turn))
    ran: dict[int, list[object]] = {}
    query = sa.select(*columns).where(sessions.c.issue_id.in_(ids)).group_by(sessions.c.issue_id, sessions.c.state)
    for row in connection.execute(query.order_by(sessions.c.state)):
        ran.setdefault(row.issue_id, []).append((_standing(row.state), *row[2:]))
    proposed = _effects(connection, effects.c.issue_id, ids)
    return {row.id: _text((tuple(row), ran.get(row.id), proposed.get(row.id))) for row in rows}


def overview_at(connection: sa.Connection) -> str:
    """Sessions and effects by state: what needs somebody."""
    ran = connection.execute(sa.select(sessions.c.state, sa.func.count()).group_by(sessions.c.state).order_by(sessions.c.state))
    asked = connection.execute(sa.select(sa.func.count()).where(effects.c.state == "pending"))
    return _text(([tuple(row) for row in ran], asked.scalar_one()))


def last_lines(connection: sa.Connection, ids: Sequence[str]) -> dict[str, int]:
    """By session, the number of the last line of its log."""
    query = sa.select(session_log.c.session_id, sa.func.max(session_log.c.seq)).where(session_log.c.session_id.in_(ids))
    return {row[0]: row[1] for row in connection.execute(query.group_by(session_log.c.session_id))}


def _standing(state: str) -> str:
    """That a queued session is begun is no reason to make a page anew."""
    return "live" if state in _LIVE else state


def _effects(connection: sa.Connection, column: sa.ColumnElement[Any], ids: Sequence[Any]) -> Mapping[Any, list[object]]:
    found: dict[Any, list[object]] = {}
    query = sa.select(column, effects.c.key, effects.c.state).where(column.in_(ids)).order_by(effects.c.key)
    for row in connection.execute(query):
        found.setdefault(row[0], []).append((row.key, row.state))
    return found


def _text(values: object) -> str:
    return hashlib.sha256(repr(values).encode()).hexdigest()[:16]

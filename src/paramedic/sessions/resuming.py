"""Going on with a session that has ended: its stages are gone through again, and its agent goes on after its last kept step."""

from __future__ import annotations

import sqlalchemy as sa

from paramedic.model.errors import BadInput
from paramedic.store import budgets
from paramedic.store import sessions as store


def resume(connection: sa.Connection, session_id: str, micro_dollars: int | None = None) -> None:
    """Queue it again, with a budget of its own when one is given. Raises ``BadInput`` when it has not ended."""
    if micro_dollars is not None:
        budgets.raise_to(connection, budgets.session_scope(session_id), micro_dollars)
    if not store.resume(connection, session_id):
        raise BadInput(f"Session {session_id} is not a triage that has ended.", remedy="See `paramedic sessions show`.")
    store.append_log(connection, session_id, "agent", "Resumed.", store.read(connection, session_id).turn)

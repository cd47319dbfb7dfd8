"""The journal of a session's agent in the database."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from datetime import UTC, datetime

import sqlalchemy as sa

from paramedic.model.agent import Cost, Hold, Refusal, Step
from paramedic.store import budgets
from paramedic.store.engine import reading
from paramedic.store.schema import agent_steps, sessions

STEPS_PER_TURN = 100_000


class Overtaken(Exception):
    """Another worker goes on with this session, so that this one has to leave it alone."""


class StoredJournal:
    """Keeps a step and settles its cost in one transaction: there is no moment at which one is there without the other.

    ``caps`` are those of the session, of its issue's day and of the day. Each ``turn`` of a conversation has steps of its own,
    and within it those from ``first`` on.
    """

    def __init__(
        self,
        engine: sa.Engine,
        session_id: str,
        issue_id: int | None,
        caps: Sequence[Cost],
        *,
        turn: int = 0,
        first: int = 0,
    ) -> None:
        self._engine = engine
        self._session_id = session_id
        self._issue_id = issue_id
        self._caps = tuple(caps)
        self._first = turn * STEPS_PER_TURN + first

    def recall(self, number: int) -> Step | None:
        query = sa.select(agent_steps).where(
            agent_steps.c.session_id == self._session_id, agent_steps.c.number == self._first + number
        )
        with reading(self._engine).connect() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            return None
        data = zlib.decompress(row.data).decode()
        return Step(number, row.kind, row.name, data, Cost(row.micro_dollars, row.tokens), row.seconds)

    def keep(self, step: Step, hold: Hold | None = None) -> None:
        """Raises ``Overtaken`` when another worker has kept this step: it was given the session while this one stood still."""
        row = {
            "session_id": self._session_id,
            "number": self._first + step.number,
            "kind": step.kind,
            "name": step.name[:200],
            "data": zlib.compress(step.data.encode("utf-8", "replace"), 1),
            "micro_dollars": step.cost.micro_dollars,
            "tokens": step.cost.tokens,
            "seconds": step.seconds,
            "at": datetime.now(UTC),
        }
        with self._engine.begin() as connection:
            try:
                connection.execute(sa.insert(agent_steps).values(row))
            except sa.exc.IntegrityError as error:
                raise Overtaken from error
            # A step that was finished shows that its worker does not die of it.
            connection.execute(sa.update(sessions).where(sessions.c.id == self._session_id).values(attempts=1))
            if hold is not None:
                budgets.settle(connection, hold, step.cost)

    def hold(self, cost: Cost) -> Hold | Refusal:
        rows = budgets.scopes(self._session_id, self._issue_id, self._caps)
        with self._engine.connect() as connection, connection.begin() as transaction:
            held = budgets.hold(connection, rows, cost)
            if isinstance(held, Refusal):
                transaction.rollback()
        return held

    def release(self, hold: Hold) -> None:
        with self._engine.begin() as connection:
            budgets.settle(connection, hold, Cost())


def kept_cost(connection: sa.Connection, session_id: str) -> Cost:
    """What the kept steps of a session's agent cost, those of all its turns."""
    total = sa.select(
        sa.func.coalesce(sa.func.sum(agent_steps.c.micro_dollars), 0), sa.func.coalesce(sa.func.sum(agent_steps.c.tokens), 0)
    )
    micro_dollars, tokens = connection.execute(total.where(agent_steps.c.session_id == session_id)).one()
    return Cost(int(micro_dollars), int(tokens))


def results_before(connection: sa.Connection, session_id: str, turn: int) -> tuple[str, ...]:
    """What tools gave in the turns before ``turn``, in order, in the form of the steps' ``data``."""
    earlier = (agent_steps.c.session_id == session_id, agent_steps.c.kind == "tool", agent_steps.c.number < turn * STEPS_PER_TURN)
    query = sa.select(agent_steps.c.data).where(*earlier).order_by(agent_steps.c.number)
    return tuple(zlib.decompress(data).decode() for data in connection.execute(query).scalars())


def steps_of(connection: sa.Connection, session_id: str) -> tuple[Step, ...]:
    """What a session's agent did, without what was said."""
    columns = (agent_steps.c.number, agent_steps.c.kind, agent_steps.c.name, agent_steps.c.micro_dollars)
    query = sa.select(*columns, agent_steps.c.tokens, agent_steps.c.seconds).where(agent_steps.c.session_id == session_id)
    rows = connection.execute(query.order_by(agent_steps.c.number))
    return tuple(Step(row.number, row.kind, row.name, "", Cost(row.micro_dollars, row.tokens), row.seconds) for row in rows)

"""Budgets: what was spent and what is set aside, by scope. The database holds the caps, however many workers spend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from paramedic.model.agent import Cost, Hold, Refusal
from paramedic.store.schema import budgets


@dataclass(frozen=True, slots=True)
class Budget:
    """``name`` and ``setting`` are for the reader of a refusal; ``cap`` is the most that may be spent in ``scope``."""

    scope: str
    cap: Cost
    name: str
    setting: str


def scopes(session_id: str, issue_id: int | None, caps: Sequence[Cost], now: datetime | None = None) -> tuple[Budget, ...]:
    """The budgets that a session's call counts in, for ``caps`` of the session, the issue's day and the day."""
    day = f"{now or datetime.now(UTC):%Y-%m-%d}"
    session, issue, all_day = caps
    rows = [Budget(session_scope(session_id), session, "this session", "session")]
    if issue_id is not None:
        rows.append(Budget(f"issue:{issue_id}:{day}", issue, "this issue today", "issue_day"))
    return (*rows, Budget(f"day:{day}", all_day, "all sessions today", "day"))


def session_scope(session_id: str) -> str:
    return f"session:{session_id}"


def hold(connection: sa.Connection, rows: Sequence[Budget], cost: Cost) -> Hold | Refusal:
    """Set ``cost`` aside in every budget, or in none.

    One statement compares and adds, on a row that it locks: of two workers the second sees what the first has taken. The
    caller's transaction must be rolled back when this is refused.
    """
    for row in rows:
        _make(connection, row.scope)
        cap = sa.func.coalesce(budgets.c.raised_to, row.cap.micro_dollars)
        fits = (budgets.c.micro_dollars + cost.micro_dollars <= cap) & (budgets.c.tokens + cost.tokens <= row.cap.tokens)
        taken = connection.execute(_added(cost).where(budgets.c.scope == row.scope, fits))
        if taken.rowcount != 1:
            return Refusal(_reason(connection, row, cost))
    return Hold(tuple(row.scope for row in rows), cost)


def settle(connection: sa.Connection, held: Hold, cost: Cost) -> None:
    """Put the real cost in the place of what was set aside."""
    difference = Cost(cost.micro_dollars - held.cost.micro_dollars, cost.tokens - held.cost.tokens)
    for scope in held.scopes:
        connection.execute(_added(difference).where(budgets.c.scope == scope))


def spent(connection: sa.Connection, scope: str) -> Cost:
    """Spent and set aside. A call that was cut off stays set aside: it may have been charged."""
    row = connection.execute(sa.select(budgets.c.micro_dollars, budgets.c.tokens).where(budgets.c.scope == scope)).one_or_none()
    return Cost(row.micro_dollars, row.tokens) if row else Cost()


def dollars_of(connection: sa.Connection, session_ids: Sequence[str]) -> dict[str, float]:
    """What sessions have spent so far; those that spent nothing are not among them."""
    named = {session_scope(session_id): session_id for session_id in session_ids}
    query = sa.select(budgets.c.scope, budgets.c.micro_dollars).where(budgets.c.scope.in_(list(named)))
    return {named[row.scope]: row.micro_dollars / 1e6 for row in connection.execute(query)}


def raise_to(connection: sa.Connection, scope: str, micro_dollars: int) -> None:
    """Give one scope a cap of its own."""
    _make(connection, scope)
    connection.execute(sa.update(budgets).where(budgets.c.scope == scope).values(raised_to=micro_dollars))


def _added(cost: Cost) -> sa.Update:
    return sa.update(budgets).values(
        micro_dollars=budgets.c.micro_dollars + cost.micro_dollars, tokens=budgets.c.tokens + cost.tokens
    )


def _make(connection: sa.Connection, scope: str) -> None:
    insert = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert
    connection.execute(insert(budgets).values(scope=scope, micro_dollars=0, tokens=0).on_conflict_do_nothing())


def _reason(connection: sa.Connection, row: Budget, cost: Cost) -> str:
    now = spent(connection, row.scope)
    raised = connection.execute(sa.select(budgets.c.raised_to).where(budgets.c.scope == row.scope)).scalar_one()
    cap = row.cap.micro_dollars if raised is None else raised
    if now.micro_dollars + cost.micro_dollars > cap:
        what, setting = f"${cap / 1e6:.2f} for {row.name}, ${now.micro_dollars / 1e6:.4f} of it spent", "dollars"
        need = f"${cost.micro_dollars / 1e6:.4f}"
    else:
        what, setting = f"{row.cap.tokens} tokens for {row.name}, {now.tokens} of them used", "tokens"
        need = f"{cost.tokens} tokens"
    remedy = f"Raise {row.setting}_{setting} in [agent] and resume the session."
    return f"The budget is {what}; the next call may take {need}. {remedy}"

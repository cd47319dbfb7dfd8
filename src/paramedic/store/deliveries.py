"""The inbox. A delivery is in it before it is answered, and leaves it in the transaction that counts it."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from paramedic.store.schema import deliveries

Kind = Literal["hook", "legacy", "envelope", "event", "forge"]
State = Literal["received", "processed", "skipped", "failed"]

MOST_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Delivery:
    """One inbound message as it came: ``body`` is still compressed when ``encoding`` says so; times are epoch seconds.

    Of a forge, ``project`` is the configured repository that it is about.
    """

    key: str
    kind: Kind
    project: str | None
    resource: str | None
    encoding: str
    body: bytes
    received_at: float


@dataclass(frozen=True, slots=True)
class Waiting:
    """A delivery that is to be digested, with its row's id and how often that was tried."""

    id: int
    attempts: int
    delivery: Delivery


def insert_many(connection: sa.Connection, new: Sequence[Delivery]) -> None:
    """Store them; one whose key is known already changes nothing."""
    write = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(deliveries)
    connection.execute(write.on_conflict_do_nothing(index_elements=["key"]), [asdict(delivery) for delivery in new])


_COLUMNS = tuple(deliveries.c[name] for name in ("id", "attempts", *Delivery.__slots__))


def waiting(connection: sa.Connection, limit: int) -> tuple[Waiting, ...]:
    """The oldest deliveries that were not digested yet."""
    query = sa.select(*_COLUMNS).where(deliveries.c.state == "received").order_by(deliveries.c.id).limit(limit)
    return tuple(_waiting(row) for row in connection.execute(query).mappings())


def stored(
    connection: sa.Connection, *, since: float = 0.0, states: Iterable[State] = ("failed", "skipped", "processed")
) -> tuple[Waiting, ...]:
    """Deliveries that still have their body, the oldest first: what can be replayed."""
    query = (
        sa.select(*_COLUMNS)
        .where(deliveries.c.body.is_not(None), deliveries.c.received_at >= since, deliveries.c.state.in_(tuple(states)))
        .order_by(deliveries.c.id)
    )
    return tuple(_waiting(row) for row in connection.execute(query).mappings())


def _waiting(row: sa.RowMapping) -> Waiting:
    return Waiting(row["id"], row["attempts"], Delivery(**{name: row[name] for name in Delivery.__slots__}))


def settle(
    connection: sa.Connection, ids: Sequence[int], state: State, reason: str | None = None, *, keep_body: bool
) -> frozenset[int]:
    """Mark deliveries as done, and return those that nobody had marked before: only they may be counted."""
    if not ids:
        return frozenset()
    values: dict[str, object] = {"state": state, "reason": reason and reason[:500], "processed_at": time.time()}
    if not keep_body:
        values["body"] = None
    query = sa.update(deliveries).where(deliveries.c.id.in_(ids), deliveries.c.state == "received").values(**values)
    return frozenset(connection.execute(query.returning(deliveries.c.id)).scalars())


def explain(connection: sa.Connection, row_id: int, reason: str) -> None:
    """A settled delivery turned out to be of no concern."""
    connection.execute(sa.update(deliveries).where(deliveries.c.id == row_id).values(state="skipped", reason=reason[:500]))


def put_off(connection: sa.Connection, row_id: int, reason: str) -> None:
    """Count a failed try; after the last, the delivery is kept as failed, for a person and for ``replay``."""
    attempts = deliveries.c.attempts + 1
    state = sa.case((attempts >= MOST_ATTEMPTS, "failed"), else_="received")
    query = sa.update(deliveries).where(deliveries.c.id == row_id).values(attempts=attempts, state=state, reason=reason[:500])
    connection.execute(query)


def requeue(connection: sa.Connection, row_id: int) -> None:
    """Let a stored delivery be digested once more."""
    query = sa.update(deliveries).where(deliveries.c.id == row_id, deliveries.c.body.is_not(None))
    connection.execute(query.values(state="received", attempts=0, reason=None))


def depth(connection: sa.Connection) -> int:
    """How many deliveries wait."""
    query = sa.select(sa.func.count()).select_from(deliveries).where(deliveries.c.state == "received")
    return int(connection.execute(query).scalar_one())


def last_received(connection: sa.Connection) -> dict[str, float]:
    """Epoch seconds of the last delivery by kind; of what SDKs send, only of the kind that came last.

    Hooks have an index of their own. What SDKs send is found among the newest, however many deliveries there are."""
    found: dict[str, float] = {}
    for kinds in (("hook",), ("legacy",), ("envelope", "event")):
        query = sa.select(deliveries.c.kind, deliveries.c.received_at)
        # Written out, since the planner takes an index on part of the rows only for conditions that it can read.
        is_one = sa.or_(*(deliveries.c.kind == sa.literal_column(f"'{kind}'") for kind in kinds))
        newest = connection.execute(query.where(is_one).order_by(deliveries.c.id.desc()).limit(1)).one_or_none()
        found |= {newest.kind: newest.received_at} if newest else {}
    return found


_GIVEN_UP = deliveries.c.state == sa.literal_column("'failed'")


def last_failed(connection: sa.Connection) -> dict[str, tuple[float, str]]:
    """By kind, when the last delivery came that was given up, in epoch seconds, and why it was."""
    query = sa.select(deliveries.c.kind, deliveries.c.received_at, deliveries.c.reason).where(_GIVEN_UP)
    rows = connection.execute(query.order_by(deliveries.c.id.desc()).limit(100)).all()
    return {row.kind: (row.received_at, row.reason or "") for row in reversed(rows)}


def given_up(connection: sa.Connection) -> int:
    """How many deliveries could not be read, and are kept for a person to look at."""
    query = sa.select(sa.func.count()).select_from(deliveries).where(_GIVEN_UP)
    return int(connection.execute(query).scalar_one())


def purge(connection: sa.Connection, before: float) -> int:
    """Forget settled deliveries older than ``before`` (epoch seconds); their keys no longer tell a repetition."""
    query = sa.delete(deliveries).where(deliveries.c.state != "received", deliveries.c.received_at < before)
    return connection.execute(query).rowcount

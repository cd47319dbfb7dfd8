"""The ledger's rows. What the transitions mean is decided in ``effects``; here each is one compare-and-swap."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from paramedic.store.moments import aware
from paramedic.store.schema import effects


@dataclass(frozen=True, slots=True)
class EffectRow:
    """One row; ``payload`` is the JSON of what is done, ``requires`` keys of rows that must be done before."""

    key: str
    kind: str
    state: str
    issue_id: int
    session_id: str
    cause: str
    requires: Sequence[str]
    payload: Mapping[str, object]
    proposed_at: datetime
    expires_at: datetime | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None
    claimed_by: str | None = None
    not_before: datetime | None = None
    attempts: int = 0
    result: str | None = None
    reason: str | None = None


_TIMES = ("proposed_at", "expires_at", "decided_at", "not_before")
_COLUMN_NAMES = EffectRow.__slots__


def insert(connection: sa.Connection, row: EffectRow) -> bool:
    """False when the ledger has this effect already, in which case nothing changes."""
    write = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert
    values = {name: getattr(row, name) for name in _COLUMN_NAMES} | {"requires": list(row.requires)}
    written = write(effects).values(values).on_conflict_do_nothing().returning(effects.c.key)
    return connection.execute(written).first() is not None


def reopen(connection: sa.Connection, row: EffectRow) -> bool:
    """Put a withdrawn effect back as ``row`` has it; False when it is not a withdrawn one."""
    values = {name: getattr(row, name) for name in _COLUMN_NAMES if name != "key"} | {"requires": list(row.requires)}
    withdrawn = (effects.c.key == row.key) & (effects.c.state == "superseded")
    return connection.execute(sa.update(effects).where(withdrawn).values(values)).rowcount == 1


def read(connection: sa.Connection, key: str) -> EffectRow | None:
    """The effect of this key, or of a beginning of it that names only one (at least 8 characters)."""
    condition = effects.c.key == key if len(key) == 64 else effects.c.key.startswith(key, autoescape=True)
    found = connection.execute(_select().where(condition).limit(2)).mappings().all() if len(key) >= 8 else []
    return _row(found[0]) if len(found) == 1 else None


def counted(connection: sa.Connection, state: str) -> int:
    query = sa.select(sa.func.count()).select_from(effects).where(effects.c.state == state)
    return int(connection.execute(query).scalar_one())


def newest(connection: sa.Connection, kinds: Sequence[str], state: str) -> EffectRow | None:
    """The one of these kinds in this state that was decided last."""
    decided = sa.func.coalesce(effects.c.decided_at, effects.c.proposed_at)
    query = _select().where(effects.c.state == state, effects.c.kind.in_(kinds)).order_by(decided.desc()).limit(1)
    return next((_row(row) for row in connection.execute(query).mappings()), None)


def listed(
    connection: sa.Connection,
    *,
    states: Sequence[str] = (),
    session_id: str | None = None,
    issue_id: int | None = None,
    kind: str | None = None,
    limit: int = 200,
) -> tuple[EffectRow, ...]:
    """The oldest first."""
    query = _select().order_by(effects.c.proposed_at, effects.c.key).limit(limit)
    if states:
        query = query.where(effects.c.state.in_(states))
    for column, value in ((effects.c.session_id, session_id), (effects.c.issue_id, issue_id), (effects.c.kind, kind)):
        if value is not None:
            query = query.where(column == value)
    return tuple(_row(row) for row in connection.execute(query).mappings())


def latest(connection: sa.Connection, but: str, limit: int) -> tuple[EffectRow, ...]:
    """Effects in other states than ``but``, the newest first."""
    query = _select().where(effects.c.state != but).order_by(effects.c.proposed_at.desc(), effects.c.key).limit(limit)
    return tuple(_row(row) for row in connection.execute(query).mappings())


def of_cause(connection: sa.Connection, cause: str, kind: str, states: Sequence[str]) -> tuple[EffectRow, ...]:
    """Effects of this kind for one root cause, whichever issue they are for, the oldest first."""
    query = _select().where(effects.c.cause == cause, effects.c.kind == kind, effects.c.state.in_(states))
    return tuple(_row(row) for row in connection.execute(query.order_by(effects.c.proposed_at)).mappings())


def last_result(connection: sa.Connection, issue_id: int, kind: str) -> str | None:
    """Where the newest effect of this kind on the issue that was done can be seen."""
    query = (
        sa.select(effects.c.result)
        .where(effects.c.issue_id == issue_id, effects.c.kind == kind, effects.c.state == "done")
        .where(effects.c.result.is_not(None))
        .order_by(effects.c.proposed_at.desc())
        .limit(1)
    )
    return connection.execute(query).scalar_one_or_none()


def led_to(connection: sa.Connection, kind: str, result: str) -> bool:
    """Whether an effect of this kind can be seen there."""
    query = sa.select(effects.c.key).where(effects.c.kind == kind, effects.c.result == result).limit(1)
    return connection.execute(query).first() is not None


def move(connection: sa.Connection, key: str, before: Sequence[str], after: str, **changes: object) -> bool:
    """Compare and swap: from one of the states ``before`` to ``after``. False when it was in none of them."""
    done = connection.execute(
        sa.update(effects).where(effects.c.key == key, effects.c.state.in_(before)).values(state=after, **changes)
    )
    return done.rowcount == 1


def take(connection: sa.Connection, key: str, worker: str, living: Sequence[str], now: datetime) -> bool:
    """Claim an approved effect, or one whose performer died over it, for ``worker``."""
    approved = sa.and_(effects.c.state == "approved", sa.or_(effects.c.not_before.is_(None), effects.c.not_before <= now))
    orphaned = sa.and_(effects.c.state == "performing", effects.c.claimed_by.not_in([*living, worker]))
    done = connection.execute(
        sa.update(effects)
        .where(effects.c.key == key, sa.or_(approved, orphaned))
        .values(state="performing", claimed_by=worker, attempts=effects.c.attempts + 1)
    )
    return done.rowcount == 1


def supersede(connection: sa.Connection, issue_id: int, kind: str, by: str) -> int:
    """Withdraw the open questions of this kind on the issue, except ``by`` itself."""
    done = connection.execute(
        sa.update(effects)
        .where(effects.c.issue_id == issue_id, effects.c.kind == kind, effects.c.state == "pending", effects.c.key != by)
        .values(state="superseded", reason=f"by {by[:12]}")
    )
    return done.rowcount


def expire(connection: sa.Connection, now: datetime) -> int:
    """Close the questions that nobody answered in time."""
    done = connection.execute(
        sa.update(effects)
        .where(effects.c.state == "pending", effects.c.expires_at.is_not(None), effects.c.expires_at <= now)
        .values(state="expired", decided_at=now)
    )
    return done.rowcount


def lock_cause(connection: sa.Connection, cause: str) -> None:
    """Until the transaction ends, no other one decides about effects of this cause."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(int(cause[:15] or "0", 16))))
    else:
        # A write takes SQLite's only write lock, also when it changes nothing.
        connection.execute(sa.update(effects).where(effects.c.key == "").values(reason=None))


def _select() -> sa.Select[tuple[object, ...]]:
    return sa.select(*(effects.c[name] for name in _COLUMN_NAMES))


def _row(row: sa.RowMapping) -> EffectRow:
    values = dict(row)
    for name in _TIMES:
        moment = values[name]
        if moment is not None:
            values[name] = aware(moment)
    return EffectRow(**values)

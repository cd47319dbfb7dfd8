"""Who asks a chat for what people said there, and how far it has been read: one process at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from paramedic.store.moments import aware
from paramedic.store.schema import chat_listeners

NUMBERS_HOLD = timedelta(days=6)
"""After a week without news, Telegram begins its numbers anew, and maybe below those that were read."""


@dataclass(frozen=True, slots=True)
class Listener:
    """``cursor`` is the number of the last piece of news that was read, 0 when there was none lately; ``asked_at`` when the
    chat last answered; ``error`` why it did not since."""

    holder: str | None
    cursor: int
    asked_at: datetime | None
    error: str | None


def claim(connection: sa.Connection, chat: str, worker: str, living: Sequence[str]) -> Listener | None:
    """Take, or keep, the chat for ``worker``; None while another one that lives has it."""
    write = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(chat_listeners)
    connection.execute(write.values(chat=chat, cursor=0).on_conflict_do_nothing())
    free = sa.or_(chat_listeners.c.holder.is_(None), chat_listeners.c.holder.not_in([one for one in living if one != worker]))
    mine = sa.update(chat_listeners).where(chat_listeners.c.chat == chat, free).values(holder=worker)
    if connection.execute(mine).rowcount == 0:
        return None
    stale = sa.and_(chat_listeners.c.chat == chat, chat_listeners.c.moved_at < datetime.now(UTC) - NUMBERS_HOLD)
    connection.execute(sa.update(chat_listeners).where(stale).values(cursor=0))
    return read(connection, chat)


def advance(connection: sa.Connection, chat: str, worker: str, number: int) -> bool:
    """Read up to ``number``, together with whatever the transaction does; False when that was read, or the chat was taken."""
    ours = sa.and_(chat_listeners.c.chat == chat, chat_listeners.c.holder == worker, chat_listeners.c.cursor < number)
    moved = sa.update(chat_listeners).where(ours).values(cursor=number, moved_at=datetime.now(UTC))
    return connection.execute(moved).rowcount == 1


def note(connection: sa.Connection, chat: str, error: str | None) -> None:
    """That the chat answered, or why it did not."""
    answered = {"asked_at": datetime.now(UTC)} if error is None else {}
    changed = {"error": error[:500] if error else None, **answered}
    connection.execute(sa.update(chat_listeners).where(chat_listeners.c.chat == chat).values(changed))


def read(connection: sa.Connection, chat: str) -> Listener | None:
    columns = (chat_listeners.c[name] for name in Listener.__slots__)
    row = connection.execute(sa.select(*columns).where(chat_listeners.c.chat == chat)).first()
    return Listener(row.holder, row.cursor, aware(row.asked_at) if row.asked_at else None, row.error) if row else None

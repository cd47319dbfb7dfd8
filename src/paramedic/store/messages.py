"""What a person and a session said to each other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

import sqlalchemy as sa

from paramedic.store.moments import aware
from paramedic.store.schema import messages, sessions

LAST = 2**31 - 1
"""The number of what a session says at its very end."""


class Source(StrEnum):
    """The words of the API that clients were written for."""

    USER = "user"
    SESSION = "devin"


@dataclass(frozen=True, slots=True)
class Message:
    """``seq`` grows within a session and never changes."""

    session_id: str
    seq: int
    at: datetime
    source: Source
    author: str
    text: str

    @property
    def event_id(self) -> str:
        return f"event-{self.session_id}-{self.seq}"


def add(connection: sa.Connection, session_id: str, source: Source, author: str, text: str) -> Message:
    """Append a message. Its session's row is locked meanwhile, so that two at once get two numbers."""
    connection.execute(sa.select(sessions.c.id).where(sessions.c.id == session_id).with_for_update())
    last = sa.select(sa.func.coalesce(sa.func.max(messages.c.seq), 0)).where(messages.c.session_id == session_id)
    seq = int(connection.execute(last).scalar_one()) + 1
    message = Message(session_id, seq, datetime.now(UTC), source, author[:200], text)
    row = {"session_id": session_id, "seq": seq, "at": message.at, "source": source.value, "author": message.author, "text": text}
    connection.execute(sa.insert(messages).values(row))
    return message


def after(connection: sa.Connection, session_id: str, seq: int = 0, limit: int = 1000) -> tuple[Message, ...]:
    """Messages after ``seq``, in order."""
    query = (
        sa.select(messages).where(messages.c.session_id == session_id, messages.c.seq > seq).order_by(messages.c.seq).limit(limit)
    )
    return tuple(_message(row) for row in connection.execute(query).mappings())


def count(connection: sa.Connection, session_id: str) -> int:
    query = sa.select(sa.func.count()).select_from(messages).where(messages.c.session_id == session_id)
    return int(connection.execute(query).scalar_one())


def _message(row: sa.RowMapping) -> Message:
    source = Source(row["source"])
    return Message(row["session_id"], row["seq"], aware(row["at"]), source, row["author"], row["text"])

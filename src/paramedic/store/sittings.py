"""Browsers that are signed in. A sitting ends by itself, at sign-out, and when its user is disabled or gets a new password."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa

from paramedic.store.moments import aware
from paramedic.store.schema import sittings
from paramedic.store.secrets import digest


def begin(connection: sa.Connection, key: str, user_id: int | None, address: str, ends_at: datetime) -> None:
    """``user_id`` is None for whoever signed in with the API token."""
    now = datetime.now(UTC)
    connection.execute(sa.delete(sittings).where(sittings.c.ends_at <= now))
    row = {"key_hash": digest(key), "user_id": user_id, "address": address[:64], "began_at": now, "ends_at": ends_at}
    connection.execute(sa.insert(sittings).values(row))


def holder_of(connection: sa.Connection, key: str) -> tuple[int | None] | None:
    """The user's number (None for the API token), in a tuple; None when there is no such sitting, or no longer."""
    row = connection.execute(sa.select(sittings.c.user_id, sittings.c.ends_at).where(sittings.c.key_hash == digest(key))).first()
    return (row.user_id,) if row is not None and aware(row.ends_at) > datetime.now(UTC) else None


def end(connection: sa.Connection, key: str) -> None:
    connection.execute(sa.delete(sittings).where(sittings.c.key_hash == digest(key)))

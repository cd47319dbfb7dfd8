"""Random secrets: kept as hashes where only their holder needs them, and as keys that all web processes share."""

from __future__ import annotations

import hashlib
import secrets

import sqlalchemy as sa

from paramedic.store.schema import keys


def digest(token: str) -> str:
    """A random token needs no slow hash: it cannot be guessed."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


def shared_key(engine: sa.Engine, name: str) -> bytes:
    """The key of this name; made by whoever asks first."""
    with engine.begin() as connection:
        known = _read(connection, name)
        if known is None:
            try:
                with connection.begin_nested():
                    connection.execute(sa.insert(keys).values(name=name, value=secrets.token_hex(32)))
            except sa.exc.IntegrityError:
                # Another web process was quicker.
                pass
            known = _read(connection, name)
    return bytes.fromhex(known or "")


def _read(connection: sa.Connection, name: str) -> str | None:
    return connection.execute(sa.select(keys.c.value).where(keys.c.name == name)).scalar_one_or_none()

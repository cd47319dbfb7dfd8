"""One-time links: whoever opens one sets a password, of the user that it is for, or as the first administrator."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from paramedic.model.accounts import Role
from paramedic.model.errors import BadInput
from paramedic.store import users
from paramedic.store.schema import invitations
from paramedic.store.secrets import digest
from paramedic.store.users import User

VALID_HOURS = 24


def create(connection: sa.Connection, user: User | None) -> str:
    """The secret part of a link that is valid for ``VALID_HOURS``; it takes the place of the user's earlier ones."""
    now = datetime.now(UTC)
    connection.execute(sa.delete(invitations).where(invitations.c.expires_at <= now))
    if user is not None:
        revoke(connection, user)
    token = secrets.token_urlsafe(32)
    row = {
        "token_hash": digest(token),
        "user_id": user.id if user else None,
        "created_at": now,
        "expires_at": now + timedelta(hours=VALID_HOURS),
    }
    connection.execute(sa.insert(invitations).values(row))
    return token


def revoke(connection: sa.Connection, user: User) -> None:
    connection.execute(sa.delete(invitations).where(invitations.c.user_id == user.id))


def invited(connection: sa.Connection, token: str) -> User | None:
    """Whom the link is for; None when it makes the first administrator. Raises ``BadInput`` for one that is not valid."""
    now = datetime.now(UTC)
    query = sa.select(invitations.c.user_id).where(invitations.c.token_hash == digest(token), invitations.c.expires_at > now)
    row = connection.execute(query).first()
    if row is None or (row.user_id is None and users.any_exist(connection)):
        raise _not_valid()
    if row.user_id is None:
        return None
    user = users.find(connection, int(row.user_id))
    if not user.is_enabled:
        raise _not_valid()
    return user


def accept(connection: sa.Connection, token: str, name: str, password_hash: str) -> User:
    """Use the link up: the user, who can sign in now. ``name`` counts for the first administrator only."""
    users.lock(connection)
    user = invited(connection, token)
    taken = connection.execute(sa.delete(invitations).where(invitations.c.token_hash == digest(token)))
    if taken.rowcount != 1:
        raise _not_valid()
    if user is not None:
        return users.set_password(connection, user, password_hash)
    return users.create(connection, name, Role.ADMIN, "the first start", password_hash=password_hash)


def _not_valid() -> BadInput:
    remedy = "Ask an administrator for a new one, or run `paramedic users invite NAME` where Paramedic runs."
    return BadInput("This link is not valid, or no longer: each is good for one use within a day.", remedy=remedy)

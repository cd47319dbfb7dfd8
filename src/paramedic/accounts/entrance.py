"""Signing in by name and password, by a one-time link, and the link for the very first administrator."""

from __future__ import annotations

import sqlalchemy as sa

from paramedic.accounts import passwords
from paramedic.store import invitations, users
from paramedic.store.engine import reading
from paramedic.store.users import User


def sign_in(engine: sa.Engine, name: str, password: str) -> User | None:
    """The user, when the password is theirs and they are not disabled. An unknown name costs as much time as a known one."""
    with reading(engine).connect() as connection:
        user = users.named(connection, name)
    known = user.password_hash if user is not None and user.is_enabled else None
    if not passwords.matches(known, password) or user is None or known is None:
        return None
    better = {"password_hash": passwords.rehashed(password)} if passwords.is_outdated(known) else {}
    with engine.begin() as connection:
        return users.signed_in(connection, user, **better)


def accept(engine: sa.Engine, token: str, name: str, password: str) -> User:
    """Use a one-time link up. Raises ``BadInput`` when the link, the name or the password is no good."""
    with reading(engine).connect() as connection:
        invited = invitations.invited(connection, token)
    kept = invited.name if invited else users.proper_name(name)
    password_hash = passwords.hashed(password, kept)
    with engine.begin() as connection:
        return users.signed_in(connection, invitations.accept(connection, token, kept, password_hash))


def change_password(engine: sa.Engine, user: User, current: str, new: str) -> bool:
    """False when ``current`` is not their password. Ends all their sittings. Raises ``BadInput`` for a bad new one."""
    if not passwords.matches(user.password_hash, current):
        return False
    password_hash = passwords.hashed(new, user.name)
    with engine.begin() as connection:
        users.set_password(connection, user, password_hash)
    return True


def invitation_link(own_url: str, token: str) -> str:
    return f"{own_url}/welcome/{token}"


def first_link(engine: sa.Engine, own_url: str) -> str | None:
    """The link that makes the first administrator; None when there is a user."""
    with engine.begin() as connection:
        if users.any_exist(connection):
            return None
        return invitation_link(own_url, invitations.create(connection, None))

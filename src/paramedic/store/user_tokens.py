"""Tokens that people make for their own programs: hashed, named, never worth more than their user."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from paramedic.model.accounts import Identity, Role
from paramedic.model.errors import BadInput
from paramedic.store.moments import aware
from paramedic.store.schema import user_tokens, users
from paramedic.store.secrets import digest

PREFIX = "pmd_"
_NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class UserToken:
    """``token_end`` are the token's last characters, by which a person knows it again."""

    id: int
    user_id: int
    user_name: str
    name: str
    role: Role
    token_end: str
    created_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None


def create(connection: sa.Connection, owner: Identity, name: str, role: Role) -> str:
    """The token, which nobody can read again. Raises ``BadInput`` for a role above the owner's, or without a name."""
    kept = name.strip()[:120]
    if not kept or not kept.isprintable():
        raise BadInput("The token needs a name.", remedy="Say what it is for.")
    if owner.user_id is None or not owner.may(role):
        raise BadInput("A token may do no more than its user.", remedy=f"Choose {owner.role.value} or less.")
    token = PREFIX + secrets.token_urlsafe(32)
    row = {
        "user_id": owner.user_id,
        "name": kept,
        "role": role.value,
        "token_hash": digest(token),
        "token_end": token[-4:],
        "created_at": datetime.now(UTC),
    }
    connection.execute(sa.insert(user_tokens).values(row))
    return token


def holder_of(engine: sa.Engine, token: str) -> Identity | None:
    """Whose token it is, with the lesser of both roles; None for one that is unknown or revoked, or of a disabled user."""
    query = (
        sa.select(user_tokens.c.id, user_tokens.c.role, user_tokens.c.used_at, users.c.id, users.c.name, users.c.role)
        .join(users, users.c.id == user_tokens.c.user_id)
        .where(user_tokens.c.token_hash == digest(token), user_tokens.c.revoked_at.is_(None), users.c.disabled_at.is_(None))
    )
    with engine.execution_options(read_only=True).connect() as connection:
        row = connection.execute(query).first()
    if row is None:
        return None
    token_id, role, used_at, user_id, name, user_role = row
    now = datetime.now(UTC)
    if used_at is None or now - aware(used_at) > _NOTED_EVERY:
        with engine.begin() as connection:
            connection.execute(sa.update(user_tokens).where(user_tokens.c.id == token_id).values(used_at=now))
    return Identity(name, min(Role(role), Role(user_role), key=tuple(Role).index), user_id)


def listed(connection: sa.Connection, user_id: int | None = None) -> tuple[UserToken, ...]:
    """Those that are valid, of one user or of all, the oldest first."""
    query = (
        sa.select(user_tokens, users.c.name.label("user_name"))
        .join(users, users.c.id == user_tokens.c.user_id)
        .where(user_tokens.c.revoked_at.is_(None))
        .order_by(user_tokens.c.id)
    )
    if user_id is not None:
        query = query.where(user_tokens.c.user_id == user_id)
    return tuple(_token(row) for row in connection.execute(query).mappings())


def revoke(connection: sa.Connection, token_id: int, user_id: int | None = None) -> UserToken:
    """Refuse it from now on; with ``user_id``, only when it is theirs. Raises ``BadInput`` when there is none."""
    found = next((token for token in listed(connection, user_id) if token.id == token_id), None)
    if found is None:
        raise BadInput(f"There is no token {token_id}.", remedy="It may have been revoked already.")
    change = sa.update(user_tokens).where(user_tokens.c.id == token_id)
    connection.execute(change.values(revoked_at=datetime.now(UTC)))
    return found


def _token(row: sa.RowMapping) -> UserToken:
    values = {name: row[name] for name in UserToken.__slots__} | {"role": Role(row["role"])}
    for name in ("created_at", "used_at", "revoked_at"):
        values[name] = aware(values[name]) if values[name] else None
    return UserToken(**values)

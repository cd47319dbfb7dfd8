"""Users: people who sign in. Nobody is deleted, so that a name in the audit log stays somebody's."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa

from paramedic.model.accounts import Identity, Role
from paramedic.model.errors import BadInput
from paramedic.store.moments import aware
from paramedic.store.schema import sittings, users

_NAME = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,79}")
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,180}")


@dataclass(frozen=True, slots=True)
class User:
    """``subject`` is who they are to the OIDC provider, when they came from there."""

    id: int
    name: str
    email: str | None
    role: Role
    password_hash: str | None
    subject: str | None
    created_at: datetime
    created_by: str
    signed_in_at: datetime | None
    disabled_at: datetime | None

    @property
    def is_enabled(self) -> bool:
        return self.disabled_at is None

    @property
    def identity(self) -> Identity:
        return Identity(self.name, self.role, self.id)


def proper_name(name: str) -> str:
    """As it is kept: in small letters. Raises ``BadInput`` for one that cannot be a name."""
    kept = name.strip().lower()
    if not _NAME.fullmatch(kept):
        raise BadInput(
            f"{name[:80]!r} is not a name for a user.",
            remedy="Use up to 80 letters a-z, digits and . _ @ + -, a letter or digit first.",
        )
    return kept


def create(
    connection: sa.Connection,
    name: str,
    role: Role,
    created_by: str,
    *,
    email: str | None = None,
    password_hash: str | None = None,
    subject: str | None = None,
) -> User:
    """Raises ``BadInput`` when the name is taken or none, the address is none, or the first user is no administrator."""
    kept = proper_name(name)
    if role is not Role.ADMIN and not any_exist(connection):
        raise BadInput("The first user must be an administrator.", remedy="Otherwise nobody could let others in.")
    if email and not _EMAIL.fullmatch(email):
        raise BadInput(f"{email[:80]!r} is not an e-mail address.")
    if named(connection, kept) is not None:
        raise BadInput(f"There is a user {kept!r} already.", remedy="Choose another name.")
    row = {
        "name": kept,
        "email": email or None,
        "role": role.value,
        "password_hash": password_hash,
        "subject": subject,
        "created_at": datetime.now(UTC),
        "created_by": created_by[:200],
    }
    connection.execute(sa.insert(users).values(row))
    return find(connection, kept)


def any_exist(connection: sa.Connection) -> bool:
    return connection.execute(sa.select(users.c.id).limit(1)).first() is not None


def lock(connection: sa.Connection) -> None:
    """Until the transaction ends, no other one changes users. On SQLite, one that writes holds the lock already."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("LOCK TABLE users IN EXCLUSIVE MODE"))


def listed(connection: sa.Connection) -> tuple[User, ...]:
    """By name, the disabled ones too."""
    return tuple(_user(row) for row in connection.execute(sa.select(users).order_by(users.c.name)).mappings())


def named(connection: sa.Connection, name: str) -> User | None:
    return _one(connection, users.c.name == name.strip().lower())


def by_subject(connection: sa.Connection, subject: str) -> User | None:
    return _one(connection, users.c.subject == subject)


def find(connection: sa.Connection, user: str | int) -> User:
    """By name or number. Raises ``BadInput`` when there is none."""
    found = _one(connection, users.c.id == user) if isinstance(user, int) else named(connection, user)
    if found is None:
        raise BadInput(f"There is no user {str(user)[:80]!r}.", remedy="See `paramedic users list`.")
    return found


def set_role(connection: sa.Connection, user: User, role: Role) -> User:
    """Raises ``BadInput`` when no administrator would be left."""
    if role is not Role.ADMIN:
        _keep_an_administrator(connection, user)
    return _changed(connection, user, role=role.value)


def disable(connection: sa.Connection, user: User) -> User:
    """Ends their sittings; their tokens are refused. Raises ``BadInput`` when no administrator would be left."""
    _keep_an_administrator(connection, user)
    end_sittings(connection, user)
    return _changed(connection, user, disabled_at=user.disabled_at or datetime.now(UTC))


def enable(connection: sa.Connection, user: User) -> User:
    return _changed(connection, user, disabled_at=None)


def set_password(connection: sa.Connection, user: User, password_hash: str) -> User:
    """Ends all their sittings."""
    end_sittings(connection, user)
    return _changed(connection, user, password_hash=password_hash)


def signed_in(connection: sa.Connection, user: User, **changes: object) -> User:
    return _changed(connection, user, signed_in_at=datetime.now(UTC), **changes)


def end_sittings(connection: sa.Connection, user: User) -> None:
    connection.execute(sa.delete(sittings).where(sittings.c.user_id == user.id))


def _keep_an_administrator(connection: sa.Connection, user: User) -> None:
    lock(connection)
    others = sa.and_(users.c.role == Role.ADMIN.value, users.c.disabled_at.is_(None), users.c.id != user.id)
    if user.role is Role.ADMIN and user.is_enabled and connection.execute(sa.select(users.c.id).where(others)).first() is None:
        raise BadInput(f"{user.name} is the only administrator.", remedy="Make somebody else an administrator first.")


def _changed(connection: sa.Connection, user: User, **changes: object) -> User:
    connection.execute(sa.update(users).where(users.c.id == user.id).values(**changes))
    return find(connection, user.id)


def _one(connection: sa.Connection, condition: sa.ColumnElement[bool]) -> User | None:
    row = connection.execute(sa.select(users).where(condition)).mappings().first()
    return _user(row) if row else None


def _user(row: sa.RowMapping) -> User:
    values = dict(row) | {"role": Role(row["role"])}
    for name in ("created_at", "signed_in_at", "disabled_at"):
        values[name] = aware(values[name]) if values[name] else None
    return User(**values)

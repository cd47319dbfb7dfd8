"""Service users: who may use the sessions API, of which organisation, and for what. Tokens are kept as hashes only."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa

from paramedic.model.errors import BadInput
from paramedic.store.moments import aware
from paramedic.store.schema import service_users

PREFIX = "cog_"
"""As in the API that clients were written for; some of them look at it."""
HOME_ORGANISATION = "org-paramedic"
"""The organisation of sessions that rules started, and of tokens that name none."""

_SHORTEST_ID = 8


@dataclass(frozen=True, slots=True)
class ServiceUser:
    """``token_end`` are the token's last characters, by which a person knows it again."""

    id: str
    org_id: str
    name: str
    permissions: frozenset[str]
    token_end: str
    created_at: datetime
    revoked_at: datetime | None


def create(connection: sa.Connection, name: str, permissions: Sequence[str], org_id: str) -> tuple[ServiceUser, str]:
    """A new user, and its token, which nobody can read again."""
    token = PREFIX + secrets.token_urlsafe(32)
    row = {
        "id": f"service-user-{secrets.token_hex(8)}",
        "org_id": org_id,
        "name": name,
        "permissions": sorted(permissions),
        "token_hash": _hash(token),
        "token_end": token[-4:],
        "created_at": datetime.now(UTC),
    }
    connection.execute(sa.insert(service_users).values(row))
    return _read(connection, service_users.c.id == row["id"])[0], token


def holder_of(connection: sa.Connection, token: str) -> ServiceUser | None:
    """Whose token it is; None for one that is unknown or revoked."""
    found = _read(connection, sa.and_(service_users.c.token_hash == _hash(token), service_users.c.revoked_at.is_(None)))
    return found[0] if found else None


def listed(connection: sa.Connection) -> tuple[ServiceUser, ...]:
    """All of them, the revoked ones too, the oldest first."""
    return _read(connection, sa.true())


def revoke(connection: sa.Connection, user: str) -> ServiceUser:
    """``user`` is an id, a unique beginning of one, or a unique name. Raises ``BadInput`` when it names none or several."""
    named = [one for one in listed(connection) if user in (one.id, one.name) or _begins(one.id, user)]
    if len(named) != 1:
        what = "no service user" if not named else f"{len(named)} service users"
        raise BadInput(f"There is {what} {user!r}.", remedy="See `paramedic tokens list`.")
    change = sa.update(service_users).where(service_users.c.id == named[0].id, service_users.c.revoked_at.is_(None))
    connection.execute(change.values(revoked_at=datetime.now(UTC)))
    return _read(connection, service_users.c.id == named[0].id)[0]


def _begins(user_id: str, beginning: str) -> bool:
    bare = beginning.removeprefix("service-user-")
    return len(bare) >= _SHORTEST_ID and user_id.removeprefix("service-user-").startswith(bare)


def _read(connection: sa.Connection, condition: sa.ColumnElement[bool]) -> tuple[ServiceUser, ...]:
    query = sa.select(service_users).where(condition).order_by(service_users.c.created_at, service_users.c.id)
    return tuple(_user(row) for row in connection.execute(query).mappings())


def _user(row: sa.RowMapping) -> ServiceUser:
    return ServiceUser(
        id=row["id"],
        org_id=row["org_id"],
        name=row["name"],
        permissions=frozenset(row["permissions"]),
        token_end=row["token_end"],
        created_at=aware(row["created_at"]),
        revoked_at=aware(row["revoked_at"]) if row["revoked_at"] else None,
    )


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()

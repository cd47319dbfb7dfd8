"""Which user somebody in a chat is, so that their role holds there too."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import sqlalchemy as sa

from paramedic.model.accounts import Role
from paramedic.model.errors import BadInput
from paramedic.store import users as accounts
from paramedic.store.schema import chat_people, users
from paramedic.store.users import User

_WHO = re.compile(r"slack:[A-Z0-9]{3,20}|telegram:\d{1,20}")
_DECIDING = [role.value for role in Role if role.may_decide]


def link(connection: sa.Connection, who: str, user: User, added_by: str) -> None:
    """Raises ``BadInput`` for what is no person in a chat, or is another user already."""
    if not _WHO.fullmatch(who):
        raise BadInput(f"{who[:80]!r} is nobody in a chat.", remedy="Give slack:MEMBERID or telegram:USERID.")
    known = user_of(connection, who)
    if known is not None and known.id != user.id:
        raise BadInput(f"{who} is {known.name} already.", remedy=f"paramedic users chat {known.name} {who} --remove")
    if known is None:
        row = {"who": who, "user_id": user.id, "added_at": datetime.now(UTC), "added_by": added_by[:200]}
        connection.execute(sa.insert(chat_people).values(row))


def unlink(connection: sa.Connection, who: str, user: User) -> bool:
    ours = sa.delete(chat_people).where(chat_people.c.who == who, chat_people.c.user_id == user.id)
    return connection.execute(ours).rowcount == 1


def user_of(connection: sa.Connection, who: str) -> User | None:
    found = connection.execute(sa.select(chat_people.c.user_id).where(chat_people.c.who == who)).scalar_one_or_none()
    return accounts.find(connection, found) if found is not None else None


def known_as(connection: sa.Connection, user: User) -> tuple[str, ...]:
    query = sa.select(chat_people.c.who).where(chat_people.c.user_id == user.id).order_by(chat_people.c.who)
    return tuple(connection.execute(query).scalars())


def anybody_may_decide(connection: sa.Connection) -> bool:
    """Whether a user who may decide is known in a chat."""
    query = sa.select(users.c.id).join(chat_people, chat_people.c.user_id == users.c.id)
    query = query.where(users.c.disabled_at.is_(None), users.c.role.in_(_DECIDING)).limit(1)
    return connection.execute(query).first() is not None

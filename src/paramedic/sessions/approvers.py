"""Who may answer in a chat. Anybody in a channel can press its buttons, so only those who are known are heard: users by their
role, and whoever the settings list."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from paramedic.effects.markdown import plain
from paramedic.settings import Configuration
from paramedic.store import chat_people


@dataclass(frozen=True, slots=True)
class Standing:
    """``refusal`` is what to tell somebody who may not, "" when they may; ``user`` is their name here, "" when they have none."""

    refusal: str
    user: str = ""


def standing(connection: sa.Connection, who: str, configuration: Configuration) -> Standing:
    """``who`` is the person as the chat knows them: ``slack:U024BE7LH``. A user's role holds, listed or not."""
    user = chat_people.user_of(connection, who)
    if user is not None:
        may = user.is_enabled and user.role.may_decide
        said = f"You may not decide this: {user.name} is {user.role.with_article}" + (
            "." if user.is_enabled else ", and disabled."
        )
        return Standing("" if may else said, user.name)
    if who in configuration.notifications.approvers:
        return Standing("")
    return Standing(f"You may not decide this: {plain(who, 80)} is no user, and not in [notifications] approvers.")


def anybody_may(connection: sa.Connection, configuration: Configuration) -> bool:
    """Whether there is anybody who may answer; without, a message has no buttons."""
    return bool(configuration.notifications.approvers) or chat_people.anybody_may_decide(connection)

"""Who may answer in a chat. Anybody in a channel can press its buttons, so only those who are listed are heard."""

from __future__ import annotations

from paramedic.settings import Configuration


def may_decide(who: str, configuration: Configuration) -> bool:
    """``who`` is the person as the chat knows them: ``slack:U024BE7LH``."""
    return who in configuration.notifications.approvers


def anybody_may(configuration: Configuration) -> bool:
    """Whether there is anybody who may answer; without, a message has no buttons."""
    return bool(configuration.notifications.approvers)

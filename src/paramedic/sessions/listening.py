"""Asking Telegram for what people pressed and wrote, where it cannot reach us: one worker at a time, each answer once.

The number of an update is kept in the transaction that makes its decision. Killed before, it comes again; killed after, it
does not, and a second worker that still asks changes nothing.
"""

from __future__ import annotations

import sqlalchemy as sa
import structlog

from paramedic.integrations.chats import open_telegram
from paramedic.model.errors import OutsideError
from paramedic.sessions import telegram_desk
from paramedic.sessions.approvers import anybody_may
from paramedic.sessions.deciding import Terms
from paramedic.settings import Settings
from paramedic.store import listeners, workers
from paramedic.store.engine import reading

log = structlog.get_logger()

CHAT = "telegram"
POLL_SECONDS = 20
"""How long Telegram may keep a request that it has nothing to answer to."""


def polls(settings: Settings) -> bool:
    """Whether Telegram is to be asked: it has a bot, and nothing calls us."""
    set_up = settings.telegram_bot_token is not None and bool(settings.telegram_chat_id)
    return set_up and settings.telegram_webhook_secret is None and not settings.test_mode


def listen(engine: sa.Engine, terms: Terms, worker: str) -> bool:
    """Ask once, for as long as Telegram lets us wait; True when it may be asked again at once. While nobody may answer,
    nothing is asked."""
    with reading(engine).connect() as connection:
        if not anybody_may(connection, terms.configuration):
            return False
    with engine.begin() as connection:
        living = [one.id for one in workers.living(connection)]
        claimed = listeners.claim(connection, CHAT, worker, living)
    if claimed is None:
        return False
    try:
        updates = open_telegram(terms.settings).updates(claimed.cursor, POLL_SECONDS)
    except OutsideError as error:
        _note(engine, claimed, str(error))
        return False
    _note(engine, claimed, None)
    return all(_take(engine, terms, worker, number, update) for number, update in updates)


def _take(engine: sa.Engine, terms: Terms, worker: str, number: int, update: telegram_desk.Update) -> bool:
    """False when another worker has taken over."""
    with engine.begin() as connection:
        if not listeners.advance(connection, CHAT, worker, number):
            return False
        calls = telegram_desk.heard(connection, update, terms)
    telegram_desk.make(terms.settings, calls)
    return True


def _note(engine: sa.Engine, before: listeners.Listener, error: str | None) -> None:
    if error is not None and error != before.error:
        log.warning("telegram_not_heard", reason=error)
    with engine.begin() as connection:
        listeners.note(connection, CHAT, error)

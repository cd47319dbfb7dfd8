"""Each chat: whether it can be spoken in, and which way its answers come."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy.exc import SQLAlchemyError

from paramedic.integrations.chats import open_chats
from paramedic.integrations.slack.client import SlackBot
from paramedic.integrations.telegram.client import TelegramBot
from paramedic.model.chat import Chat
from paramedic.model.errors import OutsideError, ParamedicError
from paramedic.reports.notification import problems
from paramedic.sessions.approvers import anybody_may
from paramedic.sessions.check import Check, Health
from paramedic.settings import Configuration, Settings
from paramedic.settings.exposure import is_of_this_machine
from paramedic.store.engine import open_engine, reading

HOOK = "/webhook/telegram"


def examine_chats(settings: Settings, configuration: Configuration, *, online: bool) -> Iterator[Check]:
    """Nothing is posted to try it: what is missing shows without."""
    folder = configuration.notifications.templates
    for path, reason in problems(folder) if folder else ():
        yield Check("templates", Health.FAILED, f"{path}: {reason}", "Until it is mended, the built-in words are used.")
    try:
        chats = open_chats(settings)
    except ParamedicError as error:
        yield Check("chats", Health.FAILED, error.args[0], error.remedy)
        return
    if not chats:
        yield Check("chats", Health.OFF, "none is set up: nobody is told of anything")
    for chat in chats:
        try:
            yield _examined(chat, settings, configuration, online=online)
        except OutsideError as error:
            yield Check(f"chat {chat.name}", Health.FAILED, error.args[0], error.remedy)


def _examined(chat: Chat, settings: Settings, configuration: Configuration, *, online: bool) -> Check:
    if not chat.answers:
        return Check(f"chat {chat.name}", Health.OK, "speaks, and takes no answers")
    if not _anybody(settings, configuration):
        return Check(
            f"chat {chat.name}",
            Health.WARNING,
            "speaks, and takes no answers: nobody may give one",
            "Name somebody: paramedic users chat NAME slack:MEMBERID; or list them in [notifications] approvers.",
        )
    if isinstance(chat, TelegramBot):
        return _telegram(chat, settings, online=online)
    known = f" as {chat.known_as()}" if online and isinstance(chat, SlackBot) else ""
    return _reachable(f"chat {chat.name}", f"speaks{known}, and takes answers at /webhook/slack", settings)


def _anybody(settings: Settings, configuration: Configuration) -> bool:
    try:
        with reading(open_engine(settings.database)).connect() as connection:
            return anybody_may(connection, configuration)
    except SQLAlchemyError:
        # What is wrong with the database is said elsewhere.
        return bool(configuration.notifications.approvers)


def _telegram(bot: TelegramBot, settings: Settings, *, online: bool) -> Check:
    name, polling = f"chat {bot.name}", settings.telegram_webhook_secret is None
    way = "asked for by the worker (long polling)" if polling else f"sent to {HOOK}"
    if not online:
        return Check(name, Health.OK, f"speaks; answers are {way}")
    text, hook = f"speaks as @{bot.username()}; answers are {way}", bot.webhook()
    if polling and hook.url:
        return Check(
            name,
            Health.FAILED,
            f"{text}, but Telegram sends them elsewhere: a webhook is set",
            "Run `paramedic telegram delete-webhook`, or set TELEGRAM_WEBHOOK_SECRET and run `paramedic telegram set-webhook`.",
        )
    if polling:
        return Check(name, Health.OK, text)
    if hook.url != settings.paramedic_public_url + HOOK:
        where = "nowhere" if not hook.url else "elsewhere"
        return Check(name, Health.FAILED, f"{text}, but Telegram sends them {where}", "Run `paramedic telegram set-webhook`.")
    if hook.error and hook.waiting:
        trouble = f"{text}; {hook.waiting} wait there, because of: {hook.error[:200]}"
        return Check(name, Health.WARNING, trouble, "Make PARAMEDIC_PUBLIC_URL reachable for Telegram.")
    return Check(name, Health.OK, text)


def _reachable(name: str, text: str, settings: Settings) -> Check:
    if is_of_this_machine(settings.paramedic_public_url):
        words = "PARAMEDIC_PUBLIC_URL is an address of this machine, which Slack cannot call"
        return Check(name, Health.WARNING, f"{text}; {words}", "Set PARAMEDIC_PUBLIC_URL to the address behind your proxy.")
    return Check(name, Health.OK, text)

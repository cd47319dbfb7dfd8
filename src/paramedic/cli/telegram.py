"""``paramedic telegram``: which way the answers of people in Telegram come here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from paramedic.integrations.telegram.client import TelegramBot
    from paramedic.settings import Settings


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="Which way answers from Telegram come: sent to us (webhook), or asked for (long polling).")
    group.command("set-webhook", help="Have Telegram send answers to PARAMEDIC_PUBLIC_URL.")(set_webhook)
    group.command("delete-webhook", help="Have Telegram keep answers until the worker asks for them.")(delete_webhook)
    group.command("status", help="Say which way answers come, and what waits.")(status)
    app.add_typer(group, name="telegram")


def set_webhook() -> None:
    from paramedic.model.errors import NotConfigured
    from paramedic.sessions.doctor_chats import HOOK
    from paramedic.settings.exposure import is_of_this_machine

    settings, bot = _opened()
    if settings.telegram_webhook_secret is None:
        raise NotConfigured("TELEGRAM_WEBHOOK_SECRET is not set.", remedy="Set it to a long random text of A-Z a-z 0-9 _ -.")
    url = settings.paramedic_public_url + HOOK
    if not url.startswith("https://") and not is_of_this_machine(settings.telegram_api_url):
        raise NotConfigured(
            f"Telegram sends only to https addresses, and PARAMEDIC_PUBLIC_URL is {settings.paramedic_public_url}.",
            remedy="Set it to your public https address, or leave TELEGRAM_WEBHOOK_SECRET unset: then the worker asks.",
        )
    bot.set_webhook(url, settings.telegram_webhook_secret.get_secret_value())
    _say(f"Telegram sends answers to {url}.")


def delete_webhook() -> None:
    settings, bot = _opened()
    bot.delete_webhook()
    _say("Telegram keeps answers until they are asked for.")
    if settings.telegram_webhook_secret is not None:
        _say("Unset TELEGRAM_WEBHOOK_SECRET, so that the worker asks for them.")


def status() -> None:
    from paramedic.cli.database import opened
    from paramedic.sessions.listening import CHAT
    from paramedic.store import listeners

    settings, bot = _opened()
    hook = bot.webhook()
    way = f"are sent to {hook.url}" if hook.url else "are kept until they are asked for"
    _say(f"@{bot.username()}: answers {way}; {hook.waiting} wait." + (f" Last error: {hook.error}" if hook.error else ""))
    with opened() as connection:
        listener = listeners.read(connection, CHAT)
    if settings.telegram_webhook_secret is None and listener is not None:
        asked = f"{listener.asked_at:%Y-%m-%d %H:%M:%S} UTC" if listener.asked_at else "never"
        since = f" Since then: {listener.error}" if listener.error else ""
        _say(f"Worker {listener.holder} asks; answered last: {asked}.{since}")


def _opened() -> tuple[Settings, TelegramBot]:
    from paramedic.integrations.chats import open_telegram
    from paramedic.settings import load_settings

    settings = load_settings()
    return settings, open_telegram(settings)


def _say(text: str) -> None:
    from paramedic.cli.terminal import consoles, printable

    consoles()[0].print(printable(text), markup=False)

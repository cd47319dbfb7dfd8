"""The chats there are. A new one is its own package and one line here."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from paramedic.model.chat import Chat
from paramedic.model.errors import NotConfigured
from paramedic.settings import Settings

if TYPE_CHECKING:
    from paramedic.integrations.telegram.client import TelegramBot


def open_chat(name: str, settings: Settings) -> Chat:
    """Raises ``NotConfigured`` when it is not, or no longer, set up."""
    opened = _CHATS[name](settings) if name in _CHATS else None
    if opened is None:
        raise NotConfigured(f"Chat {name} is not set up any more.", remedy="Set its variables: see docs/notifications.md.")
    return opened


def open_chats(settings: Settings) -> tuple[Chat, ...]:
    """Those that are set up. Raises ``NotConfigured`` naming what is missing of one that is set up by half."""
    opened = (opener(settings) for opener in _CHATS.values())
    return tuple(chat for chat in opened if chat is not None)


def open_telegram(settings: Settings) -> TelegramBot:
    """Telegram's bot, whose answers come by webhook or are asked for. Raises ``NotConfigured`` that names what is missing."""
    from paramedic.integrations.telegram.client import TelegramBot

    if settings.telegram_bot_token is None:
        raise NotConfigured("TELEGRAM_BOT_TOKEN is not set.", remedy="Set it to the token that BotFather gave.")
    if not settings.telegram_chat_id:
        raise NotConfigured("TELEGRAM_CHAT_ID is not set.", remedy="Set it to the id of the chat that the bot writes to.")
    return TelegramBot(settings.telegram_bot_token.get_secret_value(), settings.telegram_chat_id, settings.telegram_api_url)


def _slack_webhook(settings: Settings) -> Chat | None:
    from paramedic.integrations.slack.client import SlackWebhook

    # The bot says all that the webhook would, and more.
    if settings.slack_webhook_url is None or settings.slack_bot_token is not None:
        return None
    return SlackWebhook(settings.slack_webhook_url.get_secret_value())


def _slack(settings: Settings) -> Chat | None:
    from paramedic.integrations.slack.client import SlackBot

    if settings.slack_bot_token is None:
        return None
    if not settings.slack_channel:
        raise NotConfigured("SLACK_CHANNEL is not set.", remedy="Set it to the id of the channel that the bot writes to.")
    answers = settings.slack_signing_secret is not None
    return SlackBot(settings.slack_bot_token.get_secret_value(), settings.slack_channel, settings.slack_api_url, answers)


def _telegram(settings: Settings) -> Chat | None:
    return open_telegram(settings) if settings.telegram_bot_token is not None else None


def _apprise(settings: Settings) -> Chat | None:
    from paramedic.integrations.apprise.client import AppriseChat

    return AppriseChat(settings.apprise_urls.get_secret_value()) if settings.apprise_urls is not None else None


_CHATS: dict[str, Callable[[Settings], Chat | None]] = {
    "slack": _slack,
    "slack-webhook": _slack_webhook,
    "telegram": _telegram,
    "apprise": _apprise,
}

"""Speaking in Slack. Its Web API answers HTTP 200 whatever became of the request: only ``ok`` tells."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from paramedic.integrations.http import Outside, Patience
from paramedic.integrations.slack.messages import document, form
from paramedic.integrations.speaking import cannot_be_asked
from paramedic.model.chat import ChatMessage, Decision
from paramedic.model.errors import Gone, NotConfigured, OutsideError

_REMEDIES = {
    "not_in_channel": "Invite the bot into the channel.",
    "channel_not_found": "Set SLACK_CHANNEL to the channel's id, and invite the bot.",
    "invalid_auth": "Set SLACK_BOT_TOKEN to the bot token of the installed app.",
    "token_revoked": "Install the app again, and set SLACK_BOT_TOKEN.",
    "missing_scope": "Give the app the scopes chat:write and channels:history (groups:history where private); install it again.",
    "is_archived": "Set SLACK_CHANNEL to a channel that is in use.",
    "account_inactive": "Install the app again, and set SLACK_BOT_TOKEN.",
}
_TRIED_AGAIN = ("ratelimited", "rate_limited", "service_unavailable", "team_added_to_org")
_UNCLEAR = ("fatal_error", "internal_error")
"""Slack says of these that some of it may have been done."""
_GONE = ("message_not_found", "cant_update_message", "edit_window_closed")
_EVENT = "paramedic_message"
_LOOKED_THROUGH = 200


@dataclass(slots=True)
class SlackWebhook:
    """An incoming webhook: it posts to its channel, changes nothing, and takes no answers."""

    address: str
    name: str = "slack-webhook"
    edits: bool = False
    answers: bool = False
    _outside: Outside = field(init=False)

    def __post_init__(self) -> None:
        parts = urlsplit(self.address)
        if parts.scheme not in ("https", "http") or not parts.netloc or len(parts.path) < 2:
            raise NotConfigured("SLACK_WEBHOOK_URL is not an address.", remedy="Copy it whole from the app's Incoming Webhooks.")
        self._outside = Outside("Slack", f"{parts.scheme}://{parts.netloc}", remedy=_webhook_remedy, secret=parts.path)

    def post(self, message: ChatMessage, mark: str, under: str = "") -> str:  # noqa: ARG002 - it knows neither
        self._outside.send(self._outside.secret, document(message, answers=False))
        return ""

    def find(self, mark: str) -> str | None:
        raise cannot_be_asked("An incoming webhook", f"does not tell what became of {mark[:12]}")

    def edit(self, message_id: str, message: ChatMessage) -> None:
        raise OutsideError(f"An incoming webhook cannot change message {message_id!r}: {message.title}", permanent=True)


@dataclass(slots=True)
class SlackBot:
    """A bot in one channel. A message is known by ``channel:ts``."""

    token: str
    channel: str
    api_url: str
    answers: bool = False
    name: str = "slack"
    edits: bool = True
    patience: Patience = field(default_factory=Patience)
    _outside: Outside = field(init=False)

    def __post_init__(self) -> None:
        headers = {"Authorization": f"Bearer {self.token}"}
        self._outside = Outside("Slack", self.api_url, headers, patience=self.patience, secret=self.token)

    def post(self, message: ChatMessage, mark: str, under: str = "") -> str:
        metadata = {"event_type": _EVENT, "event_payload": {"effect": mark}}
        # A reply that is not shown in the channel too would be heard of by nobody.
        thread = {"thread_ts": under.partition(":")[2], "reply_broadcast": True} if under else {}
        answer = self._call("chat.postMessage", {"channel": self.channel, "metadata": metadata, **thread, **document(message)})
        return f"{answer.get('channel') or self.channel}:{answer.get('ts') or ''}"

    def find(self, mark: str) -> str | None:
        """Among the newest messages of the channel, which takes the scope channels:history (groups:history where private)."""
        found = self._outside.get(
            "/conversations.history", channel=self.channel, limit=_LOOKED_THROUGH, include_all_metadata="true"
        )
        messages = self._checked("conversations.history", found).get("messages")
        for message in messages if isinstance(messages, list) else []:
            if message.get("metadata", {}).get("event_payload", {}).get("effect") == mark:
                return f"{self.channel}:{message.get('ts')}"
        return None

    def edit(self, message_id: str, message: ChatMessage) -> None:
        channel, _, moment = message_id.partition(":")
        self._call("chat.update", {"channel": channel, "ts": moment, **document(message)})

    def known_as(self) -> str:
        """Whose token it is: the bot's name, and the workspace's."""
        told = self._call("auth.test", {})
        return f"{str(told.get('user') or '')[:60]} in {str(told.get('team') or '')[:60]}"

    def ask_words(self, trigger: str, decision: Decision, what: str) -> None:
        """Open a form for what a person has to say to an answer. ``trigger`` is good for three seconds, and once."""
        self._call("views.open", {"trigger_id": trigger, "view": form(decision, what)})

    def _call(self, method: str, body: object) -> dict[str, object]:
        return self._checked(method, self._outside.post(f"/{method}", body))

    def _checked(self, method: str, answer: object) -> dict[str, object]:
        if isinstance(answer, dict) and answer.get("ok") is True:
            return answer
        problem = str(answer.get("error") if isinstance(answer, dict) else "no object")[:100]
        words, remedy = f"Slack refused {method}: {problem}.", _REMEDIES.get(problem, "")
        if problem in _GONE:
            raise Gone(words, status=200, permanent=True)
        status = None if problem in _UNCLEAR else 200
        raise OutsideError(words, remedy=remedy, status=status, permanent=problem not in (*_TRIED_AGAIN, *_UNCLEAR))


def _webhook_remedy(status: int) -> str:
    gone = "The webhook or its channel is gone: make a new one and set SLACK_WEBHOOK_URL."
    return gone if status in (403, 404, 410) else ""

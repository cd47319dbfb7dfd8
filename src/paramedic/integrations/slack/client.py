"""Speaking in Slack. Its Web API answers HTTP 200 whatever became of the request: only ``ok`` tells."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from paramedic.integrations.http import Outside, Patience
from paramedic.integrations.slack.messages import document, form
from paramedic.integrations.speaking import said_once
from paramedic.model.chat import ChatMessage, Decision
from paramedic.model.errors import NotConfigured, OutsideError

_REMEDIES = {
    "not_in_channel": "Invite the bot into the channel.",
    "channel_not_found": "Set SLACK_CHANNEL to the channel's id, and invite the bot.",
    "invalid_auth": "Set SLACK_BOT_TOKEN to the bot token of the installed app.",
    "token_revoked": "Install the app again, and set SLACK_BOT_TOKEN.",
    "missing_scope": "Give the app the scope chat:write, and install it again.",
}
_TRIED_AGAIN = ("ratelimited", "rate_limited", "service_unavailable")


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

    def post(self, message: ChatMessage) -> str:
        with said_once():
            self._outside.send(self._outside.secret, document(message))
        return ""

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

    def post(self, message: ChatMessage) -> str:
        with said_once():
            answer = self._call("chat.postMessage", {"channel": self.channel, **document(message)})
        return f"{answer.get('channel') or self.channel}:{answer.get('ts') or ''}"

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
        answer = self._outside.post(f"/{method}", body)
        if isinstance(answer, dict) and answer.get("ok") is True:
            return answer
        problem = str(answer.get("error") if isinstance(answer, dict) else "no object")[:100]
        again = problem in _TRIED_AGAIN
        raise OutsideError(
            f"Slack refused {method}: {problem}.", remedy=_REMEDIES.get(problem, ""), status=200, permanent=not again
        )


def _webhook_remedy(status: int) -> str:
    gone = "The webhook or its channel is gone: make a new one and set SLACK_WEBHOOK_URL."
    return gone if status in (403, 404, 410) else ""

"""Messages as Block Kit, within Slack's limits: 50 blocks, header 150 characters, section 3000, label of a button 75.

Whatever an outsider may have written goes into ``plain_text``, which knows no links, no mentions and no formatting.
"""

from __future__ import annotations

import html
import json
from collections.abc import Mapping

from paramedic.integrations.speaking import shortened
from paramedic.model.chat import Answer, Button, ChatMessage, Decision

HEADER, SECTION, LABEL, FORM_TITLE, FALLBACK = 150, 3000, 75, 24, 3000
MOST_BUTTONS = 24
"""An actions block takes 25 elements, of which one is the link."""

LONGEST_WORDS = 2000
_STYLES = {Answer.APPROVE: {"style": "primary"}, Answer.REJECT: {"style": "danger"}}
_FORMS = {
    Answer.REJECT: ("Reject", "Why not? The session is told.", True),
    Answer.CHANGES: ("Ask for changes", "What should be different? The session is told.", False),
}
"""By answer: the title, the question, and whether it may be left unanswered."""

Block = Mapping[str, object]


def document(message: ChatMessage, *, answers: bool = True) -> dict[str, object]:
    """``text`` is what a notification shows; it is read as markup, so its active characters are escaped. Where nothing
    ``answers``, there are no buttons: Slack puts a warning beside even a link in one."""
    text = html.escape(shortened(f"{message.title}\n{message.body}", FALLBACK // 5), quote=False)
    last = _actions(message) if answers else _links(message)
    return {"text": text, "blocks": [*_words(message), *last], "unfurl_links": False, "unfurl_media": False}


def _words(message: ChatMessage) -> list[Block]:
    parts: list[Block] = [{"type": "header", "text": _plain(message.title or "-", HEADER)}]
    return [*parts, {"type": "section", "text": _plain(message.body, SECTION)}] if message.body else parts


def _actions(message: ChatMessage) -> list[Block]:
    buttons = [_button(button) for button in message.buttons[:MOST_BUTTONS]] + _link(message)
    return [{"type": "actions", "elements": buttons}] if buttons else []


def _links(message: ChatMessage) -> list[Block]:
    if not message.link:
        return []
    address = message.link.replace("&", "&amp;").replace("|", "%7C").replace("<", "%3C").replace(">", "%3E")
    return [{"type": "context", "elements": [{"type": "mrkdwn", "text": f"<{address}|Open>"}]}]


def form(decision: Decision, what: str) -> Block:
    """A form for the words to an answer; what comes back of it says to which effect, and where the button was."""
    title, question, is_optional = _FORMS[decision.answer]
    words = {"type": "plain_text_input", "action_id": "words", "multiline": True, "max_length": LONGEST_WORDS}
    label = _plain(question, LABEL)
    return {
        "type": "modal",
        "callback_id": decision.answer.value,
        "private_metadata": json.dumps({"effect": decision.effect, "place": decision.place}),
        "title": _plain(title, FORM_TITLE),
        "submit": _plain(title, FORM_TITLE),
        "blocks": [
            {"type": "section", "text": _plain(what, SECTION)},
            {"type": "input", "block_id": "words", "optional": is_optional, "element": words, "label": label},
        ],
    }


def _button(button: Button) -> Block:
    return {
        "type": "button",
        "text": _plain(button.label, LABEL),
        **_STYLES.get(button.answer, {}),
        "action_id": f"{button.answer.value}:{button.effect}",
        "value": button.effect,
    }


def _link(message: ChatMessage) -> list[Block]:
    return [{"type": "button", "text": _plain("Open", LABEL), "url": message.link, "action_id": "open"}] if message.link else []


def _plain(text: str, limit: int) -> Block:
    return {"type": "plain_text", "text": shortened(text, limit), "emoji": False}

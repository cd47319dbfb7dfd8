"""Messages as Block Kit, within Slack's limits: 50 blocks, header 150 characters, section 3000, label of a button 75.

Whatever an outsider may have written goes into ``plain_text``, which knows no links, no mentions and no formatting.
"""

from __future__ import annotations

import html
from collections.abc import Mapping

from paramedic.integrations.speaking import shortened
from paramedic.model.chat import Answer, Button, ChatMessage

HEADER, SECTION, LABEL, FALLBACK = 150, 3000, 75, 3000
MOST_BUTTONS = 24
"""An actions block takes 25 elements, of which one is the link."""

Block = Mapping[str, object]


def document(message: ChatMessage) -> dict[str, object]:
    """``text`` is what a notification shows; it is read as markup, so its active characters are escaped."""
    text = html.escape(shortened(f"{message.title}\n{message.body}", FALLBACK // 5), quote=False)
    return {"text": text, "blocks": blocks(message), "unfurl_links": False, "unfurl_media": False}


def blocks(message: ChatMessage) -> list[Block]:
    parts: list[Block] = [{"type": "header", "text": _plain(message.title or "-", HEADER)}]
    if message.body:
        parts.append({"type": "section", "text": _plain(message.body, SECTION)})
    buttons = [_button(button) for button in message.buttons[:MOST_BUTTONS]] + _link(message)
    if buttons:
        parts.append({"type": "actions", "elements": buttons})
    return parts


def _button(button: Button) -> Block:
    style = "primary" if button.answer is Answer.APPROVE else "danger"
    return {
        "type": "button",
        "text": _plain(button.label, LABEL),
        "style": style,
        "action_id": f"{button.answer.value}:{button.effect}",
        "value": button.effect,
    }


def _link(message: ChatMessage) -> list[Block]:
    return [{"type": "button", "text": _plain("Open", LABEL), "url": message.link, "action_id": "open"}] if message.link else []


def _plain(text: str, limit: int) -> Block:
    return {"type": "plain_text", "text": shortened(text, limit), "emoji": False}

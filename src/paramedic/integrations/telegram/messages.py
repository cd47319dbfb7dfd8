"""Messages within the Bot API's limits: 4096 characters of text, 64 bytes of data in a button.

The title is bold by an entity, whose offsets count UTF-16 units; no markup is parsed, so that nothing written can be any.
"""

from __future__ import annotations

import base64
import binascii

from paramedic.integrations.speaking import shortened
from paramedic.model.chat import Answer, Button, ChatMessage, Decision

TEXT, LABEL, ALERT, LONGEST_WORDS = 4096, 60, 200, 2000
_VERBS = {Answer.APPROVE: "a", Answer.REJECT: "r", Answer.CHANGES: "c"}
_ANSWERS = {verb: answer for answer, verb in _VERBS.items()}


def document(message: ChatMessage) -> dict[str, object]:
    title = shortened(message.title, 300)
    # Half the limit, since a character outside the first plane may be counted twice.
    text = shortened(f"{title}\n{message.body}", TEXT // 2)
    bold = {"type": "bold", "offset": 0, "length": len(title.encode("utf-16-le")) // 2}
    keyboard = {"inline_keyboard": _rows(message)}
    return {"text": text, "entities": [bold], "link_preview_options": {"is_disabled": True}, "reply_markup": keyboard}


def question(decision: Decision, what: str, person: int) -> dict[str, object]:
    """The question for the words to an answer. Its last line says what it is about, and comes back with the reply: so nothing
    has to be remembered, and nothing is lost with a process."""
    name = shortened(decision.name or "You", 60)
    asks = "why not? Reply with the reason, or with - for none." if decision.answer is Answer.REJECT else "what should change?"
    text = f"{name}: {asks}\n{what.capitalize()}\n{data_of(Button('', decision.answer, decision.effect))}"
    whom = {"type": "text_mention", "offset": 0, "length": len(name.encode("utf-16-le")) // 2, "user": {"id": person}}
    return {"text": text, "entities": [whom], "reply_markup": {"force_reply": True, "selective": True}}


def _rows(message: ChatMessage) -> list[list[dict[str, str]]]:
    pairs = [message.buttons[first : first + 2] for first in range(0, len(message.buttons), 2)]
    rows = [[{"text": shortened(button.label, LABEL), "callback_data": data_of(button)} for button in pair] for pair in pairs]
    # Telegram refuses a whole message for a button that leads to this machine.
    public = message.link and not message.link.startswith(("http://127.", "http://localhost"))
    return [*rows, [{"text": "Open", "url": message.link}]] if public and message.link else rows


def data_of(button: Button) -> str:
    """The answer and the whole hash, in 45 bytes of the 64 that Telegram takes."""
    packed = base64.urlsafe_b64encode(bytes.fromhex(button.effect)).decode().rstrip("=")
    return f"{_VERBS[button.answer]}:{packed}"


def read_data(data: str) -> tuple[Answer, str] | None:
    """What a button says; None when it is none of ours."""
    verb, _, packed = data.partition(":")
    try:
        key = base64.b64decode(packed + "=" * (-len(packed) % 4), altchars=b"-_", validate=True).hex()
    except (binascii.Error, ValueError):
        return None
    return (_ANSWERS[verb], key) if verb in _ANSWERS and len(key) == 64 else None

"""What is said in a chat, and what is asked of one. One package per chat implements it; ``integrations/chats`` lists them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Answer(StrEnum):
    """What a button says."""

    APPROVE = "approve"
    REJECT = "reject"
    CHANGES = "changes"
    """Neither yes nor no: the session is told what should be different."""

    @property
    def wants_words(self) -> bool:
        """Whether the person is asked for words before it counts."""
        return self is not Answer.APPROVE


@dataclass(frozen=True, slots=True)
class Button:
    """``effect`` is the whole key of the one effect that the answer is about."""

    label: str
    answer: Answer
    effect: str


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """Plain text: nothing in it is markup. ``link`` is where to read on, an http address or None."""

    title: str
    body: str
    link: str | None = None
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """A person's answer as a chat sent it. ``who`` is ``system:id``; ``name`` is what that person chose to be called. ``reason``
    is why not, or what should be different."""

    answer: Answer
    effect: str
    who: str
    name: str
    place: str
    reason: str = ""


class Chat(Protocol):
    """Says things in one channel.

    Raises ``OutsideError``. Nobody knows what became of a post whose answer was lost: ``find`` tells, where it can.
    """

    name: str
    edits: bool
    """Whether a message can be changed after it was posted."""
    answers: bool
    """Whether what its buttons say can be received, and be known to be true."""

    def post(self, message: ChatMessage, mark: str, under: str = "") -> str:
        """What the chat knows the new message by, "" where it tells nothing. ``mark`` is what ``find`` looks for; ``under`` is
        the message that it is a reply to."""
        ...

    def find(self, mark: str) -> str | None:
        """What the chat knows the message by; None when it is not there. Raises ``OutsideError`` where it cannot be asked."""
        ...

    def edit(self, message_id: str, message: ChatMessage) -> None:
        """Put ``message`` in the place of what was posted. Doing it twice is doing it once. Raises ``Gone``."""
        ...

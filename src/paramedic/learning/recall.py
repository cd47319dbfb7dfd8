"""Which knowledge a session is given. A note is recalled because the caller named it, it is pinned, or its trigger matches."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from paramedic.learning.terms import terms
from paramedic.model.library import Note

MOST_NOTES = 10
EVERYWHERE = "all"
ENOUGH = 0.5
"""The share of a trigger's words that the text must hold."""

_MACRO = re.compile(r"(?<![\w!])![A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Reason:
    """A note, and why it is recalled, for the session's log."""

    note: Note
    why: str
    strength: float


def recall(notes: Iterable[Note], text: str, repositories: Sequence[str] = ()) -> tuple[Reason, ...]:
    """The strongest first; pinned notes before those whose trigger matches. A note pinned to another repository is left out."""
    words = frozenset(terms(text))
    reasons = (_reason(note, words, repositories) for note in notes if note.enabled)
    found = sorted((reason for reason in reasons if reason), key=lambda reason: (-reason.strength, reason.note.name))
    return tuple(found[:MOST_NOTES])


def macros_in(prompt: str) -> tuple[str, ...]:
    """``!triage`` and its like, each once, in order."""
    return tuple(dict.fromkeys(_MACRO.findall(prompt)))


def cited(label: str, answer: str) -> bool:
    """Whether an answer cites what it was given as ``label``: in brackets, as in [K1] or [E2, K1]."""
    return (
        re.search(rf"\[[^\[\]]{{0,200}}(?<![A-Za-z0-9]){re.escape(label)}(?![A-Za-z0-9])[^\[\]]{{0,200}}\]", answer) is not None
    )


def _reason(note: Note, words: frozenset[str], repositories: Sequence[str]) -> Reason | None:
    if note.pinned_to == EVERYWHERE:
        return Reason(note, "pinned to all repositories", 2.0)
    if note.pinned_to is not None:
        return Reason(note, f"pinned to {note.pinned_to}", 2.0) if note.pinned_to in repositories else None
    wanted = terms(note.trigger)
    shared = [word for word in wanted if word in words]
    if not shared or len(shared) < ENOUGH * len(wanted):
        return None
    return Reason(note, "its trigger matches: " + ", ".join(shared[:12]), len(shared) / len(wanted))

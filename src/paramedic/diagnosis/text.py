"""Untrusted text made fit for a sentence: one line, printable, cut."""

from __future__ import annotations

import re
import unicodedata

_SECRET_NAME = re.compile(
    r"pass(?:word|wd)?|secret|token|api_?key|auth|credential|cookie|session|private|signature|csrf|ssn|card", re.IGNORECASE
)


def plain(text: str, limit: int = 120) -> str:
    """``text`` in one printable line of at most ``limit`` characters; control and formatting characters become spaces."""
    shown = "".join(" " if unicodedata.category(each)[0] == "C" else each for each in text[: limit * 4])
    shown = " ".join(shown.split())
    return shown if len(shown) <= limit else f"{shown[: limit - 1]}…"


def secret(name: str) -> bool:
    """Whether a variable of that name may hold what nobody should read in a report."""
    return _SECRET_NAME.search(name) is not None

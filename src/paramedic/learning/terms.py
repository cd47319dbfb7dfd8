"""The words of a text by which it is found. Both databases index these and nothing else, so both find the same."""

from __future__ import annotations

import re
import unicodedata

LONGEST_TEXT = 40_000
LONGEST_TERM = 60

_WORD = re.compile(r"[^\W_]+")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")
"""Japanese, Chinese and Korean: cut into pairs of characters, since words are not told apart by blanks or have endings."""
_EMPTY = frozenset(
    re.findall(
        "[a-z]+",
        "a an and any are as at be by can do does for from has have how i if in into is it its my of on or our that the their "
        "this to was we were what when where which while who why will with you your",
    )
)


def terms(text: str) -> tuple[str, ...]:
    """In order of first appearance: ``KeyErrors`` gives keyerror, key and error."""
    found: dict[str, None] = {}
    for word in _WORD.findall(unicodedata.normalize("NFKC", text[:LONGEST_TEXT])):
        parts = _HUMP.split(word)
        for part in (word, *parts) if len(parts) > 1 else (word,):
            found.update(dict.fromkeys(_forms(part.casefold())))
    return tuple(found)


def _forms(word: str) -> list[str]:
    if runs := _UNSPACED.findall(word):
        pairs = [run[start : start + 2] for run in runs for start in range(max(1, len(run) - 1))]
        return pairs + [form for part in _UNSPACED.split(word) if part for form in _forms(part)]
    if word in _EMPTY or len(word) > LONGEST_TERM:
        return []
    plural = len(word) > 3 and word.endswith("s") and not word.endswith("ss")
    return [word[:-1] if plural else word]

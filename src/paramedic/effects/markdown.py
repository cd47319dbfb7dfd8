"""Untrusted text made safe inside Markdown: nobody is mentioned, nothing is linked, loaded, or broken out of."""

from __future__ import annotations

import re
import unicodedata

from paramedic.effects.scrub import scrub, scrub_source

_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[PX^_].*?(?:\x1b\\|\Z)|[@-Z\\-_])", re.DOTALL)
_ACTIVE = re.compile(r"([\\`*_{}\[\]()#+!~$])")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "|": "&#124;"}
"""A backslash before these is not honoured by every renderer, least of all within a table."""
_SCHEME = re.compile(r"(?i)\b(https?|ftp|mailto|javascript|data|file)(:)")
_WWW = re.compile(r"(?i)\bwww\.")
_REFERENCE = re.compile(r"(?<!&)#(?=\d)")
_JOINER = "\u200b"
"""Zero width, so the reader sees the same text and no renderer sees a mention, a link or an issue reference."""


def printable(text: str) -> str:
    """Without terminal escapes, control characters and the marks that reorder or hide text; line ends are ``\\n``."""
    text = _ANSI.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return "".join(character for character in text if character in "\n\t" or not _hidden(character))


def _hidden(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")


def inline(text: str, limit: int = 300) -> str:
    """One line of plain text: at most ``limit`` characters before escaping, every active character escaped."""
    line = cut(" ".join(scrub(printable(text)).split()), limit)
    line = _ACTIVE.sub(r"\\\1", line).replace("@", f"@{_JOINER}")
    line = "".join(_ENTITIES.get(character, character) for character in line)
    line = _SCHEME.sub(rf"\1{_JOINER}\2", line)
    return _WWW.sub(f"www{_JOINER}.", line)


def plain(text: str, limit: int = 300) -> str:
    """One line for where nothing is markup: secrets hidden, and nobody mentioned, nothing made a link by a helpful reader."""
    line = cut(" ".join(scrub(printable(text)).split()), limit).replace("@", f"@{_JOINER}")
    return _WWW.sub(f"www{_JOINER}.", _SCHEME.sub(rf"\1{_JOINER}\2", line))


def code(text: str, limit: int = 200) -> str:
    """A code span that its content cannot end."""
    line = cut(" ".join(scrub(printable(text)).split()), limit)
    ticks = "`" * (_longest_run(line) + 1)
    padding = " " if line.startswith("`") or line.endswith("`") or not line else ""
    # A pipe would end a table cell even inside a code span.
    return f"{ticks}{padding}{line.replace('|', '¦')}{padding}{ticks}"


def fence(text: str, language: str = "", limit: int = 6000) -> str:
    """A fenced block that its content cannot end; of a long text the beginning and, longer, the end are kept."""
    return _fenced(scrub(printable(text)), language, limit)


def fence_source(text: str, language: str, limit: int) -> str:
    """As ``fence`` for code and diffs of the repository, which must stay such as can be applied: see ``scrub_source``."""
    return _fenced(scrub_source(printable(text)), language, limit)


def _fenced(text: str, language: str, limit: int) -> str:
    body = shorten(text.strip("\n"), limit)
    ticks = "`" * max(3, _longest_run(body) + 1)
    return f"{ticks}{language}\n{body}\n{ticks}"


def cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"


def shorten(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    head, tail = limit // 4, limit - limit // 4
    return f"{text[:head]}\n… {len(text) - limit} characters left out …\n{text[-tail:]}"


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall(r"`+", text)), default=0)

"""Templates, in which every value is hostile: escaped, without characters that hide or reorder text, never a link by itself."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

from jinja2 import ChainableUndefined, Environment, PackageLoader
from markupsafe import Markup, escape

from paramedic.effects.markdown import printable

_FENCED = re.compile(r"^(?P<fence>`{3,})diff\n(?P<diff>.*?)^(?P=fence)$", re.MULTILINE | re.DOTALL)
_CITED = re.compile(r"\bE[1-9]\d{0,2}\b")
_TICKED = re.compile(r"`([^`\n]{1,300})`")

ASSETS = {"style.css": "text/css", "live.js": "text/javascript", "keys.js": "text/javascript", "icon.svg": "image/svg+xml"}


@cache
def asset(name: str) -> bytes:
    return files(__package__).joinpath("assets", name).read_bytes()


def render(template: str, values: Mapping[str, Any]) -> str:
    return _environment().get_template(template).render(values)


def piece(macro: str, *values: Any) -> str:
    """One macro of ``pieces.html``: a part of a page that is also sent by itself."""
    return str(getattr(_environment().get_template("pieces.html").module, macro)(*values)).strip()


@cache
def _environment() -> Environment:
    loader = PackageLoader("paramedic.web.pages")
    environment = Environment(
        loader=loader, autoescape=True, finalize=_shown, undefined=ChainableUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {
        "ago": ago,
        "outside": outside_link,
        "captured": captured,
        "span": span,
        "words": words,
        "clip": clip,
        "cited": cited,
        "ticked": ticked,
        "spoken": spoken,
    }
    environment.globals |= {"version": {name: sha256(asset(name)).hexdigest()[:12] for name in ASSETS}}
    return environment


def _shown(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, str) and not isinstance(value, Markup) and not value.isprintable():
        return printable(value)
    return value


def words(value: object) -> str:
    """A name of ours as words: ``proven_fix``, ``pull_request``."""
    return str(value or "").replace("_", " ")


def outside_link(address: object) -> str | None:
    """The address when a browser may be sent there; None for ``javascript:`` and the like."""
    if not isinstance(address, str) or not address.startswith(("https://", "http://")):
        return None
    try:
        return address if urlsplit(address).hostname else None
    except ValueError:
        return None


def ago(moment: datetime | None) -> str:
    """How long ago, in the largest fitting unit."""
    if moment is None:
        return "never"
    seconds = (datetime.now(UTC) - moment).total_seconds()
    if seconds < 0:
        return f"in {span(-seconds)}"
    return "just now" if seconds < 10 else f"{span(seconds)} ago"


def span(seconds: float) -> str:
    """``0.4 s``, ``12 s``, ``3 min``, ``5 h``, ``9 days``."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    for unit, size, until in (("s", 1, 120), ("min", 60, 7200), ("h", 3600, 172_800)):
        if seconds < until:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds / 86400:.0f} days"


def clip(text: object, longest: int) -> str:
    """The beginning of a text that may be of any length, and how much more there is."""
    words = "" if text is None else str(text)
    return words if len(words) <= longest else f"{words[:longest]}… ({len(words) - longest:,} more characters)"


def ticked(text: object) -> Markup:
    """A sentence in which what stands between backticks is code."""
    return Markup(_coded(text))  # noqa: S704 - escaped in it; what is added are tags of ours


def _coded(text: object) -> str:
    return _TICKED.sub(r"<code>\1</code>", str(escape(printable("" if text is None else str(text)))))


def cited(text: object, ids: Sequence[str]) -> Markup:
    """As ``ticked``, and each ``E1`` that is one of ``ids`` leads to that fact."""
    known = frozenset(ids)

    def link(match: re.Match[str]) -> str:
        return f'<a href="#{match[0]}">{match[0]}</a>' if match[0] in known else match[0]

    return Markup(_CITED.sub(link, _coded(text)))  # noqa: S704 - escaped above; what is added is a letter and digits


def spoken(text: str) -> list[tuple[str, str]]:
    """What a session said, in pieces: ("diff", …) for the changes that it fenced as such, ("text", …) for all else."""
    pieces, at = [], 0
    for fence in _FENCED.finditer(text):
        pieces += [("text", text[at : fence.start()]), ("diff", fence["diff"])]
        at = fence.end()
    return [(kind, words.strip("\n")) for kind, words in (*pieces, ("text", text[at:])) if words.strip()]


def captured(value: object) -> str:
    """A captured variable: its repr as the SDK sent it, or the shape that holds several."""
    return value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False, default=str)

"""Text from outside, made fit to be read by a model: cut, scrubbed of secrets, and fenced with where it came from."""

from __future__ import annotations

import re
import unicodedata

from paramedic.effects.scrub import scrub, scrub_source
from paramedic.model.diagnosis import Provenance

_FENCE = re.compile(r"<(?=\s*/?\s*(?:untrusted|repository|playbook|knowledge|schema|system|paramedic))", re.IGNORECASE)
_KEPT = frozenset("\n\t")


def fenced(
    identity: str,
    source: str,
    text: str,
    limit: int,
    provenance: Provenance = Provenance.UNTRUSTED,
    *,
    addresses: bool = True,
) -> str:
    """``text`` between tags that nothing in it can close. ``source`` is ours; ``identity`` is what a claim cites."""
    tag = "repository" if provenance is Provenance.TRUSTED else "untrusted"
    return f'<{tag} id="{identity}" from="{source}">\n{safe(text, limit, provenance, addresses=addresses)}\n</{tag}>'


def taught(identity: str, kind: str, title: str, text: str, limit: int) -> str:
    """What people of this installation wrote for their sessions, which is not from outside, and still keeps no secrets."""
    return f'<{kind} id="{identity}">\n{safe(title, 300)}\n\n{safe(text, limit, Provenance.TRUSTED)}\n</{kind}>'


def safe(text: str, limit: int, provenance: Provenance = Provenance.UNTRUSTED, *, addresses: bool = True) -> str:
    """Without secrets, people's ``addresses``, invisible characters and our own tags, and at most about ``limit`` long.

    Secrets are looked for before the text is cut: half a key is still a secret, and no longer looks like one.
    """
    plain = visible(text[: limit * 8])
    scrubbed = scrub_source(plain) if provenance is Provenance.TRUSTED else scrub(plain, addresses=addresses)
    return cut(_FENCE.sub("\N{SINGLE LEFT-POINTING ANGLE QUOTATION MARK}", scrubbed), limit)


def visible(text: str) -> str:
    """Without control and format characters, which can hide text from a person or turn it around."""
    return "".join(letter for letter in text if letter in _KEPT or unicodedata.category(letter) not in ("Cc", "Cf", "Cs", "Co"))


def cut(text: str, limit: int) -> str:
    """The beginning and the end of what is too long."""
    if len(text) <= limit:
        return text
    head, tail = limit * 2 // 3, limit // 3
    return f"{text[:head]}\n[… {len(text) - head - tail} characters left out …]\n{text[-tail:]}"

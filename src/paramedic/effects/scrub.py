"""Secrets and personal data taken out of any text before it leaves the machine."""

from __future__ import annotations

import re

_HIDDEN = "[hidden]"

_KNOWN_SHAPES = re.compile(
    r"""
    -----BEGIN[ ][A-Z0-9 ]*PRIVATE[ ]KEY-----.*?(?:-----END[ ][A-Z0-9 ]*PRIVATE[ ]KEY-----|\Z)
    | \bgh[pousr]_[A-Za-z0-9]{16,} | \bgithub_pat_[A-Za-z0-9_]{20,}
    | \bgl(?:pat|dt|rt|cbt|ptt|ft|soat)-[A-Za-z0-9_-]{16,}
    | \bsntry[suia]_[A-Za-z0-9+/=_-]{16,}
    | \bxox[abposre]-[A-Za-z0-9-]{10,} | \bhttps://hooks\.slack\.com/services/[A-Za-z0-9/]+
    | \b(?:AKIA|ASIA|AGPA|AROA|AIDA)[A-Z0-9]{16}\b
    | \bAIza[A-Za-z0-9_-]{35}
    | \b[sr]k_(?:live|test)_[A-Za-z0-9]{16,} | \bwhsec_[A-Za-z0-9]{16,} | \bsk-[A-Za-z0-9_-]{20,}
    | \bcog_[A-Za-z0-9_-]{20,} | \bhf_[A-Za-z0-9]{30,}
    | \bnpm_[A-Za-z0-9]{30,} | \bpypi-[A-Za-z0-9_-]{30,} | \bSG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}
    | \beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*
    """,
    re.VERBOSE | re.DOTALL,
)
_URL_PASSWORD = re.compile(r"(\b[a-zA-Z][a-zA-Z0-9+.-]*://[^\s/:@]*):[^\s/@]+@")
_AUTHORIZATION = re.compile(r"(?i)\b(authorization['\"]?\s*[:=]\s*['\"]?(?:bearer|basic|token|digest)?\s*)[^\s'\",;]+")
_BEARER = re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{12,}")
_COOKIE = re.compile(r"(?i)\b((?:set-)?cookie['\"]?\s*[:=]\s*)(?:'[^'\n]*'|\"[^\"\n]*\"|[^\n]+)")
_NAMES = (
    r"(?:[a-z0-9_.-]*(?:passw(?:or)?d|passwd|pwd|passphrase|secret|api[_-]?key|apikey|access[_-]?key|private[_-]?key"
    r"|auth[_-]?token|access[_-]?token|refresh[_-]?token|session[_-]?id|sessionid|csrf[a-z_-]*|credentials?)[a-z0-9_]*|[a-z0-9_]*token)"
)
_NAMED = re.compile(rf"(?i)(['\"]?\b{_NAMES}['\"]?\s*(?::|=(?!=))\s*)(?:'[^'\n]*'|\"[^\"\n]*\"|[^\s'\",;)}}\]&]+)")
_EMAIL = re.compile(r"\b[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})*\.[A-Za-z]{2,24}\b")
_CARD = re.compile(r"\b(?:\d[ -]?){13,19}\b")


def scrub(text: str, *, addresses: bool = True) -> str:
    """``text`` with tokens, keys, passwords, cookies, payment card numbers and, unless told otherwise, e-mail addresses replaced
    by ``[hidden]``."""
    text = _KNOWN_SHAPES.sub(_HIDDEN, text)
    text = _URL_PASSWORD.sub(rf"\1:{_HIDDEN}@", text)
    text = _COOKIE.sub(rf"\1{_HIDDEN}", text)
    text = _AUTHORIZATION.sub(rf"\1{_HIDDEN}", text)
    text = _BEARER.sub(rf"\1 {_HIDDEN}", text)
    text = _NAMED.sub(rf"\1{_HIDDEN}", text)
    text = _CARD.sub(lambda found: _HIDDEN if _is_card(found[0]) else found[0], text)
    return _EMAIL.sub(_HIDDEN, text) if addresses else text


_LITERAL = re.compile(rf"(?i)(['\"]?\b{_NAMES}['\"]?\s*(?::|=(?!=))\s*)(?:'[^'\n]{{6,}}'|\"[^\"\n]{{6,}}\")")


def scrub_source(text: str) -> str:
    """As ``scrub`` for source code, which must stay readable: tokens and keys, passwords in URLs, and quoted values that are
    given to a name such as ``password``."""
    text = _KNOWN_SHAPES.sub(_HIDDEN, text)
    text = _URL_PASSWORD.sub(rf"\1:{_HIDDEN}@", text)
    return _LITERAL.sub(rf'\1"{_HIDDEN}"', text)


def _is_card(text: str) -> bool:
    """Luhn's check, so that order numbers and timestamps stay readable."""
    digits = [int(character) for character in text if character.isdigit()]
    doubled = (sum(divmod(digit * 2, 10)) for digit in digits[-2::-2])
    return 13 <= len(digits) <= 19 and (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0 and len(set(digits)) > 1

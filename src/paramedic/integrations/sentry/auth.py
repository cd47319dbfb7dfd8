"""Who sends: the public key of a DSN, which SDKs put into a header, the query or the envelope itself."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

_WHOLE = re.compile(r"[0-9A-Za-z_-]+")
_KEY = re.compile(r"(?:^|[\s,])sentry_key=([0-9A-Za-z_-]+)")


def public_key(auth_header: str | None, query: str, dsn: str | None = None) -> str | None:
    """The key that is named first in ``X-Sentry-Auth`` (or ``Authorization``), the query string, or the envelope's DSN."""
    if auth_header:
        scheme, _, rest = auth_header.partition(" ")
        found = _KEY.search(rest) if scheme.lower() == "sentry" else None
        if found:
            return found[1]
    named = parse_qs(query).get("sentry_key")
    given = named[0] if named else _user_of(dsn or "")
    return given if given and _WHOLE.fullmatch(given) else None


def _user_of(dsn: str) -> str | None:
    try:
        return urlsplit(dsn).username
    except ValueError:
        return None

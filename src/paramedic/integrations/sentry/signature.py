"""Sentry's webhook signature: HMAC-SHA256 over the raw body, keyed with the integration's Client Secret, in hex.

Source: ``build_signature`` in Sentry's ``sentry_apps/models/sentry_app.py``. The documented examples sign a re-serialised
body, which is wrong for most payloads; only the bytes as they came will do.
"""

from __future__ import annotations

import hashlib
import hmac


def verify_signature(secret: str, body: bytes, header: str | None) -> bool:
    """Whether ``header`` (``Sentry-Hook-Signature`` or ``Sentry-App-Signature``) signs ``body``, in constant time."""
    expected = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    # Bytes, since compare_digest refuses texts that are not ASCII, and a header may be anything.
    given = (header or "").encode("utf-8", "surrogatepass")
    return hmac.compare_digest(expected.encode(), given)

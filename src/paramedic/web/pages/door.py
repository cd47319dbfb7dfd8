"""Who may look at the pages, and whose forms are believed.

Whoever signs in gets a sitting: a signed cookie with the key of a row in the database, which ends after ``SITTING_SECONDS``, at
sign-out, and when the user is disabled or gets another password. As long as there is no user, the API token signs in too. The
cookie's signature is made with a key that all web processes share, and with the API token, so that a new one ends all sittings.
"""

from __future__ import annotations

import hmac
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response

from paramedic.accounts.throttle import Throttle
from paramedic.intake.desk import Desk
from paramedic.integrations.oidc.client import Provider
from paramedic.model.accounts import Identity, Role
from paramedic.store import sittings, users
from paramedic.store.engine import reading
from paramedic.store.secrets import shared_key
from paramedic.web.access import API_TOKEN, Gate, address_of

COOKIE = "paramedic_sitting"
SITTING_SECONDS = 12 * 3600


@dataclass(frozen=True, slots=True)
class Sitting:
    """``until`` is in epoch seconds; 0 for somebody who has not signed in, whose login form is still bound to ``nonce``."""

    nonce: str
    until: int = 0

    @property
    def text(self) -> str:
        return f"{self.nonce}.{self.until}"


NOBODY = Sitting("")


def stranger() -> Sitting:
    return Sitting(secrets.token_hex(16))


@dataclass
class Door:
    """``by_name`` and ``by_address`` bound how often a password is tried, in each web process."""

    gate: Gate
    by_name: Throttle = field(default_factory=lambda: Throttle(10, 300.0))
    by_address: Throttle = field(default_factory=lambda: Throttle(20, 60.0))
    provider: Provider | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        token = self.gate.desk.settings.paramedic_api_token
        mixed = b"pages of paramedic" + (token.get_secret_value().encode() if token else b"")
        self.provider = _provider(self.gate.desk)
        self._key = hmac.digest(shared_key(self.gate.engine, "pages"), mixed, "sha256")

    def visitor(self, request: Request) -> tuple[Sitting, Identity | None]:
        """The cookie's sitting, and who asks; None for a stranger."""
        sitting = self._sitting(request)
        return sitting, self._seated(sitting) or self.gate.holder(request)

    def person(self, request: Request) -> Identity | None:
        return self.visitor(request)[1]

    def open(self, user_id: int | None, request: Request) -> Sitting:
        """A sitting for this user, or for whoever gave the API token."""
        sitting = Sitting(secrets.token_hex(16), int(time.time()) + SITTING_SECONDS)
        ends_at = datetime.fromtimestamp(sitting.until, UTC)
        with self.gate.engine.begin() as connection:
            sittings.begin(connection, sitting.nonce, user_id, address_of(request), ends_at)
        return sitting

    def close(self, sitting: Sitting) -> None:
        with self.gate.engine.begin() as connection:
            sittings.end(connection, sitting.nonce)

    def seat(self, response: Response, sitting: Sitting) -> None:
        """Lax, not strict: whoever comes by a link in a chat or from the OIDC provider is still signed in. Forms have a seal."""
        secure = self.gate.desk.settings.paramedic_public_url.startswith("https://")
        value = f"{sitting.text}.{self._sign(f'sitting:{sitting.text}')}"
        age = SITTING_SECONDS if sitting.until else None
        response.set_cookie(COOKIE, value, age, path="/", secure=secure, httponly=True, samesite="lax")

    def seal(self, sitting: Sitting, salt: str = "") -> str:
        """What every form carries, so that no other page can send it.

        Salted, so that it is another one each time: pages are compressed and hold words of strangers, and the size of what
        does not change could be used to guess it.
        """
        salt = salt or secrets.token_hex(16)
        return salt + self._sign(f"form:{sitting.nonce}:{salt}")[:32]

    def is_sealed(self, sitting: Sitting, form: Mapping[str, str]) -> bool:
        given = form.get("seal", "")
        return _same(given, self.seal(sitting, given[:32]))

    def _sitting(self, request: Request) -> Sitting:
        """What the cookie says, when it is ours and has not ended."""
        nonce, until, signature = [*request.cookies.get(COOKIE, "").split("."), "", "", ""][:3]
        if not nonce or not until.isdecimal() or not _same(signature, self._sign(f"sitting:{nonce}.{until}")):
            return NOBODY
        sitting = Sitting(nonce, int(until))
        return sitting if sitting.until == 0 or sitting.until > time.time() else NOBODY

    def _seated(self, sitting: Sitting) -> Identity | None:
        if not sitting.until:
            return None
        with reading(self.gate.engine).connect() as connection:
            held = sittings.holder_of(connection, sitting.nonce)
            if held is None:
                return None
            (user_id,) = held
            if user_id is None:
                return None if self.gate.has_users else Identity(API_TOKEN, Role.ADMIN)
            user = users.find(connection, user_id)
        return user.identity if user.is_enabled else None

    def _sign(self, text: str) -> str:
        return hmac.new(self._key, text.encode("utf-8", "surrogateescape"), "sha256").hexdigest()


def _provider(desk: Desk) -> Provider | None:
    """Of ``[oidc]``, when there is one."""
    config, secret = desk.configuration.oidc, desk.settings.paramedic_oidc_client_secret
    if config is None:
        return None
    back = f"{desk.settings.paramedic_public_url}/login/oidc/callback"
    return Provider(config.issuer, config.client_id, back, secret.get_secret_value() if secret else None, config.scopes)


def _same(given: str, known: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), known.encode("utf-8", "surrogateescape"))

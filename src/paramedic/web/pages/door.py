"""Who may look at the pages, and whose forms are believed.

With an API token set, whoever gives it at the login form gets a sitting: a signed cookie that ends after ``SITTING_SECONDS``. The
key is made from the token, so that every web process knows it and a new token ends all sittings. Without a token, callers on
this machine are served, as by the API.
"""

from __future__ import annotations

import hmac
import secrets
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import Response

from paramedic.intake.desk import Desk
from paramedic.model.accounts import Identity, Role

COOKIE = "paramedic_sitting"
SITTING_SECONDS = 12 * 3600
MOST_WRONG_TOKENS, WRONG_FOR_SECONDS = 10, 60.0


@dataclass(frozen=True, slots=True)
class Sitting:
    """``until`` is in epoch seconds; 0 for somebody who has not signed in, whose login form is still bound to ``nonce``."""

    nonce: str
    until: int = 0

    @property
    def text(self) -> str:
        return f"{self.nonce}.{self.until}"


NOBODY = Sitting("")


@dataclass
class Door:
    desk: Desk
    _wrong: deque[float] = field(default_factory=deque)

    def __post_init__(self) -> None:
        token = self.desk.settings.paramedic_api_token
        secret = token.get_secret_value().encode() if token else secrets.token_bytes(32)
        self._key = hmac.digest(secret, b"pages of paramedic", "sha256")

    @property
    def asks_for_token(self) -> bool:
        return self.desk.settings.paramedic_api_token is not None

    def person(self, request: Request) -> Identity | None:
        """Who asks; None for a stranger."""
        known = self.desk.is_authorised(request) or self.sitting(request).until > time.time()
        return Identity("", Role.ADMIN) if known else None

    def sitting(self, request: Request) -> Sitting:
        """What the cookie says, when it is ours and has not ended."""
        nonce, until, signature = [*request.cookies.get(COOKIE, "").split("."), "", "", ""][:3]
        if not nonce or not until.isdecimal() or not _same(signature, self._sign(f"sitting:{nonce}.{until}")):
            return NOBODY
        sitting = Sitting(nonce, int(until))
        return sitting if sitting.until == 0 or sitting.until > time.time() else NOBODY

    def open(self, token: str) -> Sitting | None:
        """A sitting for whoever knows the token."""
        known = self.desk.settings.paramedic_api_token
        if known is not None and _same(token, known.get_secret_value()):
            return Sitting(secrets.token_hex(16), int(time.time()) + SITTING_SECONDS)
        self._wrong.append(time.monotonic())
        return None

    def is_besieged(self) -> bool:
        """Whether so many wrong tokens were given lately that no more are looked at for now."""
        while self._wrong and self._wrong[0] < time.monotonic() - WRONG_FOR_SECONDS:
            self._wrong.popleft()
        return len(self._wrong) >= MOST_WRONG_TOKENS

    def seat(self, response: Response, sitting: Sitting) -> None:
        secure = self.desk.settings.paramedic_public_url.startswith("https://")
        value = f"{sitting.text}.{self._sign(f'sitting:{sitting.text}')}"
        age = SITTING_SECONDS if sitting.until else None
        response.set_cookie(COOKIE, value, age, path="/", secure=secure, httponly=True, samesite="strict")

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

    def _sign(self, text: str) -> str:
        return hmac.new(self._key, text.encode("utf-8", "surrogateescape"), "sha256").hexdigest()


def _same(given: str, known: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), known.encode("utf-8", "surrogateescape"))

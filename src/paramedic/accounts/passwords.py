"""Passwords: argon2id with the library's parameters (RFC 9106, low memory), two at a time, so that guessing costs no more."""

from __future__ import annotations

import threading
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from paramedic.model.errors import BadInput

SHORTEST, LONGEST = 12, 1000
_HASHER = PasswordHasher()
_AT_ONCE = threading.BoundedSemaphore(2)


def hashed(password: str, name: str) -> str:
    """The hash to keep. Raises ``BadInput`` for a password that is too short, or is the user's name."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise BadInput(
            f"The password has {len(password)} characters.", remedy=f"Use at least {SHORTEST}; a sentence is easy to remember."
        )
    if len(set(password)) < 5 or password.lower().startswith(name.lower()):
        raise BadInput("The password is too easy to guess.", remedy="Use neither your name nor one character again and again.")
    return _hashed(password)


def matches(password_hash: str | None, password: str) -> bool:
    """Takes the same time without a hash, so that nobody learns which names there are."""
    with _AT_ONCE:
        try:
            known = _HASHER.verify(password_hash or _nobodys(), password[: LONGEST + 1].encode("utf-8", "surrogateescape"))
        except (VerificationError, InvalidHashError):
            return False
    return known and password_hash is not None


def is_outdated(password_hash: str) -> bool:
    """Whether it was made with weaker parameters than today's."""
    return _HASHER.check_needs_rehash(password_hash)


def rehashed(password: str) -> str:
    return _hashed(password)


@cache
def _nobodys() -> str:
    return _HASHER.hash(b"nobody")


def _hashed(password: str) -> str:
    with _AT_ONCE:
        return _HASHER.hash(password.encode("utf-8", "surrogateescape"))

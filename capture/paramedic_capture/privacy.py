"""What must not leave the process: by name, by the SDK's own rules, and by the look of a value."""

from __future__ import annotations

import re
from typing import Any, Iterable

from sentry_sdk.scrubber import EventScrubber


def _set(*lines: str) -> frozenset[str]:
    return frozenset(" ".join(lines).split())


_WORDS = _set(
    "password passwd pwd passphrase secret secrets credential credentials apikey privatekey authorization cvv cvc ssn iban pin"
)
_PAIRS = _set(
    "api_key private_key access_key secret_key signing_key encryption_key session_key access_token refresh_token auth_token",
    "id_token bearer_token csrf_token api_token user_token session_id card_number credit_card account_number social_security",
)
_PERSONAL = _set(
    "email mail phone mobile fax address street zip postcode firstname lastname surname fullname birthday birthdate username ip"
)
_PERSONAL_PAIRS = _set("first_name last_name full_name user_name birth_date date_of ip_address remote_addr")
_LOOKS = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY|\beyJ[\w-]{8,}\.[\w-]{8,}\.|\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|\b(?:sk|rk|pk)_(?:live|test)_\w{8,}"
    r"|\bgh[pousr]_\w{20,}|\bglpat-[\w-]{20,}|\bxox[abprs]-[\w-]{10,}|\b(?:Bearer|Basic) [\w+/=.-]{12,}"
    r"|://[^/\s:@]*:[^/\s@]+@"
)
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_MARK = "unchanged"


class Secrets:
    """The rules for one event. ``scrubber`` is the SDK's, ``pii`` whether persons' data is sent, ``more`` are names to hide."""

    def __init__(self, scrubber: Any, pii: bool, more: Iterable[str] = ()) -> None:
        self._scrubber = scrubber
        self._pii = pii
        self._more = frozenset(name.lower() for name in more)
        self._known: dict[str, bool] = {}

    def hides(self, name: str) -> bool:
        """Whether what goes by this name, as variable, attribute or key, is left out."""
        if name not in self._known:
            self._known[name] = self._hidden(name)
        return self._known[name]

    def _hidden(self, name: str) -> bool:
        words = _words(name)
        return (
            name.lower() in self._more
            or not _WORDS.isdisjoint(words)
            or not _PAIRS.isdisjoint(map("_".join, zip(words, words[1:])))
            or self._scrubbed(name)
        )

    def _scrubbed(self, name: str) -> bool:
        """Asked of the SDK's scrubber itself, so that one's own list and one's own subclass count."""
        if not self._scrubber:
            return False
        asked = {name.strip("_"): _MARK, name: _MARK}
        self._scrubber.scrub_dict(asked)
        return any(answer is not _MARK for answer in asked.values())

    def leaks(self, text: str) -> bool:
        """Whether a text looks like a key, a token or a password in an address, whatever its name."""
        return _LOOKS.search(text) is not None

    def personal(self, name: str) -> bool:
        """Whether what goes by this name is a person's, and the SDK was not told to send such."""
        if self._pii:
            return False
        words = _words(name)
        return not _PERSONAL.isdisjoint(words) or not _PERSONAL_PAIRS.isdisjoint(map("_".join, zip(words, words[1:])))

    def masked(self, text: str, personal: bool) -> str:
        """The text with what is a person's replaced letter by letter; the shape stays, for the crash may depend on it."""
        if self._pii:
            return text
        return _alike(text) if personal else _ADDRESS.sub(lambda match: _alike(match[0]), text)


def rules_of(options: dict[str, Any], more: Iterable[str]) -> Secrets | None:
    """What the SDK was told, by ``data_collection`` or by the options that were before it; None for no variables at all."""
    if not options.get("include_local_variables", True):
        return None
    told = options.get("data_collection") or {}
    pii = bool(told.get("user_info") if told.get("provided_by_user") else options.get("send_default_pii"))
    variables = told.get("stack_frame_variables", True)
    if isinstance(variables, dict):
        if variables.get("mode") != "denylist":
            return None
        more = [*more, *(variables.get("terms") or ())]
    return Secrets(options.get("event_scrubber") or EventScrubber(send_default_pii=pii), pii, more) if variables else None


def _alike(text: str) -> str:
    return "".join(
        "x" if letter.islower() else "X" if letter.isupper() else "1" if letter.isdigit() else letter for letter in text
    )


def _words(name: str) -> list[str]:
    return [part.lower() for part in _PART.findall(name[:200])]

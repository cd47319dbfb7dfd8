"""What is asked of an OpenID Connect provider: where to send people, and who came back (OpenID Connect Core 1.0, 3.1)."""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from paramedic.integrations.http import Outside, Patience
from paramedic.model.errors import BadInput, OutsideError

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
"""Of the provider's own key pairs; a shared secret or none would let the client sign for it."""
LEEWAY_SECONDS = 60
_KEPT_SECONDS = 3600.0
_PATIENCE = Patience(connect_seconds=3.0, read_seconds=5.0, attempts=2)
_SYSTEM = "The OIDC provider"


@dataclass
class Provider:
    """What the provider publishes is kept for an hour; its keys are fetched anew when one is not among them."""

    issuer: str
    client_id: str
    redirect_uri: str
    secret: str | None = None
    scopes: str = "openid email profile"
    _kept: dict[str, tuple[float, Mapping[str, Any]]] = field(default_factory=dict)

    def sign_in_address(self, state: str, nonce: str, verifier: str) -> str:
        """Where the browser goes. Raises ``OutsideError`` when the provider cannot be asked for it."""
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
        query = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "scope": self.scopes,
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        address = self._address("authorization_endpoint")
        return f"{address}{'&' if urlsplit(address).query else '?'}{urlencode(query)}"

    def claims(self, code: str, verifier: str, nonce: str) -> Mapping[str, Any]:
        """Who came back with ``code``. Raises ``BadInput`` for a token that is not for us, now, and this sign-in."""
        token = self._redeemed(code, verifier)
        try:
            claims = self._verified(token)
            self._rules(nonce).validate(dict(claims))
        except JoseError as error:
            # Its description names the rule, never the token.
            raise BadInput(f"The provider's token is refused: {error.description or error.error}.") from error
        if claims.get("azp", self.client_id) != self.client_id:
            raise BadInput("The provider's token is refused: it was issued to another client.")
        return claims

    def _redeemed(self, code: str, verifier: str) -> str:
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            "code_verifier": verifier,
            "client_id": self.client_id,
        }
        headers = {}
        if self.secret and "client_secret_post" in self._methods() and "client_secret_basic" not in self._methods():
            fields["client_secret"] = self.secret
        elif self.secret:
            pair = f"{quote(self.client_id, safe='')}:{quote(self.secret, safe='')}"
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        outside, path = _outside(self._address("token_endpoint"), headers)
        try:
            answer = outside.post_form(path, fields)
        finally:
            outside.close()
        token = answer.get("id_token") if isinstance(answer, Mapping) else None
        if not isinstance(token, str):
            raise OutsideError(f"{_SYSTEM} answered without an id_token.", permanent=True)
        return token

    def _verified(self, token: str) -> Mapping[str, Any]:
        try:
            return jwt.decode(token, self._keys(), algorithms=ALGORITHMS).claims
        except InvalidKeyIdError:
            # Providers change their keys; somebody's token with a made-up one costs one more look.
            return jwt.decode(token, self._keys(anew=True), algorithms=ALGORITHMS).claims
        except (ValueError, TypeError) as error:
            raise BadInput("The provider's token is refused: it cannot be read.") from error

    def _rules(self, nonce: str) -> jwt.JWTClaimsRegistry:
        return jwt.JWTClaimsRegistry(
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": self.issuer},
            aud={"essential": True, "value": self.client_id},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        )

    def _methods(self) -> tuple[str, ...]:
        named = self._published().get("token_endpoint_auth_methods_supported")
        return tuple(map(str, named)) if isinstance(named, list) else ("client_secret_basic",)

    def _address(self, name: str) -> str:
        """Of an endpoint; never without TLS, but for a provider on this machine."""
        address = self._published().get(name)
        if not isinstance(address, str) or urlsplit(address).scheme not in ("https", urlsplit(self.issuer).scheme):
            raise OutsideError(f"{_SYSTEM} publishes no {name} that can be used.", permanent=True)
        return address

    def _published(self) -> Mapping[str, Any]:
        document = self._fetched(self.issuer.rstrip("/") + "/.well-known/openid-configuration")
        if document.get("issuer") != self.issuer:
            raise OutsideError(
                f"{_SYSTEM} calls itself {str(document.get('issuer'))[:200]!r}, and not {self.issuer!r}.",
                remedy="Set issuer in [oidc] to exactly that.",
                permanent=True,
            )
        return document

    def _keys(self, *, anew: bool = False) -> KeySet:
        document = self._fetched(self._address("jwks_uri"), anew=anew)
        try:
            return KeySet.import_key_set({"keys": document["keys"]})
        except (JoseError, KeyError, TypeError, ValueError) as error:
            raise OutsideError(f"{_SYSTEM} publishes keys that cannot be read.", permanent=True) from error

    def _fetched(self, address: str, *, anew: bool = False) -> Mapping[str, Any]:
        at, document = self._kept.get(address, (-_KEPT_SECONDS, {}))
        if not anew and time.monotonic() - at < _KEPT_SECONDS:
            return document
        outside, path = _outside(address)
        try:
            found = outside.get(path)
        finally:
            outside.close()
        if not isinstance(found, Mapping):
            raise OutsideError(f"{_SYSTEM} answered {path} with no object.", permanent=True)
        self._kept[address] = time.monotonic(), found
        return found


def _outside(address: str, headers: Mapping[str, str] | None = None) -> tuple[Outside, str]:
    parts = urlsplit(address)
    outside = Outside(_SYSTEM, f"{parts.scheme}://{parts.netloc}", headers or {}, patience=_PATIENCE)
    return outside, parts.path + (f"?{parts.query}" if parts.query else "")

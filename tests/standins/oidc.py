"""An OpenID Connect provider: one client, Authorization Code with PKCE, tokens that are really signed."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from dataclasses import dataclass
from urllib.parse import urlencode

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from standins.base import Answer, Asked, StandIn

CLIENT, SECRET = "paramedic", "s3cret+/ of:the client"


@dataclass(frozen=True)
class Grant:
    """What a code stands for, until it is redeemed."""

    nonce: str
    challenge: str
    redirect_uri: str


class OidcProvider(StandIn):
    """``person`` has the claims of whoever signs in next; ``spoilt`` ones are put into the token over the right ones."""

    routes = (
        ("GET", "/.well-known/openid-configuration", "discover"),
        ("GET", "/jwks", "publish"),
        ("GET", "/authorize", "authorize"),
        ("POST", "/token", "redeem"),
    )

    def __init__(self) -> None:
        super().__init__()
        self.key = RSAKey.generate_key(2048, {"kid": "first", "alg": "RS256", "use": "sig"})
        self.published = [self.key]
        self.person: dict[str, object] = {}
        self.spoilt: dict[str, object] = {}
        self.algorithm = "RS256"
        self.issuer: str | None = None
        self._grants: dict[str, Grant] = {}

    def discover(self, asked: Asked) -> Answer:
        endpoints = {"jwks_uri": "jwks", "authorization_endpoint": "authorize", "token_endpoint": "token"}
        addresses = {name: f"{self.url}/{path}" for name, path in endpoints.items()}
        return Answer(200, {"issuer": self.issuer or self.url, **addresses})

    def publish(self, asked: Asked) -> Answer:
        return Answer(200, KeySet(self.published).as_dict(private=False))

    def authorize(self, asked: Asked) -> Answer:
        query = asked.query
        if (query["client_id"], query["response_type"], query["code_challenge_method"]) != (CLIENT, "code", "S256"):
            return Answer(400, {"error": "invalid_request"})
        code = f"code{len(self._grants)}"
        self._grants[code] = Grant(query["nonce"], query["code_challenge"], query["redirect_uri"])
        back = f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"
        return Answer(302, {}, {"Location": back})

    def redeem(self, asked: Asked) -> Answer:
        fields = asked.body
        assert isinstance(fields, dict)
        basic = base64.b64encode(f"{CLIENT}:s3cret%2B%2F%20of%3Athe%20client".encode()).decode()
        if asked.headers.get("Authorization", asked.headers.get("authorization")) != f"Basic {basic}":
            return Answer(401, {"error": "invalid_client"})
        grant = self._grants.pop(str(fields.get("code")), None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(fields["code_verifier"].encode()).digest()).decode().rstrip("=")
        if grant is None or (challenge, fields["redirect_uri"]) != (grant.challenge, grant.redirect_uri):
            return Answer(400, {"error": "invalid_grant"})
        return Answer(200, {"access_token": "x", "token_type": "Bearer", "id_token": self._token(grant)})

    def _token(self, grant: Grant) -> str:
        now = int(time.time())
        right = {"iss": self.url, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": grant.nonce}
        claims = right | self.person | self.spoilt
        header = {"alg": self.algorithm, "kid": self.key.kid}
        if self.algorithm == "none":
            parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in (header, claims)]
            return ".".join([*parts, ""])
        return jwt.encode(header, claims, self.key, algorithms=[self.algorithm])

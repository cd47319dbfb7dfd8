"""Signing in at the organisation's OIDC provider: each start is one browser's and is taken once; the claims say the role."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from paramedic.integrations.oidc.client import Provider
from paramedic.model.accounts import Role
from paramedic.model.errors import BadInput
from paramedic.settings.file import OidcConfig
from paramedic.store import users
from paramedic.store.moments import aware
from paramedic.store.schema import oidc_starts
from paramedic.store.secrets import digest
from paramedic.store.users import User

_MINUTES = 10


@dataclass(frozen=True, slots=True)
class Start:
    """What was agreed on when the browser was sent away; ``next`` is where it wants to go when it is back."""

    nonce: str
    verifier: str
    next: str


def begin(engine: sa.Engine, provider: Provider, browser: str, path: str) -> str:
    """Where to send the browser that holds ``browser``, a secret of its own."""
    state, now = secrets.token_urlsafe(32), datetime.now(UTC)
    start = Start(secrets.token_urlsafe(32), secrets.token_urlsafe(48), path[:500])
    address = provider.sign_in_address(state, start.nonce, start.verifier)
    row = {"state_hash": digest(state), "browser": digest(browser), "ends_at": now + timedelta(minutes=_MINUTES)}
    with engine.begin() as connection:
        connection.execute(sa.delete(oidc_starts).where(oidc_starts.c.ends_at <= now))
        connection.execute(sa.insert(oidc_starts).values(**row, nonce=start.nonce, verifier=start.verifier, next=start.next))
    return address


def take(engine: sa.Engine, state: str, browser: str) -> Start:
    """The start that the browser comes back with, which is over by this. Raises ``BadInput`` for any other."""
    known = oidc_starts.c.state_hash == digest(state)
    with engine.begin() as connection:
        row = connection.execute(sa.select(oidc_starts).where(known, oidc_starts.c.browser == digest(browser))).mappings().first()
        taken = row is not None and connection.execute(sa.delete(oidc_starts).where(known)).rowcount == 1
    if row is None or not taken or aware(row["ends_at"]) <= datetime.now(UTC):
        raise BadInput("This sign-in was not begun in this browser, or is over.", remedy="Begin again on the page to sign in.")
    return Start(row["nonce"], row["verifier"], row["next"])


def finish(engine: sa.Engine, config: OidcConfig, claims: Mapping[str, Any]) -> User:
    """The user that the claims are of, made or brought up to date. Raises ``BadInput`` for somebody who may not come in."""
    role, email = role_of(config, claims), _email(claims)
    subject = f"{config.issuer}|{claims['sub']}"[:500]
    with engine.begin() as connection:
        user = users.by_subject(connection, subject)
        if user is None:
            name = email or str(claims.get("preferred_username") or claims["sub"])
            user = users.create(connection, name, role, "OIDC", email=email, subject=subject)
        if not user.is_enabled:
            raise BadInput(f"{user.name} is disabled here.", remedy="Ask an administrator.")
        if config.roles and user.role is not role:
            user = users.set_role(connection, user, role)
        return users.signed_in(connection, user)


def role_of(config: OidcConfig, claims: Mapping[str, Any]) -> Role:
    """The highest role that the claim's values stand for, else the default. Raises ``BadInput`` where there is none."""
    domain = (_email(claims) or "").rpartition("@")[2]
    if config.allowed_domains and domain not in {allowed.lower() for allowed in config.allowed_domains}:
        raise BadInput("Your account has no verified e-mail address of a domain that may sign in here.")
    named = [config.roles[value] for value in _values(claims.get(config.role_claim)) if value in config.roles]
    if named:
        return max(named, key=tuple(Role).index)
    if config.default_role is None:
        raise BadInput("Your account has no role here.", remedy=f"Its claim {config.role_claim!r} must name one.")
    return config.default_role


def _email(claims: Mapping[str, Any]) -> str | None:
    """Only one that the provider has verified: others are what anybody typed."""
    email = claims.get("email")
    return email.lower() if isinstance(email, str) and claims.get("email_verified") is True else None


def _values(claim: object) -> Iterable[str]:
    return [value for value in (claim if isinstance(claim, list) else [claim]) if isinstance(value, str)]

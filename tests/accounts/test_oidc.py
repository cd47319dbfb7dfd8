"""Signing in at an OpenID Connect provider on loopback, which signs its tokens, and is not always honest."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest
from joserfc.jwk import OctKey, RSAKey
from pydantic import ValidationError
from starlette.testclient import TestClient
from tests.standins.oidc import SECRET, OidcProvider

from accounts.conftest import House, house
from paramedic.model.accounts import Role
from paramedic.settings.file import OidcConfig
from paramedic.store import audit, users

ADA = {"sub": "u-1", "email": "Ada@acme.example", "email_verified": True, "groups": ["staff", "sre"]}


@pytest.fixture
def provider() -> Iterator[OidcProvider]:
    with OidcProvider().running() as running:
        assert isinstance(running, OidcProvider)
        running.person = dict(ADA)
        yield running


@pytest.fixture
def place(tmp_path: Path, provider: OidcProvider) -> House:
    configuration = f"""
        [oidc]
        issuer = "{provider.url}"
        client_id = "paramedic"
        name = "Acme"
        allowed_domains = ["acme.example"]
        default_role = "viewer"
        roles = {{ sre = "responder", leads = "admin" }}
    """
    place = house(tmp_path, configuration, paramedic_oidc_client_secret=SECRET)
    place.add("root", Role.ADMIN)
    return place


def there_and_back(browser: TestClient, path: str = "/issues") -> str:
    """The way to the provider and back to us, as far as its redirect."""
    assert "Sign in with Acme" in browser.get(f"/login?next={path}").text
    away = browser.get(f"/login/oidc?next={path}")
    assert away.status_code == 303
    back = httpx2.get(away.headers["location"]).headers["location"]
    assert back.startswith("http://127.0.0.1:8337/login/oidc/callback?code=")
    return back


def signed_in(place: House) -> tuple[int, str]:
    with place.browser() as browser:
        answer = browser.get(there_and_back(browser))
        return answer.status_code, answer.text


def role_of(place: House, name: str = "ada@acme.example") -> Role | None:
    with place.engine.begin() as connection:
        user = users.named(connection, name)
    return user.role if user else None


def test_whoever_the_provider_knows_comes_in_with_the_role_of_their_groups(place: House, provider: OidcProvider) -> None:
    with place.browser() as browser:
        answer = browser.get(there_and_back(browser))
        assert (answer.status_code, answer.headers["location"]) == (303, "/issues")
        assert browser.get("/issues").status_code == 200
        assert browser.get("/settings").status_code == 403
        assert role_of(place) is Role.RESPONDER
    for groups, role in ((["sre", "leads"], Role.ADMIN), ("sre", Role.RESPONDER), ([], Role.VIEWER), ({"sre": 1}, Role.VIEWER)):
        provider.person["groups"] = groups
        assert signed_in(place)[0] == 303
        assert role_of(place) is role, groups
    with place.engine.begin() as connection:
        assert len(users.listed(connection)) == 2, "one person, however often"
        users.disable(connection, users.find(connection, "ada@acme.example"))
    assert "is disabled here" in signed_in(place)[1]


@pytest.mark.parametrize(
    ("spoilt", "why"),
    [
        ({"nonce": "of another sign-in"}, "nonce"),
        ({"nonce": None}, "nonce"),
        ({"exp": time.time() - 3600}, "expired"),
        ({"aud": "another"}, "aud"),
        ({"aud": ["paramedic", "another"], "azp": "another"}, "another client"),
        ({"iss": "https://evil.example"}, "iss"),
        ({"iat": time.time() + 3600}, "in the future"),
        ({"sub": ""}, "sub"),
        ({"email_verified": False}, "no verified e-mail"),
        ({"email": "ada@acme.example.evil.example"}, "no verified e-mail"),
        ({"email": "root"}, "no verified e-mail"),
    ],
)
def test_a_token_that_is_not_for_us_now_and_this_sign_in_is_refused(
    place: House, provider: OidcProvider, spoilt: dict[str, object], why: str
) -> None:
    provider.spoilt = spoilt
    status, text = signed_in(place)
    assert (status, why in text) == (400, True), text
    assert role_of(place) is None
    with place.engine.begin() as connection:
        assert "sign in by OIDC" in [one.entry.action for one in audit.page(connection, text="refused")]


def test_a_key_that_is_not_the_providers_is_refused_and_a_new_one_of_its_own_is_fetched(
    place: House, provider: OidcProvider
) -> None:
    assert signed_in(place)[0] == 303
    honest = provider.key
    for kid in ("unknown", "first"):
        provider.key = RSAKey.generate_key(2048, {"kid": kid})
        assert signed_in(place)[0] == 400, kid
    provider.algorithm, provider.key = "HS256", OctKey.import_key(SECRET, {"kid": "first"})
    assert signed_in(place)[0] == 400, "whoever knows the secret of the client is not the provider"
    provider.algorithm, provider.key = "none", honest
    assert signed_in(place)[0] == 400
    provider.algorithm = "RS256"
    provider.key = RSAKey.generate_key(2048, {"kid": "second", "use": "sig"})
    provider.published.append(provider.key)
    assert signed_in(place)[0] == 303
    assert provider.count("GET", "openid-configuration") == 1


def test_a_start_is_one_browsers_and_is_taken_once(place: House, provider: OidcProvider) -> None:
    with place.browser() as browser, place.browser() as other:
        back = there_and_back(browser)
        other.get("/login")
        assert other.get(back).status_code == 400, "a link to sign somebody in as somebody else"
        assert browser.get(back.replace("state=", "state=x")).status_code == 400
        assert browser.get("/login/oidc/callback").status_code == 400
        asked = len(provider.asked)
        assert browser.get(back).status_code == 303
        assert len(provider.asked) == asked + 2, "the keys, and the code once"
        assert browser.get(back).status_code == 400, "replayed"
        refused = f"{urlsplit(back).path}?error=access_denied&{there_and_back(other).partition('&')[2]}"
        assert "let nobody in" in other.get(refused).text


def test_a_provider_that_fails_or_calls_itself_otherwise_is_told_of(place: House, provider: OidcProvider) -> None:
    with place.browser() as browser:
        provider.issuer = "https://evil.example"
        assert browser.get("/login/oidc").status_code == 502
        assert "calls itself" in browser.get("/login/oidc").text
        assert browser.get("/login").status_code == 200


def test_nobody_takes_the_name_of_another(place: House, provider: OidcProvider) -> None:
    place.add("ada@acme.example", Role.ADMIN)
    assert signed_in(place)[0] == 400
    assert role_of(place) is Role.ADMIN


@pytest.mark.parametrize(
    "wrong",
    [{}, {"default_role": "viewer"}, {"roles": {"x": "king"}}, {"roles": {"x": "admin"}, "issuer": "http://idp.acme.example"}],
)
def test_a_configuration_that_lets_everybody_in_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        OidcConfig.model_validate({"issuer": "https://idp.acme.example", "client_id": "x", **wrong})

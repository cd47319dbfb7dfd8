"""What never leaves the machine."""

from __future__ import annotations

import pytest

from paramedic.effects.scrub import scrub


@pytest.mark.parametrize(
    "secret",
    [
        "ghp_" + "a1B2" * 9,
        "cog_" + "a1B2" * 9,
        "hf_" + "a1B2" * 9,
        "github_pat_" + "a1B2" * 10,
        "glpat-" + "x" * 20,
        "sntrys_" + "eyJpYXQi" * 4,
        "sntryu_" + "0f" * 32,
        "xoxb-" + "1234567890-abcdef",
        "AKIA" + "IOSFODNN7EXAMPLE",
        "AIza" + "B" * 35,
        "sk_live_" + "4eC39HqLyjWDarjtT1zdp7dc",
        "npm_" + "a" * 36,
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N",
        "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\nabc\n-----END RSA PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\ncut off here",
        "ada.lovelace+shop@mail.example.org",
        "4111 1111 1111 1111",
        "5500005555555559",
    ],
)
def test_a_secret_is_known_by_its_shape(secret: str) -> None:
    assert secret not in scrub(f"before {secret} after")
    assert scrub(f"before {secret}").startswith("before ")


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("password = 'hunter2'", "hunter2"),
        ("{'api_key': 'abc-123', 'n': 1}", "abc-123"),
        ("DB_PASSWORD=s3cret&x=1", "s3cret"),
        ("Authorization: Bearer abcdef", "abcdef"),
        ('"authorization": "Basic dXNlcjpwYXNz"', "dXNlcjpwYXNz"),
        ("Cookie: sessionid=abc; csrftoken=def", "abc"),
        ("Set-Cookie: id=xyz; HttpOnly", "xyz"),
        ("postgres://user:pw123@db/shop", "pw123"),
        ("access_token: 'tok'", "tok'"),
    ],
)
def test_a_secret_is_known_by_its_name(text: str, secret: str) -> None:
    assert secret not in scrub(text)
    assert "[hidden]" in scrub(text)


@pytest.mark.parametrize(
    "text",
    [
        "order 4711 of 2026-11-20T10:00:00",
        "total = price * count",
        "if password == other:",
        "1763632800000 events",
        "shop/cart.py:14 in total",
        "https://shop.example/path?page=2",
    ],
)
def test_ordinary_text_stays(text: str) -> None:
    assert scrub(text) == text

"""Every form of an issue's or event's address."""

from __future__ import annotations

import pytest

from paramedic.integrations.sentry.reference import Reference, parse_reference
from paramedic.model.errors import BadInput

EVENT = "0123456789abcdef0123456789abcdef"
IO = "https://sentry.io"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("4711", Reference("4711")),
        ("SHOP-1A", Reference("SHOP-1A")),
        (f"{IO}/organizations/acme/issues/4711/", Reference("4711", None, "acme", None, IO)),
        (f"{IO}/organizations/acme/issues/4711/?project=2&query=is%3Aunresolved", Reference("4711", None, "acme", None, IO)),
        (f"{IO}/organizations/acme/issues/4711/events/{EVENT}/", Reference("4711", EVENT, "acme", None, IO)),
        (f"{IO}/organizations/acme/issues/4711/events/latest/", Reference("4711", None, "acme", None, IO)),
        ("https://acme.sentry.io/issues/4711/", Reference("4711", None, "acme", None, IO)),
        (f"https://acme.sentry.io/issues/4711/events/{EVENT}/?x=1", Reference("4711", EVENT, "acme", None, IO)),
        ("https://acme.sentry.io/issues/SHOP-1A/", Reference("SHOP-1A", None, "acme", None, IO)),
        ("https://de.sentry.io/organizations/acme/issues/4711/", Reference("4711", None, "acme", None, "https://de.sentry.io")),
        ("http://sentry.local:9000/sentry/shop/issues/12/", Reference("12", None, "sentry", "shop", "http://sentry.local:9000")),
        ("http://sentry.local:9000/sentry/shop/group/12/", Reference("12", None, "sentry", "shop", "http://sentry.local:9000")),
        (
            "https://s.example/sentry/shop/issues/12/events/99/",
            Reference("12", "99", "sentry", "shop", "https://s.example"),
        ),
        ("https://glitch.example/acme/issues/12", Reference("12", None, "acme", None, "https://glitch.example")),
        (
            f"https://acme.sentry.io/discover/shop:{EVENT}/",
            Reference(None, EVENT, "acme", "shop", IO),
        ),
        (f"{IO}/api/0/organizations/acme/issues/4711/events/{EVENT}/", Reference("4711", EVENT, "acme", None, IO)),
        (f"{IO}/api/0/issues/4711/", Reference("4711", None, None, None, IO)),
        (f"{IO}/api/0/projects/acme/shop/events/{EVENT}/json/", Reference(None, EVENT, "acme", "shop", IO)),
        (
            f"https://bugsink.example/issues/issue/{EVENT}/event/last/",
            Reference(EVENT, None, None, None, "https://bugsink.example"),
        ),
    ],
)
def test_an_address_is_read(text: str, expected: Reference) -> None:
    assert parse_reference(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "event.json",
        "../x",
        "https://sentry.io/",
        "https://sentry.io/organizations/acme/issues/",
        "https://x/settings/account/",
    ],
)
def test_anything_else_is_refused_with_the_forms_that_are_understood(text: str) -> None:
    with pytest.raises(BadInput, match=r"/organizations/ORG/issues/ID/"):
        parse_reference(text)

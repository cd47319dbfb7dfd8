"""Whether strangers could get at the API: no server is started that serves them."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from paramedic.model.errors import NotConfigured
from paramedic.settings.environment import Settings


def is_exposed(settings: Settings) -> bool:
    """Whether clients elsewhere are to reach it while no API token is set.

    A proxy on this machine that adds no X-Forwarded-For makes everybody look like a caller on this machine.
    """
    return settings.paramedic_api_token is None and not is_of_this_machine(settings.paramedic_public_url)


def refuse_exposure(settings: Settings) -> None:
    """Raises ``NotConfigured`` that names both settings."""
    if is_exposed(settings):
        raise NotConfigured(
            f"PARAMEDIC_PUBLIC_URL is {settings.paramedic_public_url}, and PARAMEDIC_API_TOKEN is not set: behind a proxy the "
            "API and the pages would be open to everybody.",
            remedy="Set PARAMEDIC_API_TOKEN to a long random text, or take PARAMEDIC_PUBLIC_URL away.",
        )


def is_of_this_machine(url: str) -> bool:
    """Whether the address leads to whatever machine it is opened on."""
    try:
        host = urlsplit(url).hostname or ""
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False

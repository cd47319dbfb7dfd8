"""What the receivers share: settings, the inbox, and who may see what."""

from __future__ import annotations

import hmac
import ipaddress
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

import orjson
from starlette.requests import Request

from paramedic.intake.answers import Refused
from paramedic.intake.inbox import Inbox
from paramedic.settings import Configuration, Settings
from paramedic.settings.environment import AppEnvironment
from paramedic.settings.exposure import is_exposed
from paramedic.settings.file import ProjectConfig


@dataclass
class Desk:
    settings: Settings
    configuration: Configuration
    inbox: Inbox

    @cached_property
    def projects_by_number(self) -> dict[str, tuple[str, ProjectConfig]]:
        """Configured projects that have a DSN, by the number in it."""
        projects = self.configuration.projects.items()
        return {str(project.id): (slug, project) for slug, project in projects if project.id and project.public_key}

    def is_authorised(self, request: Request) -> bool:
        """Whether the caller holds the API token; without one set, whether it is on this machine, and is no guest's page."""
        if self.settings.paramedic_api_token is None:
            return self.is_of_this_machine(request)
        return self.is_api_token(bearer(request))

    def is_api_token(self, given: str) -> bool:
        token = self.settings.paramedic_api_token
        known = token.get_secret_value() if token else ""
        return bool(known) and hmac.compare_digest(given.encode("utf-8", "surrogateescape"), known.encode())

    def is_of_this_machine(self, request: Request) -> bool:
        """Whether the caller is on this machine, and is no guest's page."""
        return is_loopback(request) and self._foreign_name(request) is None

    def refusal(self, request: Request) -> str:
        """Why a caller is not served while no token is set."""
        if is_loopback(request) and (foreign := self._foreign_name(request)):
            return (
                f"The request's header {foreign!r} is not a name of this machine, and only callers by 127.0.0.1 or localhost "
                "are served until PARAMEDIC_API_TOKEN is set."
            )
        return "Only callers on this machine are served until PARAMEDIC_API_TOKEN is set."

    def _foreign_name(self, request: Request) -> str | None:
        """The header, with its value, that calls us by a name that is not this machine's.

        A browser on this machine runs pages of strangers: they come from another origin, or by a name of theirs that was made
        to lead here. And a proxy may pass on what strangers ask of it under our public name.
        """
        ours = {"127.0.0.1", "localhost", "::1"}
        if not is_exposed(self.settings):
            ours.add(_host(self.settings.paramedic_public_url) or "localhost")
        host = request.headers.get("host", "")
        asked = [("Host", host, f"//{host}"), *(("Origin", origin, origin) for origin in request.headers.getlist("origin"))]
        return next((f"{name}: {value[:80]}" for name, value, address in asked if _host(address) not in ours), None)

    def may_be_unsigned(self, request: Request) -> bool:
        """Only for a developer's own machine."""
        return self.settings.app_env is AppEnvironment.DEVELOPMENT and is_loopback(request)


def _host(address: str) -> str | None:
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None


def bearer(request: Request) -> str:
    """The bearer token that came with the request; empty without one."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def is_loopback(request: Request) -> bool:
    """Whether the connection itself comes from this machine. A proxy's headers are no proof, and make it a stranger."""
    if "x-forwarded-for" in request.headers or "forwarded" in request.headers or request.client is None:
        return False
    try:
        return ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False


def parse_json(body: bytes, what: str) -> Mapping[str, Any]:
    """The object in ``body``. Refuses with 400 and the position."""
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        # The standard parser takes what SDKs do send (NaN, lone surrogates), and tells the place of a real fault.
        document = _parse_leniently(body, what)
    if not isinstance(document, dict):
        raise Refused(400, f"The {what} is not a JSON object.")
    return document


def _parse_leniently(body: bytes, what: str) -> object:
    try:
        return json.loads(body)
    except UnicodeDecodeError as error:
        raise Refused(400, f"The {what} is not UTF-8 at byte {error.start}.") from error
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno} (character {error.pos})"
        raise Refused(400, f"The {what} is not valid JSON: {error.msg} at {where}.", position=error.pos) from error
    except RecursionError as error:
        raise Refused(400, f"The {what} is nested too deeply.") from error

"""The configured upstream server, whichever of the kin it is."""

from __future__ import annotations

from functools import lru_cache

from paramedic.integrations.http import Outside, Patience
from paramedic.integrations.sentry.bugsink import BugsinkClient
from paramedic.integrations.sentry.client import SentryClient
from paramedic.integrations.sentry.facts import Flavour, Upstream
from paramedic.integrations.sentry.gather import gather as gather_sentry
from paramedic.integrations.sentry.reference import parse_reference
from paramedic.model.errors import BadInput, NotConfigured, OutsideError
from paramedic.model.event import Event
from paramedic.settings import Settings

_SENTRY_HOSTS = (".sentry.io",)


def open_upstream(settings: Settings) -> SentryClient | BugsinkClient:
    """A client for ``SENTRY_SELF_HOSTED_URL``. Raises ``NotConfigured`` naming what is missing."""
    if settings.sentry_auth_token is None:
        raise NotConfigured("SENTRY_AUTH_TOKEN is not set.", remedy="Set it to the token of an internal integration.")
    token, base = settings.sentry_auth_token.get_secret_value(), settings.sentry_self_hosted_url
    verify = str(settings.sentry_ca_file) if settings.sentry_ca_file else settings.sentry_verify_tls
    flavour = detect(base, token, verify)
    if flavour is Flavour.BUGSINK:
        return BugsinkClient(base, token, verify=verify)
    return SentryClient.from_settings(settings, flavour)


def gather_upstream(settings: Settings, issue_id: str, event_id: str | None = None) -> Upstream:
    """All that the upstream offers about the issue. Raises ``NotConfigured``; never for what the server lacks."""
    client = open_upstream(settings)
    try:
        return (
            client.gather(issue_id, event_id) if isinstance(client, BugsinkClient) else gather_sentry(client, issue_id, event_id)
        )
    finally:
        client.close()


def fetch_event(settings: Settings, address: str) -> Event:
    """The event that an address or id points at.

    Raises ``BadInput`` for an address on a server other than the configured one: its token must not go there.
    """
    reference = parse_reference(address)
    if reference.base_url and not same_server(reference.base_url, settings.sentry_self_hosted_url):
        raise BadInput(
            f"{reference.base_url} is not the configured server {settings.sentry_self_hosted_url}.",
            remedy=f"Set SENTRY_SELF_HOSTED_URL={reference.base_url} and the token of that server.",
        )
    client = open_upstream(settings)
    try:
        return client.event(reference.issue, reference.event)
    finally:
        client.close()


@lru_cache(maxsize=8)
def detect(base_url: str, token: str, verify: bool | str = True) -> Flavour:
    """Ask the server what it is: Bugsink has another API, GlitchTip says so in its public settings. Sentry else."""
    patience = Patience(connect_seconds=3.0, read_seconds=5.0, attempts=1)
    server = Outside("The upstream", base_url, {"Authorization": f"Bearer {token}"}, patience=patience, verify=verify)
    try:
        if base_url.endswith(_SENTRY_HOSTS) or base_url == "https://sentry.io":
            return Flavour.SENTRY
        if not _exists(server, "/api/0/") and _exists(server, "/api/canonical/0/projects/"):
            return Flavour.BUGSINK
        return Flavour.GLITCHTIP if _names_glitchtip(server) else Flavour.SENTRY
    finally:
        server.close()


def _exists(server: Outside, path: str) -> bool:
    try:
        server.get(path)
    except OutsideError as error:
        return error.status in (401, 403)
    return True


def _names_glitchtip(server: Outside) -> bool:
    try:
        return "glitchtip" in str(server.get("/api/settings/")).lower()
    except OutsideError:
        return False


def same_server(address: str, configured: str) -> bool:
    """Regions and organisations of sentry.io are one server to a token's owner."""
    return address.rstrip("/").lower() == configured.lower() or (_is_sentry_io(address) and _is_sentry_io(configured))


def _is_sentry_io(address: str) -> bool:
    host = address.removeprefix("https://")
    return address.startswith("https://") and (host == "sentry.io" or host.endswith(_SENTRY_HOSTS))

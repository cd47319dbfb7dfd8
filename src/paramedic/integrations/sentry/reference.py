"""What a Sentry issue or event URL points at, in every form that Sentry, GlitchTip and Bugsink have used."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from paramedic.model.errors import BadInput

_SHORT_ID = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_-]*-[0-9A-Z]+$")
_EVENT_ID = re.compile(r"^(?:[0-9a-fA-F]{32}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})$")
_LATEST = frozenset({"latest", "last", "recommended", "oldest", "first"})
_REGIONS = frozenset({"us", "de", "www"})
_FORMS = tuple(
    re.compile(form)
    for form in (
        r"^/api/0/organizations/(?P<org>[^/]+)/(?:issues|groups)/(?P<issue>[^/]+)(?:/events/(?P<event>[^/]+))?",
        r"^/api/0/organizations/(?P<org>[^/]+)/shortids/(?P<issue>[^/]+)",
        r"^/api/0/organizations/(?P<org>[^/]+)/eventids/(?P<event>[^/]+)",
        r"^/api/0/projects/(?P<org>[^/]+)/(?P<project>[^/]+)/events/(?P<event>[^/]+)",
        r"^/api/0/(?:issues|groups)/(?P<issue>[^/]+)(?:/events/(?P<event>[^/]+))?",
        r"^/issues/issue/(?P<issue>[^/]+)(?:/event/(?P<event>[^/]+))?",
        r"^/organizations/(?P<org>[^/]+)/issues/(?P<issue>[^/]+)(?:/events/(?P<event>[^/]+))?",
        r"^/organizations/(?P<org>[^/]+)/(?:discover|performance|explore/[^/]+)/(?P<project>[^/:]+):(?P<event>[^/]+)",
        r"^/organizations/(?P<org>[^/]+)/projects/(?P<project>[^/]+)/events/(?P<event>[^/]+)",
        r"^/issues/(?P<issue>[^/]+)(?:/events/(?P<event>[^/]+))?",
        r"^/(?:discover|performance)/(?P<project>[^/:]+):(?P<event>[^/]+)",
        r"^/(?P<org>[^/]+)/issues/(?P<issue>[^/]+)(?:/events/(?P<event>[^/]+))?",
        r"^/(?P<org>[^/]+)/(?P<project>[^/]+)/(?:issues|group)/(?P<issue>[^/]+)(?:/events/(?P<event>[^/]+))?",
        r"^/(?P<org>[^/]+)/(?P<project>[^/]+)/events/(?P<event>[^/]+)",
    )
)


@dataclass(frozen=True, slots=True)
class Reference:
    """``issue`` is a numeric id, a short id or (Bugsink) a UUID; ``event`` None means the latest. ``base_url`` is None
    when the text was a bare id."""

    issue: str | None
    event: str | None = None
    organization: str | None = None
    project: str | None = None
    base_url: str | None = None


def looks_like_reference(text: str) -> bool:
    """True for a URL, a short id or a number, False for a path."""
    text = text.strip()
    return text.startswith(("http://", "https://")) or text.isdigit() or bool(_SHORT_ID.match(text))


def parse_reference(text: str) -> Reference:
    """Read a URL, a short id or a numeric id. Raises ``BadInput`` with the forms that are understood."""
    text = text.strip()
    if not text.startswith(("http://", "https://")):
        if text.isdigit() or _SHORT_ID.match(text):
            return Reference(issue=text)
        raise BadInput(f"{text[:200]!r} is not a Sentry issue or event.", remedy=_HELP)
    parts = urlsplit(text)
    for form in _FORMS:
        if found := form.match(parts.path):
            reference = _from_match(found, parts.scheme, parts.netloc, text)
            if reference is not None:
                return reference
    raise BadInput(f"{text[:200]!r} is not the address of an issue or event.", remedy=_HELP)


_HELP = (
    "Give https://HOST/organizations/ORG/issues/ID/ (with /events/ID/ for one event), a short id such as SHOP-1A, or a number."
)


def _from_match(found: re.Match[str], scheme: str, netloc: str, text: str) -> Reference | None:
    named = {name: unquote(value) for name, value in found.groupdict().items() if value}
    issue, event = named.get("issue"), named.get("event")
    if issue is not None and not (issue.isdigit() or _SHORT_ID.match(issue) or _EVENT_ID.match(issue)):
        return None
    if event in _LATEST:
        event = None
    if event is not None and not (_EVENT_ID.match(event) or event.isdigit()):
        raise BadInput(f"{event[:80]!r} in {text[:200]!r} is not an event id.", remedy=_HELP)
    base, organization = _host(scheme, netloc, named.get("org"))
    return Reference(issue, event, organization, named.get("project"), base)


def _host(scheme: str, netloc: str, organization: str | None) -> tuple[str, str | None]:
    """On sentry.io the organisation may be the first label of the host; the API lives on the host without it."""
    host = netloc.rsplit("@", 1)[-1].lower()
    if host.endswith(".sentry.io"):
        label = host.split(".", 1)[0]
        if label in _REGIONS:
            return ("https://sentry.io" if label == "www" else f"https://{host}"), organization
        return f"https://{host.removeprefix(f'{label}.')}", organization or label
    return f"{scheme}://{host}", organization

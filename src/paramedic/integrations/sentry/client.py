"""Sentry's REST API: sentry.io, self-hosted servers of any age, and GlitchTip, which has most of the same paths."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from urllib.parse import quote

import httpx2
import structlog

from paramedic.integrations.http import Outside, Patience
from paramedic.integrations.sentry import reading
from paramedic.integrations.sentry.event import parse_event
from paramedic.integrations.sentry.facts import (
    Commit,
    Flavour,
    Frequency,
    IssueFacts,
    Note,
    Release,
    Tag,
    TokenCheck,
)
from paramedic.integrations.sentry.reference import parse_reference as parse_url
from paramedic.model.errors import NotConfigured, OutsideError
from paramedic.model.event import Event, Origin
from paramedic.settings import Settings

__all__ = ["NEEDED_SCOPES", "SentryClient", "parse_url"]

log = structlog.get_logger()

NEEDED_SCOPES = ("event:read", "event:write", "project:read", "org:read")
_COUNTED_EVENTS = 1000
_LISTED_NOTES = 500


def remedy(status: int) -> str:
    """What to do about a refusal."""
    scopes = ", ".join(NEEDED_SCOPES)
    return {
        401: f"Set SENTRY_AUTH_TOKEN to the token of an internal integration with the scopes {scopes}.",
        403: (
            f"Give SENTRY_AUTH_TOKEN the scopes {scopes}. An organisation token (sntrys_) has no user and cannot comment: "
            "use the token of an internal integration."
        ),
        404: "Check SENTRY_ORG_SLUG and SENTRY_SELF_HOSTED_URL (an EU organisation lives on https://de.sentry.io).",
    }.get(status, "")


class SentryClient:
    """One organisation's issues. Raises ``OutsideError``; an answer that holds nothing is None or empty.

    The paths are the organisation's own: those without one are going away.
    """

    def __init__(
        self,
        base_url: str,
        organization: str,
        token: str,
        *,
        flavour: Flavour = Flavour.SENTRY,
        verify: bool | str = True,
        patience: Patience | None = None,
    ) -> None:
        self.flavour = flavour
        headers = {"Authorization": f"Bearer {token}"}
        self._api = Outside("Sentry", f"{base_url}/api/0", headers, remedy, patience or Patience(), verify)
        self._organization = f"/organizations/{quote(organization, safe='')}"
        self._projects = f"/projects/{quote(organization, safe='')}"

    @classmethod
    def from_settings(cls, settings: Settings, flavour: Flavour = Flavour.SENTRY) -> SentryClient:
        """The configured organisation. Raises ``NotConfigured`` naming what is missing."""
        if settings.sentry_auth_token is None:
            raise NotConfigured("SENTRY_AUTH_TOKEN is not set.", remedy=remedy(401))
        if settings.sentry_org_slug is None:
            raise NotConfigured("SENTRY_ORG_SLUG is not set.", remedy="Set it to the organisation's slug.")
        return cls(
            settings.sentry_self_hosted_url,
            settings.sentry_org_slug,
            settings.sentry_auth_token.get_secret_value(),
            flavour=flavour,
            verify=str(settings.sentry_ca_file) if settings.sentry_ca_file else settings.sentry_verify_tls,
        )

    # Reading

    def issue(self, issue_id: str) -> tuple[IssueFacts, Frequency | None]:
        """The issue by numeric or short id, with its last 24 hours when the server keeps such a series."""
        raw = self._get(self._issue(issue_id))
        return reading.issue_facts(raw), reading.frequency(raw)

    def event(self, issue_id: str | None, event_id: str | None = None) -> Event:
        """One event of an issue, the latest when not named. An event that is named need not have its issue named."""
        if issue_id is None and event_id is not None:
            issue_id = self.issue_of_event(event_id)
        if issue_id is None:
            raise OutsideError("Sentry knows no issue of this event.", remedy=remedy(404), status=404, permanent=True)
        raw = self._get(f"{self._issue(issue_id)}/events/{quote(event_id or 'latest', safe='')}")
        return parse_event(raw, origin=Origin.REST)

    def issue_of_event(self, event_id: str) -> str | None:
        """The id of the issue that an event belongs to."""
        raw = self._get(f"{self._organization}/eventids/{quote(event_id, safe='')}")
        return str(raw["groupId"]) if isinstance(raw, dict) and raw.get("groupId") else None

    def events_last_day(self, issue_id: str) -> Frequency:
        """The last 24 hours counted event by event, at most a thousand."""
        path = f"{self._issue(issue_id)}/events/"
        rows = self._api.pages(path, rows_at_most=_COUNTED_EVENTS, statsPeriod="24h", per_page=100)
        moments = [reading.moment(row.get("dateCreated")) for row in rows if isinstance(row, dict)]
        return reading.counted([at for at in moments if at is not None], datetime.now(UTC))

    def users_last_day(self, short_id: str) -> int | None:
        """Distinct users of the last 24 hours."""
        raw = self._api.get(
            f"{self._organization}/events/",
            dataset="errors",
            field="count_unique(user)",
            query=f"issue:{short_id}",
            statsPeriod="24h",
        )
        rows = raw.get("data") if isinstance(raw, dict) else None
        found = rows[0].get("count_unique(user)") if isinstance(rows, list) and rows and isinstance(rows[0], dict) else None
        return int(found) if isinstance(found, (int, float)) else None

    def tag(self, issue_id: str, key: str) -> Tag:
        return reading.tag(key, self._get(f"{self._issue(issue_id)}/tags/{quote(key, safe='')}"))

    def release(self, version: str) -> Release:
        """A release and its commits, the newest first."""
        path = f"{self._organization}/releases/{quote(version, safe='')}"
        raw = self._get(path)
        commits = list(self._api.pages(f"{path}/commits/", rows_at_most=20))
        return reading.release(raw, commits)

    def suspect_commits(self, project: str, event_id: str) -> tuple[Commit, ...]:
        path = f"{self._projects}/{quote(project, safe='')}/events/{quote(event_id, safe='')}/committers"
        return reading.suspects(self._get(path))

    # Comments

    def notes(self, issue_id: str) -> tuple[Note, ...]:
        rows = self._api.pages(f"{self._issue(issue_id)}/{self._notes}/", rows_at_most=_LISTED_NOTES)
        return tuple(note for note in map(reading.note, rows) if note)

    def post_note(self, issue_id: str, text: str) -> Note | None:
        """The new comment; None when the server says that it has this very text already."""
        path = f"{self._issue(issue_id)}/{self._notes}/"
        try:
            return reading.note(self._logged(lambda: self._api.post(path, {"text": text})))
        except OutsideError as error:
            if error.status == 400 and "already posted" in str(error):
                return None
            raise

    def edit_note(self, issue_id: str, note_id: str, text: str) -> None:
        path = f"{self._issue(issue_id)}/{self._notes}/{quote(note_id, safe='')}/"
        self._logged(lambda: self._api.put(path, {"text": text}))

    # Health

    def access(self) -> Iterator[tuple[str, bool, str, str]]:
        """Rows for a person: name, whether it is well, what was found, what to do."""
        check = self.check_token()
        if check.problem:
            yield "API", False, check.problem, remedy(403)
            return
        yield "API", True, f"{check.flavour.value} answers", ""
        lacking = ", ".join(check.lacking)
        yield "token", not lacking, f"lacks {lacking}" if lacking else "all scopes", remedy(403) if lacking else ""

    def check_token(self) -> TokenCheck:
        """Which scopes the token lacks. Servers that do not say are asked for the organisation's issues."""
        try:
            raw = self._get("")
            if self.flavour is Flavour.SENTRY and isinstance(raw, dict) and isinstance(raw.get("auth"), dict):
                return self._by_scopes(raw)
            self._api.get(f"{self._organization}/issues/", query="", limit=1)
        except OutsideError as error:
            return TokenCheck(self.flavour, problem=str(error))
        return TokenCheck(self.flavour)

    def _by_scopes(self, raw: dict[str, object]) -> TokenCheck:
        auth = raw["auth"]
        granted = auth.get("scopes") if isinstance(auth, dict) else None
        lacking = tuple(scope for scope in NEEDED_SCOPES if isinstance(granted, list) and not _covers(granted, scope))
        nobody = None if raw.get("user") else "The token has no user, so it cannot comment. Use one of an internal integration."
        return TokenCheck(self.flavour, lacking, nobody)

    def close(self) -> None:
        self._api.close()

    @property
    def _notes(self) -> str:
        return "comments" if self.flavour is Flavour.GLITCHTIP else "notes"

    def _issue(self, issue_id: str) -> str:
        return f"{self._organization}/issues/{quote(issue_id, safe='')}"

    def _get(self, path: str) -> object:
        return self._logged(lambda: self._api.get(f"{path}/"))

    def _logged(self, call: Callable[[], object]) -> object:
        """Refused tokens and silence have log lines of their own, for whoever runs this at night."""
        try:
            return call()
        except OutsideError as error:
            if error.status in (401, 403):
                log.warning("sentry_api_unauthorized", status=error.status, reason=str(error))
            elif isinstance(error.__cause__, httpx2.TimeoutException):
                log.warning("sentry_api_timeout", reason=str(error))
            raise


def _covers(granted: list[object], scope: str) -> bool:
    """``event:admin`` and ``event:write`` include ``event:read``."""
    thing, _, right = scope.partition(":")
    stronger = {"read": ("read", "write", "admin"), "write": ("write", "admin")}[right]
    return any(f"{thing}:{name}" in granted for name in stronger)

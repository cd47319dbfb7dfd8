"""Bugsink's own API: issues and events, nothing else that a session asks for.

https://www.bugsink.com/docs/api/ : ``/api/canonical/0/``, bearer token, pages by the address in ``next``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from paramedic.integrations.http import Outside, Patience
from paramedic.integrations.sentry import reading
from paramedic.integrations.sentry.event import parse_event
from paramedic.integrations.sentry.facts import Flavour, IssueFacts, Upstream
from paramedic.model.errors import OutsideError
from paramedic.model.event import Event, Origin

_COUNTED_EVENTS = 1000
_NOT_OFFERED = (
    "Bugsink offers no tags, no release commits, no suspect commits and no users by time.",
    "Bugsink's comments cannot be edited, so none is posted.",
)


def remedy(status: int) -> str:
    """What to do about a refusal."""
    return {
        401: "Set SENTRY_AUTH_TOKEN to a token made under Tokens in Bugsink.",
        403: "Set SENTRY_AUTH_TOKEN to a token made under Tokens in Bugsink.",
        404: "Check SENTRY_SELF_HOSTED_URL, and that the issue is there.",
    }.get(status, "")


class BugsinkClient:
    """Raises ``OutsideError``."""

    flavour = Flavour.BUGSINK

    def __init__(self, base_url: str, token: str, *, verify: bool | str = True, patience: Patience | None = None) -> None:
        headers = {"Authorization": f"Bearer {token}"}
        self._api = Outside("Bugsink", f"{base_url}/api/canonical/0", headers, remedy, patience or Patience(), verify)
        self._base_url = base_url

    def issue(self, issue_id: str) -> IssueFacts:
        raw = self._api.get(f"/issues/{quote(issue_id, safe='')}/")
        body = raw if isinstance(raw, dict) else {}
        kind, value = str(body.get("calculated_type") or ""), str(body.get("calculated_value") or "")
        return IssueFacts(
            id=str(body.get("id") or issue_id),
            short_id=None,
            title=": ".join(part for part in (kind, value) if part) or "<unknown>",
            culprit=str(body.get("transaction") or ""),
            level="error",
            status="resolved" if body.get("is_resolved") else "ignored" if body.get("is_muted") else "unresolved",
            substatus=None,
            count=_count(body.get("digested_event_count")),
            users=None,
            first_seen=reading.moment(body.get("first_seen")),
            last_seen=reading.moment(body.get("last_seen")),
            permalink=f"{self._base_url}/issues/issue/{quote(issue_id, safe='')}/event/last/",
            project=str(body["project"]) if body.get("project") is not None else None,
            first_release=None,
            last_release=None,
        )

    def event(self, issue_id: str | None, event_id: str | None = None) -> Event:
        """One event, the latest of the issue when not named."""
        found = event_id or (self._latest(issue_id) if issue_id else None)
        if found is None:
            raise OutsideError("The issue has no event.", remedy=remedy(404), status=404, permanent=True)
        raw = self._api.get(f"/events/{quote(found, safe='')}/")
        data = raw.get("data") if isinstance(raw, dict) else None
        return parse_event(data if isinstance(data, dict) else raw, origin=Origin.STORED)

    def gather(self, issue_id: str, event_id: str | None = None) -> Upstream:
        """What there is; never raises for what there is not."""
        try:
            issue = self.issue(issue_id)
            event = self.event(issue_id, event_id)
            now = datetime.now(UTC)
            moments = [at for at in map(_moment, self._events(issue_id)) if at and now - at < timedelta(hours=25)]
        except OutsideError as error:
            return Upstream(flavour=self.flavour, missing=(str(error), *_NOT_OFFERED))
        return Upstream(self.flavour, issue, event, reading.counted(moments, now), missing=_NOT_OFFERED)

    def close(self) -> None:
        self._api.close()

    def _latest(self, issue_id: str) -> str | None:
        rows = sorted(self._events(issue_id), key=lambda row: _moment(row) or datetime.min.replace(tzinfo=UTC))
        return str(rows[-1].get("id") or rows[-1].get("event_id")) if rows else None

    def _events(self, issue_id: str) -> Iterator[Mapping[str, object]]:
        path: str | None = f"/events/?issue={quote(issue_id, safe='')}&order=desc"
        left = _COUNTED_EVENTS
        while path and left > 0:
            page = self._api.get(path)
            rows = page.get("results") if isinstance(page, dict) else None
            for row in rows if isinstance(rows, list) else []:
                left -= 1
                if isinstance(row, dict):
                    yield row
            following = page.get("next") if isinstance(page, dict) else None
            path = following if isinstance(following, str) else None


def _moment(row: Mapping[str, object]) -> datetime | None:
    return reading.moment(row.get("timestamp") or row.get("ingested_at") or row.get("digested_at"))


def _count(value: object) -> int | None:
    return value if isinstance(value, int) else None

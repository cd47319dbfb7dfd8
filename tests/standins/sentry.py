"""Sentry's REST API as far as Paramedic reads and writes it; ``old`` leaves out what old self-hosted servers lack."""

from __future__ import annotations

import time

from tests.standins.base import Answer, Asked, StandIn

_ISSUE = r"/api/0/organizations/([^/]+)/issues/([^/]+)"


class SentryStandIn(StandIn):
    routes = (
        ("GET", r"/api/0/", "index"),
        ("GET", r"/api/settings/", "settings"),
        ("GET", _ISSUE + r"/", "issue"),
        ("GET", _ISSUE + r"/events/", "events"),
        ("GET", _ISSUE + r"/events/([^/]+)/", "event"),
        ("GET", _ISSUE + r"/tags/([^/]+)/", "tag"),
        ("GET", _ISSUE + r"/(?:notes|comments)/", "notes"),
        ("POST", _ISSUE + r"/(?:notes|comments)/", "post_note"),
        ("PUT", _ISSUE + r"/(?:notes|comments)/([^/]+)/", "edit_note"),
        ("GET", r"/api/0/organizations/([^/]+)/eventids/([^/]+)/", "event_id"),
        ("GET", r"/api/0/organizations/([^/]+)/events/", "discover"),
        ("GET", r"/api/0/organizations/([^/]+)/releases/([^/]+)/", "release"),
        ("GET", r"/api/0/organizations/([^/]+)/releases/([^/]+)/commits/", "commits"),
        ("GET", r"/api/0/projects/([^/]+)/([^/]+)/events/([^/]+)/committers/", "committers"),
    )

    def __init__(self, *, old: bool = False) -> None:
        super().__init__()
        self.old = old
        self.token = "sntryi_good"
        self.scopes = ["event:read", "event:write", "project:read", "org:read"]
        self.user: dict[str, object] | None = {"id": "1", "isAnonymous": False}
        self.comments: list[dict[str, object]] = []
        self.page_size = 2
        self.raw_event: dict[str, object] = {}
        self.moments: list[str] = []

    def answer(self, asked: Asked) -> Answer:
        if asked.headers.get("Authorization") != f"Bearer {self.token}":
            return Answer(401, {"detail": "Invalid token"})
        if not asked.path.endswith("/"):
            return Answer(301, None, {"Location": f"{self.url}{asked.path}/"})
        return super().answer(asked)

    def index(self, asked: Asked) -> Answer:
        return Answer(200, {"version": "0", "auth": {"scopes": self.scopes}, "user": self.user})

    def settings(self, asked: Asked) -> Answer:
        return Answer(404, {"detail": "not found"})

    def issue(self, asked: Asked, organization: str, issue: str) -> Answer:
        if not (issue.isdigit() and int(issue) >= 4711) and issue != "SHOP-1A":
            return Answer(404, {"detail": "The requested resource does not exist"})
        hour = int(time.time()) // 3600 * 3600
        body: dict[str, object] = {
            "id": issue if issue.isdigit() else "4711",
            "shortId": f"SHOP-{issue}" if issue.isdigit() and issue != "4711" else "SHOP-1A",
            "title": "KeyError: 'sku'",
            "culprit": "shop.cart in total",
            "level": "error",
            "status": "unresolved",
            "count": "1234",
            "userCount": 56,
            "firstSeen": "2026-11-01T10:00:00.123456Z",
            "lastSeen": "2026-11-20T10:00:00Z",
            "permalink": "https://acme.sentry.io/issues/4711/",
            "project": {"id": "2", "slug": "shop"},
            "firstRelease": {"version": "shop@1.0.0"},
            "lastRelease": {"version": "shop@1.2.3+5"},
        }
        if not self.old:
            body["stats"] = {"24h": [[hour - 3600 * (23 - index), index] for index in range(24)]}
        return Answer(200, body, {"X-Sentry-Rate-Limit-Remaining": "39"})

    def events(self, asked: Asked, organization: str, issue: str) -> Answer:
        rows = [{"id": str(index), "dateCreated": at} for index, at in enumerate(self.moments)]
        return self._paged(asked, rows)

    def event(self, asked: Asked, organization: str, issue: str, event: str) -> Answer:
        if not self.raw_event:
            return Answer(404, {"detail": "No matching event"})
        return Answer(200, self.raw_event)

    def tag(self, asked: Asked, organization: str, issue: str, key: str) -> Answer:
        if key not in ("release", "browser.name"):
            return Answer(404, {"detail": "The requested resource does not exist"})
        values = [{"value": "a", "name": "a", "count": 7}, {"value": None, "name": "b", "count": "3"}, "odd"]
        return Answer(200, {"key": key, "topValues": values})

    def event_id(self, asked: Asked, organization: str, event: str) -> Answer:
        return Answer(200, {"organizationSlug": organization, "projectSlug": "shop", "groupId": "4711", "eventId": event})

    def discover(self, asked: Asked, organization: str) -> Answer:
        if self.old:
            return Answer(404, {"detail": "The requested resource does not exist"})
        return Answer(200, {"data": [{"count_unique(user)": 9}], "meta": {}})

    def release(self, asked: Asked, organization: str, version: str) -> Answer:
        return Answer(200, {"version": version, "dateCreated": "2026-11-19T00:00:00Z", "lastCommit": {"id": "a" * 40}})

    def commits(self, asked: Asked, organization: str, version: str) -> Answer:
        rows = [
            {"id": letter * 40, "message": f"change {letter}", "dateCreated": "2026-11-18T00:00:00Z", "author": {"name": "Ada"}}
            for letter in "abc"
        ]
        return self._paged(asked, rows)

    def committers(self, asked: Asked, organization: str, project: str, event: str) -> Answer:
        commit = {"id": "b" * 40, "message": "sell by sku", "dateCreated": "2026-11-18T00:00:00Z"}
        return Answer(200, {"committers": [{"author": {"name": "Ada"}, "commits": [commit]}]})

    def notes(self, asked: Asked, organization: str, issue: str) -> Answer:
        return self._paged(asked, self.comments)

    def post_note(self, asked: Asked, organization: str, issue: str) -> Answer:
        if self.user is None:
            return Answer(403, {"detail": "Key doesn't have permission to create Note"})
        text = asked.body["text"]
        if any(comment["data"]["text"] == text for comment in self.comments):
            return Answer(400, {"detail": "You have already posted that comment."})
        comment = {"id": str(100 + len(self.comments)), "type": "note", "data": {"text": text}, "user": self.user, "issue": issue}
        self.comments.append(comment)
        return Answer(201, comment)

    def edit_note(self, asked: Asked, organization: str, issue: str, note: str) -> Answer:
        for comment in self.comments:
            if comment["id"] == note:
                comment["data"] = {"text": asked.body["text"]}
                return Answer(200, comment)
        return Answer(404, {"detail": "The requested resource does not exist"})

    def _paged(self, asked: Asked, rows: list[object]) -> Answer:
        """As Sentry does it: both links are always there, and ``results`` says whether they lead anywhere."""
        start = int(asked.query.get("cursor", "0:0:0").split(":")[1])
        end = start + self.page_size

        def link(offset: int, rel: str, results: bool) -> str:
            cursor = f"0:{offset}:{int(rel == 'previous')}"
            there = str(results).lower()
            return f'<{self.url}{asked.path}?&cursor={cursor}>; rel="{rel}"; results="{there}"; cursor="{cursor}"'

        links = ", ".join((link(max(0, start - self.page_size), "previous", start > 0), link(end, "next", end < len(rows))))
        return Answer(200, rows[start:end], {"Link": links})


class BugsinkStandIn(StandIn):
    """https://www.bugsink.com/docs/api/"""

    routes = (
        ("GET", r"/api/canonical/0/projects/", "projects"),
        ("GET", r"/api/canonical/0/issues/([^/]+)/", "issue"),
        ("GET", r"/api/canonical/0/events/", "events"),
        ("GET", r"/api/canonical/0/events/([^/]+)/", "event"),
    )

    def __init__(self) -> None:
        super().__init__()
        self.raw_event: dict[str, object] = {}

    def projects(self, asked: Asked) -> Answer:
        return Answer(200, {"next": None, "previous": None, "results": []})

    def issue(self, asked: Asked, issue: str) -> Answer:
        body = {"id": issue, "project": 1, "calculated_type": "KeyError", "calculated_value": "'sku'", "digested_event_count": 3}
        return Answer(200, {**body, "first_seen": "2026-11-01T10:00:00Z", "transaction": "/cart", "is_resolved": False})

    def events(self, asked: Asked) -> Answer:
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        if "cursor" in asked.query:
            return Answer(200, {"next": None, "results": [{"id": "e3", "timestamp": now}]})
        following = f"{self.url}/api/canonical/0/events/?issue={asked.query['issue']}&cursor=x"
        rows = [{"id": "e1", "timestamp": "2026-11-01T10:00:00Z"}, {"id": "e2", "timestamp": "2026-11-02T10:00:00Z"}]
        return Answer(200, {"next": following, "results": rows})

    def event(self, asked: Asked, event: str) -> Answer:
        return Answer(200, {"id": event, "event_id": event, "data": {**self.raw_event, "event_id": event}})


class GlitchTipStandIn(SentryStandIn):
    """Sentry's paths without statistics, users by time or committers, and ``comments`` for ``notes``."""

    def __init__(self) -> None:
        super().__init__(old=True)

    def answer(self, asked: Asked) -> Answer:
        if "/notes/" in asked.path or "committers" in asked.path:
            return Answer(404, {"detail": "Not Found"})
        return super().answer(asked)

    def settings(self, asked: Asked) -> Answer:
        return Answer(200, {"socialApps": [], "billingEnabled": False, "iPaidForGlitchTip": False, "version": "5.0.0"})

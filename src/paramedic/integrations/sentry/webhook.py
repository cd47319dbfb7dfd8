"""What an Integration Platform or legacy delivery is about. The resource is told by the header alone: bodies of several
resources carry the same ``action``."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from paramedic.integrations.sentry.wire import as_text, captured, clean
from paramedic.model.event import Level

_ORGANISATION_URLS = (
    re.compile(r"https?://([a-z0-9][a-z0-9-]*)\.(?:[a-z]{2}\.)?sentry\.io/"),
    re.compile(r"/organizations/([A-Za-z0-9_-]+)/"),
)
_QUIET = {
    "installation": "installations carry no error",
    "comment": "comments are not acted upon, so that our own cannot call us",
    "metric_alert": "metric alerts carry no stack trace and no issue",
    "activity_alert": "activity of Sentry's own agent is not acted upon",
    "seer": "activity of Sentry's own agent is not acted upon",
    "preprod_artifact": "build artifacts carry no error",
}
_STATUS = {
    "resolved": "resolved",
    "ignored": "ignored",
    "archived": "ignored",
    "unresolved": "unresolved",
    "created": "unresolved",
}
_STATES = {"regressed": "regressed", "escalating": "escalating", "new": "new", "ongoing": "ongoing"}


class Carries(StrEnum):
    EVENT = "event"
    ISSUE = "issue"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class IssueNews:
    """What a hook says of an issue itself. ``state`` is None where it says nothing that would make it worth a look."""

    id: str
    title: str
    project: str | None
    culprit: str
    level: Level
    platform: str
    status: str | None
    state: str | None
    short_id: str | None
    url: str | None
    first_seen: datetime | None
    last_seen: datetime | None
    count: int = 0
    users: int = 0
    """How often and for how many, over the issue's life, as Sentry counted; ``count`` is a text on the wire."""


@dataclass(frozen=True, slots=True)
class Hook:
    """One delivery. ``key`` is the same for repetitions of the same news; ``reason`` says why nothing is carried."""

    carries: Carries
    resource: str
    action: str
    key: str
    reason: str = ""
    issue: IssueNews | None = None
    event: Mapping[str, Any] | None = None
    project: str | None = None
    installation: str | None = None
    organisation: str | None = None


def read_hook(resource: str | None, raw: object) -> Hook:
    """The delivery whose ``Sentry-Hook-Resource`` header is ``resource``. Never raises."""
    body = raw if isinstance(raw, dict) else {}
    data, action, name = _mapping(body.get("data")), _text(body.get("action")) or "", resource or ""
    installation = _text(_mapping(body.get("installation")).get("uuid"), 64)
    key, organisation = _key(name, action, data), _organisation(data)
    nothing = Hook(Carries.NOTHING, name, action, key, installation=installation, organisation=organisation)
    if name in ("event_alert", "error"):
        event = data.get("event") if name == "event_alert" else data.get("error")
        if not isinstance(event, dict):
            return replace(nothing, reason=f"{name} carries no event")
        return replace(nothing, carries=Carries.EVENT, event=event, project=_project(event))
    if name == "issue":
        news = _issue(_mapping(data.get("issue")), action)
        if news is None:
            return replace(nothing, reason="issue carries no id")
        return replace(nothing, carries=Carries.ISSUE, issue=news, project=news.project)
    reason = _QUIET.get(name) or (f"unknown resource {name[:40]!r}" if name else "no Sentry-Hook-Resource header")
    return replace(nothing, reason=reason)


def read_legacy(raw: object) -> Hook:
    """The body of the legacy WebHooks plugin: a flat issue with the raw event inside. Never raises."""
    body = raw if isinstance(raw, dict) else {}
    event = body.get("event")
    issue_id = _number(body.get("id"))
    if not isinstance(event, dict):
        return Hook(Carries.NOTHING, "legacy", "triggered", _digest("legacy", body), reason="the body carries no event")
    # The plugin names project, issue and page beside the event, not in it.
    outer = {"issue_id": issue_id, "project_slug": body.get("project_slug") or body.get("project"), "web_url": body.get("url")}
    merged = {**event, **{name: value for name, value in outer.items() if value}}
    for name in ("culprit", "level", "logger"):
        if not merged.get(name) and body.get(name):
            merged[name] = body[name]
    project = _text(body.get("project_slug")) or _text(body.get("project"))
    key = _digest("legacy", [issue_id, event.get("event_id") or event.get("id")])
    organisation = _organisation({"issue": {"url": body.get("url")}})
    return Hook(Carries.EVENT, "legacy", "triggered", key, event=merged, project=project, organisation=organisation)


def _issue(issue: Mapping[str, Any], action: str) -> IssueNews | None:
    issue_id = _number(issue.get("id"))
    if issue_id is None:
        return None
    level = issue.get("level")
    substatus = _text(issue.get("substatus")) or ""
    state = _STATES.get(substatus) if action in ("created", "unresolved") else None
    return IssueNews(
        id=issue_id,
        title=_text(issue.get("title"), 300) or "<unlabeled issue>",
        project=_project(issue),
        culprit=_text(issue.get("culprit"), 300) or "",
        level=Level(level) if isinstance(level, str) and level in set(Level) else Level.ERROR,
        platform=_text(issue.get("platform"), 40) or "other",
        status=_STATUS.get(action),
        state=state or ("new" if action == "created" else "regressed" if action == "unresolved" else None),
        short_id=_text(issue.get("shortId"), 80),
        url=_text(issue.get("web_url"), 500) or _text(issue.get("permalink"), 500),
        first_seen=_moment(issue.get("firstSeen")),
        last_seen=_moment(issue.get("lastSeen")),
        count=_count(issue.get("count")),
        users=_count(issue.get("userCount")),
    )


def _project(thing: Mapping[str, Any]) -> str | None:
    project = thing.get("project")
    if isinstance(project, dict):
        return _text(project.get("slug")) or _number(project.get("id"))
    return _text(thing.get("project_slug")) or _text(thing.get("project_name")) or _number(project)


def _key(resource: str, action: str, data: Mapping[str, Any]) -> str:
    """One for each piece of news: an issue's id alone would take "resolved" and "regressed" for the same."""
    issue, event = _mapping(data.get("issue")), _mapping(data.get("event") or data.get("error"))
    if event:
        return _digest(resource, [action, event.get("issue_id"), event.get("event_id") or event.get("id")])
    if issue:
        return _digest(
            resource, [action, issue.get("id"), issue.get("lastSeen"), issue.get("statusDetails"), issue.get("assignedTo")]
        )
    return _digest(resource, [action, data])


def _digest(resource: str, parts: object) -> str:
    return "hook:" + hashlib.sha256(f"{resource}\0{_written(parts)}".encode("utf-8", "surrogatepass")).hexdigest()[:48]


def _written(parts: object) -> str:
    try:
        return repr(parts)
    except (ValueError, RecursionError):
        # Numbers or nesting that Python does not write out; what is left still tells most deliveries apart.
        return repr(captured(parts))


def _organisation(data: Mapping[str, Any]) -> str | None:
    """The slug, which issue hooks carry in their addresses only."""
    named = _mapping(_mapping(data.get("installation")).get("organization")).get("slug")
    if isinstance(named, str):
        return named
    for thing in (data.get("issue"), data.get("event"), data.get("error")):
        for name in ("url", "web_url", "issue_url", "permalink"):
            address = _text(_mapping(thing).get(name), 500) or ""
            for pattern in _ORGANISATION_URLS:
                if found := pattern.search(address):
                    return found[1]
    return None


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object, limit: int = 200) -> str | None:
    return clean(value, limit) if isinstance(value, str) and value else None


def _number(value: object) -> str | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return as_text(value, 64)
    return _text(value, 64)


def _count(value: object) -> int:
    text = _number(value) or ""
    return int(text) if text.isdecimal() and len(text) < 15 else 0


def _moment(value: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return moment.replace(tzinfo=moment.tzinfo or UTC) if moment else None

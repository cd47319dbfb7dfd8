"""From whatever was sent to the ingest shape: the wrapper taken off, REST's ``entries`` folded back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from paramedic.model.event import Origin

_ENTRY_KEYS = {
    "exception": "exception",
    "threads": "threads",
    "stacktrace": "stacktrace",
    "breadcrumbs": "breadcrumbs",
    "request": "request",
    "message": "logentry",
}
_MARKS = ("exception", "entries", "stacktrace", "logentry", "event_id", "eventID", "platform", "sentry.interfaces.Exception")
_OLD_NAMES = {
    "sentry.interfaces.Exception": "exception",
    "sentry.interfaces.Stacktrace": "stacktrace",
    "sentry.interfaces.Message": "logentry",
    "sentry.interfaces.Http": "request",
    "sentry.interfaces.User": "user",
}


def unwrap(raw: object) -> tuple[Mapping[str, Any], Origin]:
    """The event inside ``raw`` in the ingest shape, and the shape it came in."""
    if not isinstance(raw, dict):
        return {}, Origin.STORED
    data = raw.get("data")
    if isinstance(data, dict) and not _looks_like_event(raw):
        for key in ("event", "error"):
            if isinstance(data.get(key), dict):
                return ingest_shape(data[key]), Origin.WEBHOOK
    for item in raw["items"] if isinstance(raw.get("items"), list) else ():
        # An envelope that some tool has written out as one JSON document.
        if isinstance(item, dict) and isinstance(item.get("payload"), dict) and _looks_like_event(item["payload"]):
            return ingest_shape(item["payload"]), Origin.ENVELOPE
    if isinstance(raw.get("event"), dict) and not _looks_like_event(raw):
        return _legacy(raw), Origin.LEGACY
    if isinstance(raw.get("entries"), list):
        return _from_rest(raw), Origin.REST
    return ingest_shape(raw), Origin.STORED


def ingest_shape(raw: Mapping[str, Any]) -> Mapping[str, Any]:
    """Names of Sentry 8 and older are what they are called now."""
    if not any(name in raw for name in _OLD_NAMES):
        return raw
    return {_OLD_NAMES.get(key, key): value for key, value in raw.items()}


def _looks_like_event(raw: Mapping[str, Any]) -> bool:
    return any(mark in raw for mark in _MARKS)


def _legacy(raw: Mapping[str, Any]) -> Mapping[str, Any]:
    event = dict(ingest_shape(raw["event"]))
    event.setdefault("issue_id", raw.get("id"))
    event.setdefault("project_slug", raw.get("project_slug") or raw.get("project"))
    event.setdefault("web_url", raw.get("url"))
    for key in ("culprit", "level", "logger"):
        if not event.get(key):
            event[key] = raw.get(key)
    if not event.get("title") and not event.get("exception"):
        event["message"] = event.get("message") or raw.get("message")
    return event


def _from_rest(raw: Mapping[str, Any]) -> Mapping[str, Any]:
    event: dict[str, Any] = {
        "event_id": raw.get("eventID") or raw.get("id"),
        "issue_id": raw.get("groupID"),
        "project": raw.get("projectSlug") or raw.get("projectID"),
        "timestamp": raw.get("dateCreated") or raw.get("dateReceived"),
        "release": _release(raw.get("release")),
        "modules": raw.get("packages"),
        "extra": raw.get("context"),
        # REST lists the hashes of grouping under a like name; a fingerprint that was set is not among its fields.
        "fingerprint": None,
    }
    same = (
        "platform",
        "title",
        "culprit",
        "message",
        "dist",
        "tags",
        "user",
        "contexts",
        "sdk",
        "level",
        "type",
        "metadata",
        "location",
    )
    event |= {key: raw.get(key) for key in same}
    for entry in raw["entries"]:
        if isinstance(entry, dict) and isinstance(entry.get("type"), str) and entry["type"] in _ENTRY_KEYS:
            event[_ENTRY_KEYS[entry["type"]]] = entry.get("data")
    return event


def _release(release: object) -> object:
    return release.get("version") if isinstance(release, dict) else release

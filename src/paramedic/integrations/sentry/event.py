"""One reading of every shape in which Sentry, its kin and its SDKs send an event.

It never raises: what could not be read is said in ``Event.notes``, with its path.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote_plus

from paramedic.integrations.sentry.shapes import unwrap
from paramedic.integrations.sentry.snapshot import own_context, read_snapshot
from paramedic.integrations.sentry.stacks import read_exceptions, read_frames, read_threads
from paramedic.integrations.sentry.wire import Node, Notes, as_text, clean
from paramedic.model.event import Breadcrumb, Event, ExceptionValue, Frame, Level, Origin, Request, Thread, User

MOST_BREADCRUMBS = 200
MOST_TAGS = 200
MOST_FINGERPRINTS = 20
UNLABELED = "<unlabeled event>"
_ISSUE_ADDRESS = re.compile(r"/issues/(\d+)/?")
_PROJECT_ADDRESS = re.compile(r"/projects/[^/]+/([^/]+)/events/")
_LEVELS = {"warn": Level.WARNING, "critical": Level.FATAL, "sample": Level.INFO, "log": Level.INFO, "notice": Level.INFO}


_BULK = frozenset({"breadcrumbs", "contexts", "extra", "modules", "request", "sdk", "_meta", "spans", "debug_meta"})


def parse_event(raw: object, *, origin: Origin | None = None, brief: bool = False) -> Event:
    """The event in ``raw`` (decoded JSON of any shape); the shape is recognised, ``origin`` only names it otherwise.

    ``brief`` reads what grouping and counting need, in a fraction of the time: no variables, breadcrumbs or contexts.
    """
    notes = Notes()
    body, found = unwrap(raw)
    if brief:
        body = {key: value for key, value in body.items() if key not in _BULK}
    if not isinstance(raw, dict):
        notes.expected("event", "an object", raw)
    node = Node(body, "", notes)
    exceptions, threads = read_exceptions(node, brief=brief), read_threads(node, brief=brief)
    frames = read_frames(node.child("stacktrace"), brief=brief) if body.get("stacktrace") else ()
    tags = _tags(node)
    named = dict(tags)
    message = _message(node)
    sdk = node.child("sdk")
    return Event(
        event_id=(node.text("event_id", "id", limit=64) or "").replace("-", ""),
        origin=origin or found,
        platform=node.text("platform", limit=40) or "other",
        level=_level(node, named),
        title=_title(node, exceptions, message),
        culprit=_culprit(node, exceptions, threads, frames),
        message=message,
        logger=node.text("logger", limit=200),
        timestamp=node.moment("timestamp", "datetime", "received"),
        release=_release(node) or named.get("release"),
        dist=node.text("dist", limit=64),
        environment=node.text("environment", limit=120) or named.get("environment"),
        server_name=node.text("server_name", limit=200) or named.get("server_name"),
        transaction=node.text("transaction", limit=300) or named.get("transaction"),
        exceptions=exceptions,
        threads=threads,
        frames=frames,
        breadcrumbs=tuple(_breadcrumb(crumb) for crumb in node.nodes("breadcrumbs", MOST_BREADCRUMBS)),
        tags=tags,
        contexts={name: value for name, value in node.captures("contexts").items() if not own_context(name)},
        extra=node.captures("extra"),
        user=_user(node.child("user")),
        request=_request(node.child("request")),
        modules={name: str(version) for name, version in node.captures("modules").items() if isinstance(version, str)},
        sdk_name=sdk.text("name", limit=100),
        sdk_version=sdk.text("version", limit=60),
        fingerprint=tuple(as_text(part, 500) for _index, part in node.items("fingerprint", MOST_FINGERPRINTS)),
        project=_project(node),
        issue_id=node.text("issue_id", limit=64) or _named_in_address(node, _ISSUE_ADDRESS),
        short_id=node.text("short_id", "shortId", limit=80),
        web_url=node.text("web_url", limit=500),
        snapshot=read_snapshot(node, exceptions),
        notes=tuple(notes.lines),
    )


def _title(node: Node, exceptions: tuple[ExceptionValue, ...], message: str | None) -> str:
    """As Sentry titles an issue: the exception that was raised last, else the message."""
    if exceptions:
        crash = exceptions[-1]
        value = crash.value.strip().splitlines()
        return f"{crash.type}: {value[0]}"[:300] if value else crash.type
    given = node.text("title", limit=300)
    line = (message or given or "").strip().splitlines()
    return line[0][:300] if line else UNLABELED


def _culprit(node: Node, exceptions: tuple[ExceptionValue, ...], threads: tuple[Thread, ...], frames: tuple[Frame, ...]) -> str:
    """What Sentry says, else the transaction, else the last frame of the application's own."""
    given = node.text("culprit", "transaction", limit=300)
    if given:
        return given
    crashed = next((thread.frames for thread in threads if thread.crashed and thread.frames), ())
    stack = (exceptions[-1].frames if exceptions else ()) or frames or crashed
    own = [frame for frame in stack if frame.in_app] or list(stack)
    if not own:
        return ""
    place = own[-1].module or own[-1].filename or ""
    return f"{place} in {own[-1].function}" if place and own[-1].function else place or own[-1].function or ""


def _message(node: Node) -> str | None:
    for key in ("logentry", "message"):
        value = node.raw.get(key)
        if isinstance(value, dict):
            entry = node.child(key)
            if text := entry.text("formatted", "message"):
                return text
        elif isinstance(value, str) and value:
            return clean(value)
    return None


def _level(node: Node, tags: Mapping[str, str]) -> Level:
    given = node.raw.get("level")
    name = given if isinstance(given, str) else tags.get("level", "")
    if name.lower() in set(Level):
        return Level(name.lower())
    if name.lower() in _LEVELS:
        return _LEVELS[name.lower()]
    if given not in (None, ""):
        node.notes.add(f"level: {as_text(given, 40)!r} is not a level; taken as error")
    return Level.ERROR


def _tags(node: Node) -> tuple[tuple[str, str], ...]:
    """Pairs, objects with key and value, or one mapping."""
    raw = node.raw.get("tags")
    if isinstance(raw, dict):
        pairs = list(raw.items())[:MOST_TAGS]
    else:
        pairs = [pair for index, entry in node.items("tags", MOST_TAGS) if (pair := _pair(node, index, entry))]
    return tuple((as_text(key, 200), as_text(value, 500)) for key, value in pairs if value is not None)


def _pair(node: Node, index: int, entry: object) -> tuple[object, object] | None:
    if isinstance(entry, dict) and "key" in entry:
        return entry["key"], entry.get("value")
    if isinstance(entry, list) and len(entry) == 2:
        return entry[0], entry[1]
    node.notes.expected(f"tags[{index}]", "a key and a value", entry)
    return None


def _release(node: Node) -> str | None:
    raw = node.raw.get("release")
    return node.child("release").text("version", limit=250) if isinstance(raw, dict) else node.text("release", limit=250)


def _project(node: Node) -> str | None:
    """The slug where anything says it (a hook's event has it in its addresses alone), else the number."""
    raw = node.raw.get("project")
    if isinstance(raw, dict):
        return node.child("project").text("slug", "id", limit=200)
    named = node.text("project_slug", limit=200) or _named_in_address(node, _PROJECT_ADDRESS)
    return named or node.text("project_name", "project", limit=200)


def _named_in_address(node: Node, pattern: re.Pattern[str]) -> str | None:
    for key in ("issue_url", "web_url", "url"):
        address = node.raw.get(key)
        if isinstance(address, str) and (found := pattern.search(address[:500])):
            return found[1]
    return None


def _breadcrumb(node: Node) -> Breadcrumb:
    return Breadcrumb(
        timestamp=node.moment("timestamp"),
        category=node.text("category", limit=100),
        level=node.text("level", limit=20),
        type=node.text("type", limit=40),
        message=node.text("message", limit=2000),
        data=node.captures("data") if isinstance(node.raw.get("data"), dict) else {},
    )


def _user(node: Node) -> User:
    return User(
        id=node.text("id", limit=200),
        email=node.text("email", limit=200),
        username=node.text("username", "name", limit=200),
        ip_address=node.text("ip_address", limit=64),
    )


def _request(node: Node) -> Request | None:
    if not node.raw:
        return None
    return Request(
        method=node.text("method", limit=20),
        url=node.text("url", limit=2048),
        headers=_headers(node.raw.get("headers")),
        query=_query(node),
        data=node.captured("data"),
    )


def _headers(raw: Any) -> dict[str, str]:
    """Pairs or a mapping; a value may be a list of values."""
    if isinstance(raw, dict):
        pairs = list(raw.items())
    else:
        pairs = [(pair[0], pair[1]) for pair in raw if isinstance(pair, list) and len(pair) == 2] if isinstance(raw, list) else []
    joined = (
        (name, ", ".join(map(as_text, value[:MOST_TAGS])) if isinstance(value, list) else value)
        for name, value in pairs[:MOST_TAGS]
    )
    return {as_text(name, 200): as_text(value, 2000) for name, value in joined if value is not None}


def _query(node: Node) -> Any:
    raw = node.raw.get("query_string", node.raw.get("query"))
    return (
        unquote_plus(clean(raw, 2000)) if isinstance(raw, str) else Node({"query": raw}, node.path, node.notes).captured("query")
    )

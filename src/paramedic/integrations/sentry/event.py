"""One reading of every shape in which Sentry, its kin and its SDKs send an event. It never raises: what could not be read
is said in ``Event.notes``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from paramedic.model.event import Event, ExceptionValue, Frame, Level, Mechanism, Origin


def parse_event(raw: object, *, origin: Origin | None = None) -> Event:
    """The event in ``raw``, decoded JSON of any shape."""
    body = _body(raw)
    exceptions = tuple(_exception(item) for item in _values(body.get("exception")) if isinstance(item, dict))
    entries = body.get("entries")
    if isinstance(entries, list):
        for entry in entries:
            if isinstance(entry, dict) and entry.get("type") == "exception":
                exceptions = tuple(_exception(item) for item in _values(entry.get("data")) if isinstance(item, dict))
    crash = exceptions[-1] if exceptions else None
    title = (
        f"{crash.type}: {crash.value}".splitlines()[0]
        if crash
        else str(body.get("message") or body.get("title") or "<unlabeled event>")
    )
    return Event(
        event_id=str(body.get("event_id") or body.get("eventID") or body.get("id") or ""),
        origin=origin or (Origin.REST if isinstance(entries, list) else Origin.STORED),
        platform=str(body.get("platform") or "other"),
        level=Level(body["level"]) if body.get("level") in set(Level) else Level.ERROR,
        title=title,
        culprit=str(body.get("culprit") or ""),
        timestamp=datetime.now(UTC),
        release=_text(body.get("release")),
        environment=_text(body.get("environment")),
        exceptions=exceptions,
        contexts=_mapping(body.get("contexts")),
        modules={str(k): str(v) for k, v in _mapping(body.get("modules")).items()},
    )


def _body(raw: object) -> Mapping[str, Any]:
    body: object = raw
    for key in ("data", "error", "event"):
        if isinstance(body, dict) and isinstance(body.get(key), dict) and "exception" not in body:
            body = body[key]
    return body if isinstance(body, dict) else {}


def _values(raw: object) -> list[Any]:
    values = raw.get("values") if isinstance(raw, dict) else raw
    return values if isinstance(values, list) else []


def _mapping(raw: object) -> Mapping[str, Any]:
    return raw if isinstance(raw, dict) else {}


def _text(raw: object) -> str | None:
    return raw if isinstance(raw, str) else None


def _exception(raw: Mapping[str, Any]) -> ExceptionValue:
    frames = _mapping(raw.get("stacktrace")).get("frames")
    return ExceptionValue(
        type=str(raw.get("type") or "Error"),
        value=str(raw.get("value") or ""),
        module=_text(raw.get("module")),
        frames=tuple(_frame(frame) for frame in frames if isinstance(frame, dict)) if isinstance(frames, list) else (),
        mechanism=Mechanism(type=_text(_mapping(raw.get("mechanism")).get("type"))),
    )


def _frame(raw: Mapping[str, Any]) -> Frame:
    return Frame(
        function=_text(raw.get("function")),
        module=_text(raw.get("module")),
        filename=_text(raw.get("filename")),
        abs_path=_text(raw.get("abs_path") or raw.get("absPath")),
        lineno=raw.get("lineno") or raw.get("lineNo"),
        context_line=_text(raw.get("context_line")),
        pre_context=tuple(str(line) for line in raw.get("pre_context") or ()),
        post_context=tuple(str(line) for line in raw.get("post_context") or ()),
        in_app=raw.get("in_app"),
        variables=_mapping(raw.get("vars")),
    )

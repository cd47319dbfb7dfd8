"""Our own grouping of SDK events: fingerprint, else stack trace, else exception, else message.

The order is Sentry's. A key is made of names and code, never of line numbers or releases, so that it survives an edit
elsewhere in the file; what it is made of is kept beside it, to be shown.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from paramedic.model.event import Event, ExceptionValue, Frame

_DEFAULT = re.compile(r"\A\{\{\s*default\s*\}\}\Z")
_VARIABLE_PARTS = (
    (re.compile(r"\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b"), "<uuid>"),
    (re.compile(r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?"), "<time>"),
    (re.compile(r"\b[\w.+-]+@[\w-]+\.[\w.-]+\b"), "<email>"),
    (re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b"), "<ip>"),
    (re.compile(r"\b0x[0-9a-fA-F]+\b"), "<hex>"),
    (re.compile(r"\b[0-9a-fA-F]{16,}\b"), "<hash>"),
    (re.compile(r"'[^'\n]{0,200}'|\"[^\"\n]{0,200}\""), "<text>"),
    (re.compile(r"[-+]?\b\d+(?:\.\d+)?\b"), "<number>"),
)
_MOST_FRAMES = 60


@dataclass(frozen=True, slots=True)
class Grouping:
    """``key`` is what equal events share; ``components`` explain it in words."""

    key: str
    method: str
    components: tuple[str, ...]


def group(event: Event) -> Grouping:
    """The issue that an event belongs to."""
    own = tuple(part for part in event.fingerprint if not _DEFAULT.match(part))
    if not own:
        return _keyed(*_default(event))
    if len(own) == len(event.fingerprint):
        return _keyed("fingerprint", own)
    method, components = _default(event)
    return _keyed(f"fingerprint and {method}", own + components)


def parameterised(text: str) -> str:
    """The first line with what varies between occurrences replaced by its kind."""
    line = text.splitlines()[0][:1000] if text.strip() else ""
    for pattern, name in _VARIABLE_PARTS:
        line = pattern.sub(name, line)
    return line.strip()


def _keyed(method: str, components: tuple[str, ...]) -> Grouping:
    text = "\0".join((method, *components))
    return Grouping(hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32], method, components)


def _default(event: Event) -> tuple[str, tuple[str, ...]]:
    stacks = [component for exception in event.exceptions for component in _exception(exception, event.platform)]
    if any(stack.startswith("frame ") for stack in stacks):
        return "stack trace", tuple(stacks)
    frames = _frames(event.frames or _crashed_thread(event), event.platform)
    if frames and not event.exceptions:
        return "stack trace", frames
    if event.exceptions:
        return "exception", tuple(f"{exception.type}: {parameterised(exception.value)}" for exception in event.exceptions)
    return "message", (parameterised(event.message or event.title),)


def _exception(exception: ExceptionValue, platform: str) -> tuple[str, ...]:
    return (f"type {exception.type}", *_frames(exception.frames, platform))


def _crashed_thread(event: Event) -> tuple[Frame, ...]:
    threads = sorted(event.threads, key=lambda thread: (not thread.crashed, not thread.current))
    return threads[0].frames if threads else ()


def _frames(frames: tuple[Frame, ...], platform: str) -> tuple[str, ...]:
    own = [frame for frame in frames if frame.in_app] or list(frames)
    # A recursion of any depth and any cycle is one crash: each frame counts once, before the cut, so that depth moves nothing.
    shown = dict.fromkeys(component for frame in own if (component := _frame(frame, platform)))
    return tuple(shown)[-_MOST_FRAMES:]


def _frame(frame: Frame, platform: str) -> str | None:
    place = frame.module or frame.filename or ""
    code = (frame.context_line or "").strip()[:200]
    if platform in ("native", "c", "objc", "cocoa", "swift"):
        return f"frame {frame.function}" if frame.function else None
    script = platform in ("javascript", "node")
    parts = (place, code or frame.function or "") if script else (place, frame.function or "", code)
    text = " | ".join(part for part in parts if part)
    return f"frame {text}" if text else None

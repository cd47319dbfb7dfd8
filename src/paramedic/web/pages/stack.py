"""An event as its page shows it: the raised exception first, the crash frame first, the application's own frames open."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from paramedic.model.event import Event, ExceptionValue, Frame

MOST_FRAMES = 60


@dataclass(frozen=True, slots=True)
class Line:
    number: int | None
    text: str
    is_crash: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """One frame; ``depth`` is its place in the stack, 1 where the exception rose."""

    depth: int
    frame: Frame
    is_own: bool
    lines: tuple[Line, ...]

    @property
    def place(self) -> str:
        frame = self.frame
        file = frame.filename or frame.abs_path or frame.module or "unknown place"
        return f"{file}:{frame.lineno}" if frame.lineno else file


@dataclass(frozen=True, slots=True)
class Raised:
    """One exception or thread. ``own`` are the application's frames; when no frame is said to be, all are."""

    heading: str
    text: str
    own: tuple[Shown, ...]
    others: tuple[Shown, ...]


def stacks(event: Event) -> tuple[Raised, ...]:
    """Exceptions, the one that was finally raised first, and then the threads."""
    raised = [_raised(one.type, one.value, one.frames) for one in reversed(event.exceptions)]
    if event.frames:
        raised.append(_raised("Stack", event.message or "", event.frames))
    threads = [thread for thread in event.threads if thread.frames]
    return (*raised, *(_raised(f"Thread {thread.name or thread.id or ''}".rstrip(), "", thread.frames) for thread in threads))


def headline(crash: ExceptionValue | None, title: str) -> tuple[str, str]:
    """Type and text of the error; the whole title where there is no exception."""
    return (crash.type, crash.value) if crash else (title, "")


def _raised(heading: str, text: str, frames: Sequence[Frame]) -> Raised:
    newest = list(reversed(frames))[:MOST_FRAMES]
    said = any(frame.in_app for frame in newest)
    shown = [Shown(depth, frame, bool(frame.in_app) or not said, _lines(frame)) for depth, frame in enumerate(newest, 1)]
    return Raised(heading, text, _only(shown, own=True), _only(shown, own=False))


def _only(shown: Iterable[Shown], *, own: bool) -> tuple[Shown, ...]:
    return tuple(one for one in shown if one.is_own is own)


def _lines(frame: Frame) -> tuple[Line, ...]:
    if frame.context_line is None:
        return ()
    first = frame.lineno - len(frame.pre_context) if frame.lineno else None
    texts = [*frame.pre_context, frame.context_line, *frame.post_context]
    crash = len(frame.pre_context)
    return tuple(Line(first + place if first else None, text, place == crash) for place, text in enumerate(texts))

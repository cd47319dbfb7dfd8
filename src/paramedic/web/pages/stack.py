"""An event as its page shows it: the raised exception first, the crash frame first, the application's own frames open."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from paramedic.model.event import Event, ExceptionValue, Frame, Thread
from paramedic.web.pages.rendering import clip

MOST_FRAMES, MOST_FRAMES_IN_ALL, MOST_STACKS = 60, 120, 12
LONGEST_LINE = 400


@dataclass(frozen=True, slots=True)
class Line:
    number: int | None
    text: str
    is_crash: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """One frame; ``depth`` is its place in the stack, 1 where the exception rose. ``anchor`` is its name on the page."""

    anchor: str
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
    """One exception or thread. ``own`` are the application's frames; when no frame is said to be, all are. ``left_out``
    is how many older frames there is no room for; ``is_aside`` is for a thread that was not at fault."""

    anchor: str
    heading: str
    text: str
    own: tuple[Shown, ...]
    others: tuple[Shown, ...]
    left_out: int = 0
    is_aside: bool = False


@dataclass(frozen=True, slots=True)
class _Stack:
    heading: str
    text: str
    frames: Sequence[Frame]
    is_aside: bool = False


def stacks(event: Event) -> tuple[Raised, ...]:
    """Exceptions, the one that was finally raised first, and then the threads, those at fault first; at most
    ``MOST_STACKS``, and ``MOST_FRAMES_IN_ALL`` between them."""
    found = [_Stack(one.type, one.value, one.frames) for one in reversed(event.exceptions)]
    if event.frames:
        found.append(_Stack("Stack", event.message or "", event.frames))
    threads = sorted((one for one in event.threads if one.frames), key=lambda one: (not one.crashed, not one.current))
    found += [_Stack(_thread(one), "", one.frames, is_aside=bool(found) or not one.crashed) for one in threads]
    room, raised = MOST_FRAMES_IN_ALL, []
    for number, one in enumerate(found[:MOST_STACKS], 1):
        raised.append(_raised(number, one, min(room, MOST_FRAMES)))
        room -= min(room, len(one.frames), MOST_FRAMES)
    return tuple(raised)


def left_out(event: Event) -> int:
    """Exceptions and threads for which there is no room."""
    told = len(event.exceptions) + bool(event.frames) + sum(bool(one.frames) for one in event.threads)
    return max(0, told - MOST_STACKS)


def _thread(thread: Thread) -> str:
    said = [name for name, so in (("crashed", thread.crashed), ("current", thread.current)) if so]
    return f"Thread {thread.name or thread.id or ''}".rstrip() + (f" ({', '.join(said)})" if said else "")


def headline(crash: ExceptionValue | None, title: str) -> tuple[str, str]:
    """Type and text of the error; the whole title where there is no exception."""
    return (crash.type, crash.value) if crash else (title, "")


def _raised(number: int, stack: _Stack, room: int) -> Raised:
    newest = list(reversed(stack.frames))[:room]
    said = any(frame.in_app for frame in newest)
    shown = [
        Shown(f"f{number}-{depth}", depth, frame, bool(frame.in_app) or not said, _lines(frame))
        for depth, frame in enumerate(newest, 1)
    ]
    own, others = _only(shown, own=True), _only(shown, own=False)
    return Raised(f"stack{number}", stack.heading, stack.text, own, others, len(stack.frames) - len(newest), stack.is_aside)


def _only(shown: Iterable[Shown], *, own: bool) -> tuple[Shown, ...]:
    return tuple(one for one in shown if one.is_own is own)


def _lines(frame: Frame) -> tuple[Line, ...]:
    if frame.context_line is None:
        return ()
    first = frame.lineno - len(frame.pre_context) if frame.lineno else None
    texts = [*frame.pre_context, frame.context_line, *frame.post_context]
    crash = len(frame.pre_context)
    return tuple(
        Line(first + place if first else None, clip(text, LONGEST_LINE), place == crash) for place, text in enumerate(texts)
    )

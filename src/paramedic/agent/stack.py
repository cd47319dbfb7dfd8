"""Stacks as a model reads them: the frame that raised first, the code around it, and the variables that the code names."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from paramedic.model.event import Event, ExceptionValue, Frame, Thread

_MOST_FRAMES = 24
_DETAILED = 8
_LONGEST_VALUE = 300


def exceptions(event: Event, *, every: bool = False) -> str:
    """The chain, what was finally raised first; ``every`` frame, or the most telling ones."""
    if not event.exceptions:
        return _frames(event.frames, every=every)
    parts = []
    for number, one in enumerate(reversed(event.exceptions)):
        how = "raised" if number == 0 else "from"
        parts.append(f"{how} {one.type}: {one.value}{_thrown(one)}\n{_frames(one.frames, every=every)}")
    return "\n\n".join(parts)


def crashed_threads(event: Event) -> str:
    """Stacks of threads that crashed, where no exception carries them: hangs and native crashes."""
    told = any(one.frames for one in event.exceptions)
    crashed = [thread for thread in event.threads if thread.crashed and thread.frames]
    return "" if told else "\n\n".join(_thread(thread, every=False) for thread in crashed)


def threads(event: Event) -> str:
    """The other threads, each by its innermost frames."""
    others = [thread for thread in event.threads if not thread.crashed]
    return "\n".join(
        f"{_name(thread)}: {' < '.join(_where(frame) for frame in reversed(thread.frames[-3:]))}" for thread in others[:20]
    )


def variables(event: Event) -> str:
    """All captured variables of all frames."""
    lines = []
    for one in event.exceptions:
        for frame in reversed(one.frames):
            lines += [f"{_where(frame)} {name} = {_shown(value)}" for name, value in frame.variables.items()]
    return "\n".join(lines)


def _thrown(one: ExceptionValue) -> str:
    handled = one.mechanism.handled
    return "" if handled is None else f" ({'handled' if handled else 'not handled'})"


def _frames(frames: Sequence[Frame], *, every: bool) -> str:
    newest = list(reversed(frames))
    chosen = newest if every else _telling(newest)
    lines = []
    detailed = 0
    for frame in chosen:
        full = every or (detailed < _DETAILED and (frame.in_app is not False or frame is newest[0]))
        detailed += full
        lines.append(_frame(frame, full=full))
    if len(chosen) < len(newest):
        lines.append(f"[{len(newest) - len(chosen)} frames of libraries left out]")
    return "\n".join(lines)


def _telling(newest: list[Frame]) -> list[Frame]:
    """Our own frames, and the ends of what others' code lies between."""
    if len(newest) <= _MOST_FRAMES:
        return newest
    own = [frame for frame in newest if frame.in_app]
    kept = own[: _MOST_FRAMES - 6] + newest[:4] + newest[-2:]
    return [frame for frame in newest if any(frame is each for each in kept)]


def _frame(frame: Frame, *, full: bool) -> str:
    lines = [f"  {_where(frame)}{'' if frame.in_app is not False else ' [library]'}"]
    if not full or frame.context_line is None:
        return lines[0] + (f"  {frame.context_line.strip()}" if frame.context_line else "")
    first = (frame.lineno or 1) - len(frame.pre_context)
    lines += [f"    {first + number:>5}   {text}" for number, text in enumerate(frame.pre_context)]
    lines.append(f"    {frame.lineno or 0:>5} > {frame.context_line}")
    lines += [f"    {(frame.lineno or 0) + number:>5}   {text}" for number, text in enumerate(frame.post_context, 1)]
    named = set(re.findall(r"[A-Za-z_]\w*", " ".join((*frame.pre_context, frame.context_line, *frame.post_context))))
    lines += [f"      {name} = {_shown(value)}" for name, value in frame.variables.items() if name in named]
    return "\n".join(lines)


def _where(frame: Frame) -> str:
    place = frame.filename or frame.module or frame.package or "?"
    return f"{place}:{frame.lineno or '?'} in {frame.function or '?'}"


def _thread(thread: Thread, *, every: bool) -> str:
    return f"thread {_name(thread)}\n{_frames(thread.frames, every=every)}"


def _name(thread: Thread) -> str:
    return thread.name or thread.id or "?"


def _shown(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}…"

"""Which exception of an event is the crash: chains, groups, threads, and events without an exception."""

from __future__ import annotations

from dataclasses import dataclass

from paramedic.model.diagnosis import MappedFrame
from paramedic.model.event import Event, ExceptionValue
from paramedic.source.frames import map_frames
from paramedic.source.tree import SourceTree

_GROUPS = frozenset({"ExceptionGroup", "BaseExceptionGroup"})


@dataclass(frozen=True, slots=True)
class Raised:
    """One exception of the chain with its frames in the repository."""

    exception: ExceptionValue
    frames: tuple[MappedFrame, ...]

    @property
    def innermost_is_ours(self) -> bool:
        """Whether the very frame that raised lies in the repository."""
        return bool(self.frames) and self.frames[-1].index == len(self.exception.frames) - 1


@dataclass(frozen=True, slots=True)
class Chain:
    """``crash`` is what was finally raised, ``earlier`` what it was raised from or while handling, the nearest first."""

    crash: Raised
    earlier: tuple[Raised, ...] = ()


def read_chain(event: Event, tree: SourceTree, notes: list[str]) -> Chain | None:
    """The crash of an event; None when it carries neither an exception nor a stack."""
    values = event.exceptions if any(each.frames for each in event.exceptions) else _from_stacks(event) or event.exceptions
    if not any(each.frames for each in values):
        return None
    crash = _crash_of(values)
    others = [each for each in reversed(values) if each is not crash and not _is_group(each)]
    return Chain(_raised(crash, tree, notes), tuple(_raised(each, tree, []) for each in others if each.frames))


def _raised(exception: ExceptionValue, tree: SourceTree, notes: list[str]) -> Raised:
    return Raised(exception, map_frames(exception, tree, notes))


def _is_group(exception: ExceptionValue) -> bool:
    return exception.mechanism.is_group or exception.type in _GROUPS


def _crash_of(values: tuple[ExceptionValue, ...]) -> ExceptionValue:
    """The last exception; of a group its first leaf, because the group itself only says that something in it failed."""
    last = values[-1]
    if not _is_group(last):
        return last
    leaves = [each for each in values if not _is_group(each) and _in_group(each)] or [
        each for each in values if not _is_group(each)
    ]
    # Groups are sent outermost last, their members in reverse: the first member stands last.
    return leaves[-1] if leaves else last


def _in_group(exception: ExceptionValue) -> bool:
    return "exceptions[" in (exception.mechanism.source or "")


def _from_stacks(event: Event) -> tuple[ExceptionValue, ...]:
    """A stack without an exception: of the crashed thread, else the current one, else the event's own."""
    threads = sorted((each for each in event.threads if each.frames), key=lambda each: (not each.crashed, not each.current))
    frames = threads[0].frames if threads else event.frames
    return (ExceptionValue(type="", value=event.message or "", frames=frames),) if frames else ()

"""The integration: an event processor that writes a snapshot into the event's contexts.

Contexts, because the SDK does not trim them in depth and breadth as it does ``extra`` and variables, because they come with a
webhook, the API and an envelope alike, and because Sentry's server keeps eight kilobytes of each. They hold short texts that
are JSON each for itself: what the server's own scrubbing changes is lost alone.
"""

from __future__ import annotations

import sysconfig
from types import FrameType, TracebackType
from typing import Any, Iterable, Iterator, Tuple

import sentry_sdk
from sentry_sdk.integrations import Integration
from sentry_sdk.scope import add_global_event_processor
from sentry_sdk.utils import capture_internal_exceptions, handle_in_app, iter_stacks

from paramedic_capture.limits import Limits
from paramedic_capture.privacy import rules_of
from paramedic_capture.snapshot import Snapshot

CONTEXT = "paramedic"
VERSION = 1
_CONTEXT_SIZE = 7_500
_LONGEST = 3_000
_NOTE = "Values as they were when the exception was caught: what the code changed before that shows changed."
_CHAIN = 5
_STANDARD = (sysconfig.get_paths()["stdlib"], "<frozen")
_VARARGS, _VARKEYWORDS = 0x04, 0x08

Place = Tuple[int, int, Any, Any]


class ParamedicCapture(Integration):
    """Typed values of the frames of each error event. ``denylist``: more names of variables, attributes and keys to hide."""

    identifier = "paramedic_capture"

    def __init__(self, limits: Limits = Limits(), denylist: Iterable[str] = ()) -> None:  # noqa: B008 - it is frozen
        self.limits = limits
        self.denylist = tuple(denylist)

    @staticmethod
    def setup_once() -> None:
        add_global_event_processor(_attach)


def _attach(event: Any, hint: Any) -> Any:
    """The event with a snapshot, or as it was: an error in here is the SDK's to log, never the program's to see."""
    client = sentry_sdk.get_client()
    integration = client.get_integration(ParamedicCapture)
    error = (hint or {}).get("exc_info")
    if integration is None or not error:
        return event
    with capture_internal_exceptions():
        entries = _recorded(event, error, integration, client.options)
        contexts = event.setdefault("contexts", {})
        if entries and isinstance(contexts, dict):
            contexts.update(_packed(entries))
    return event


def _recorded(event: Any, error: Any, integration: ParamedicCapture, options: dict[str, Any]) -> list[str]:
    secrets = rules_of(options, integration.denylist)
    if secrets is None:
        return []
    longest = min(_LONGEST, options.get("max_value_length") or _LONGEST)
    snapshot = Snapshot(integration.limits, secrets, longest)
    frames = list(_own_frames(event, error, integration.limits, options))
    for arguments in (True, False):
        for place, frame in frames:
            snapshot.frame(place, _variables(frame, arguments=arguments))
    snapshot.objects()
    return snapshot.entries


def _own_frames(event: Any, error: Any, limits: Limits, options: dict[str, Any]) -> Iterator[tuple[Place, FrameType]]:
    """The application's frames, of the exception that was raised last first, each from the crash outwards.

    Exceptions and frames are counted from the last, 1 being the last: what a server leaves out, it leaves out before that.
    """
    handle_in_app(event, options.get("in_app_exclude"), options.get("in_app_include"), options.get("project_root"))
    values = (event.get("exception") or {}).get("values") or []
    for position, (shown, raised) in enumerate(zip(reversed(values), _chain(error[1], error[2])), 1):
        described = (shown.get("stacktrace") or {}).get("frames") or []
        traced = [trace.tb_frame for trace in iter_stacks(raised)]
        pairs = list(zip(reversed(described), reversed(traced)))
        whole = all(item.get("in_app") is False for item in described)
        for number, (item, frame) in enumerate(pairs[: limits.frames], 1):
            if (whole or _own(item)) and item.get("function") == frame.f_code.co_name:
                yield (position, number, item.get("function"), item.get("lineno")), frame


def _own(shown: dict[str, Any]) -> bool:
    """Where the SDK leaves it to the server to say, what is not of the standard library is the application's own."""
    told = shown.get("in_app")
    return told is True or (told is None and not str(shown.get("abs_path")).startswith(_STANDARD))


def _chain(error: BaseException | None, trace: TracebackType | None) -> Iterator[TracebackType | None]:
    """The tracebacks of an exception and of its causes, as the SDK orders them from the last."""
    for _ in range(_CHAIN):
        if error is None:
            return
        yield trace
        cause = BaseException.__dict__["__cause__"].__get__(error)
        if cause is None and not BaseException.__dict__["__suppress_context__"].__get__(error):
            cause = BaseException.__dict__["__context__"].__get__(error)
        error = cause
        trace = BaseException.__dict__["__traceback__"].__get__(error) if error is not None else None


def _variables(frame: FrameType, *, arguments: bool) -> list[tuple[str, Any]]:
    """Either the arguments of a frame, receiver first, or its other variables; of a module, what is not its furniture."""
    code, held = frame.f_code, dict(frame.f_locals)
    flags = code.co_flags
    count = code.co_argcount + code.co_kwonlyargcount + bool(flags & _VARARGS) + bool(flags & _VARKEYWORDS)
    given = code.co_varnames[:count]
    if arguments:
        return [(name, held[name]) for name in given if name in held]
    module = frame.f_globals is frame.f_locals
    return [
        (name, value)
        for name, value in list(held.items())
        if name not in given and not (module and (name.startswith("__") or (callable(type(value)) and _furniture(value))))
    ]


def _furniture(value: Any) -> bool:
    return type(value).__name__ in ("module", "function", "type", "ABCMeta", "builtin_function_or_method")


def _packed(entries: list[str]) -> dict[str, dict[str, Any]]:
    """The entries as contexts, each under the size at which a server begins to trim."""
    packed: list[dict[str, Any]] = [{"version": VERSION, "note": _NOTE}]
    size = 0
    for entry in entries:
        length = len(entry.encode()) + 8
        if size + length > _CONTEXT_SIZE:
            packed.append({})
            size = 0
        size += length
        packed[-1][f"e{len(packed[-1])}"] = entry
    return {CONTEXT if index == 0 else f"{CONTEXT}_{index + 1}": item for index, item in enumerate(packed)}

"""Frames, exceptions and threads, from the ingest shape and from REST's (camelCase, ``context`` lines folded)."""

from __future__ import annotations

from collections.abc import Iterator

from paramedic.integrations.sentry.wire import Node, as_text, clean
from paramedic.model.event import ExceptionValue, Frame, Mechanism, Thread

MOST_FRAMES = 1000
MOST_EXCEPTIONS = 50
MOST_THREADS = 200
MOST_LINES = 20


def read_exceptions(event: Node, *, brief: bool = False) -> tuple[ExceptionValue, ...]:
    """The chain in Sentry's order: causes first, the exception that was finally raised last.

    ``brief`` frames carry what tells one crash from another, and no variables or surroundings.
    """
    return tuple(_exception(node, brief) for node in event.nodes("exception", MOST_EXCEPTIONS))


def read_threads(event: Node, *, brief: bool = False) -> tuple[Thread, ...]:
    return tuple(
        Thread(
            id=node.text("id", limit=64),
            name=node.text("name", limit=200),
            crashed=bool(node.flag("crashed")),
            current=bool(node.flag("current")),
            frames=read_frames(node.child("stacktrace"), brief=brief),
        )
        for node in event.nodes("threads", MOST_THREADS)
    )


def read_frames(stacktrace: Node, *, brief: bool = False) -> tuple[Frame, ...]:
    """Oldest first. Null frames are passed over."""
    read = _brief_frame if brief else _frame
    return tuple(read(node) for node in stacktrace.nodes("frames", MOST_FRAMES))


def _exception(node: Node, brief: bool) -> ExceptionValue:
    mechanism = node.child("mechanism")
    return ExceptionValue(
        type=node.text("type", limit=300) or "Error",
        value=_value(node),
        module=node.text("module", limit=300),
        frames=read_frames(node.child("stacktrace"), brief=brief) or read_frames(node.child("rawStacktrace"), brief=brief),
        mechanism=Mechanism(
            type=mechanism.text("type", limit=100),
            handled=mechanism.flag("handled"),
            exception_id=mechanism.number("exception_id"),
            parent_id=mechanism.number("parent_id"),
            is_group=bool(mechanism.flag("is_exception_group")),
            source=mechanism.text("source", limit=200),
        ),
        thread_id=node.text("thread_id", "threadId", limit=64),
    )


def _value(node: Node) -> str:
    """Some SDKs send an object as the value: it is shown as JSON-like text rather than lost."""
    value = node.raw.get("value")
    return as_text(value) if isinstance(value, dict | list) else node.text("value") or ""


def _frame(node: Node) -> Frame:
    lineno = node.number("lineno", "lineNo")
    context, before, after = _context(node, lineno)
    return Frame(
        function=node.text("function", "rawFunction", limit=512),
        module=node.text("module", limit=512),
        filename=node.text("filename", limit=1024),
        abs_path=node.text("abs_path", "absPath", limit=2048),
        lineno=lineno,
        colno=node.number("colno", "colNo"),
        context_line=context,
        pre_context=before,
        post_context=after,
        in_app=node.flag("in_app", "inApp"),
        variables=node.captures("vars"),
        package=node.text("package", limit=512),
    )


def _brief_frame(node: Node) -> Frame:
    line = node.raw.get("context_line")
    return Frame(
        function=node.text("function", "rawFunction", limit=512),
        module=node.text("module", limit=512),
        filename=node.text("filename", limit=1024),
        context_line=clean(line, 2000) if isinstance(line, str) else None,
        in_app=node.flag("in_app", "inApp"),
    )


def _context(node: Node, lineno: int | None) -> tuple[str | None, tuple[str, ...], tuple[str, ...]]:
    folded = node.raw.get("context")
    if not isinstance(folded, list):
        line = node.raw.get("context_line")
        return (
            clean(line, 2000) if isinstance(line, str) else None,
            tuple(_lines(node, "pre_context")),
            tuple(_lines(node, "post_context")),
        )
    numbered = [(pair[0], clean(pair[1] or "", 2000)) for pair in folded if _is_numbered(pair)]
    here = next((text for number, text in numbered if number == lineno), None)
    before = tuple(text for number, text in numbered if lineno is not None and number < lineno)
    after = tuple(text for number, text in numbered if lineno is not None and number > lineno)
    return here, before, after


def _is_numbered(pair: object) -> bool:
    return isinstance(pair, list) and len(pair) == 2 and isinstance(pair[0], int) and isinstance(pair[1], str | None)


def _lines(node: Node, key: str) -> Iterator[str]:
    for _index, line in node.items(key, MOST_LINES):
        if isinstance(line, str):
            yield clean(line, 2000)

"""Events without a place in this repository: no stack, or only frames of other packages."""

from __future__ import annotations

import re

from paramedic.diagnosis import messages
from paramedic.diagnosis.chain import Chain
from paramedic.diagnosis.judgement import judge
from paramedic.diagnosis.text import plain
from paramedic.model.diagnosis import Category, Diagnosis, Evidence, Family, Provenance
from paramedic.model.event import Event, Frame
from paramedic.source.frames import unmapped_remedy
from paramedic.source.tree import SourceTree

_LIBRARY = re.compile(r"[/\\](?:(?:site|dist)-packages|[Ll]ib[/\\]python\d|node_modules|vendor|gems)[/\\]")
_MINIFIED = re.compile(r"\.min\.js|chunk|bundle|[.-][0-9a-f]{8,}\.js")


def without_stack(event: Event) -> Diagnosis:
    """A message, or an exception without frames."""
    kind = event.crash.type if event.crash else ""
    said = plain(event.crash.value if event.crash else (event.message or event.title), 200)
    return Diagnosis(
        summary=f'The event carries no stack, only "{said}".',
        category=Category.UNKNOWN,
        family=messages.read(kind, said).family if kind else Family.OTHER,
        location=None,
        exception_type=kind,
        evidence=(Evidence("E1", "message", said, Provenance.UNTRUSTED),),
        confidence=0.05,
    )


def without_frames(event: Event, chain: Chain, tree: SourceTree) -> Diagnosis:
    """No frame lies in the tree: another package's crash, minified code, or paths that must be mapped first."""
    raised = chain.crash
    reading = messages.read(raised.exception.type, raised.exception.value)
    judged = judge(raised, reading, (), None, (), tree)
    category, obstacle = judged.category, judged.obstacle
    if not obstacle:
        category, obstacle = _where(raised.exception.frames, unmapped_remedy(event, tree))
    last = raised.exception.frames[-1] if raised.exception.frames else None
    where = f" in {plain(last.function or last.filename or 'an unnamed frame', 80)}" if last else ""
    kind = plain(raised.exception.type, 60) or "The event"
    return Diagnosis(
        summary=f'{kind} rose{where}, outside this repository, with "{plain(raised.exception.value, 120)}".',
        category=category,
        family=reading.family,
        location=None,
        exception_type=raised.exception.type,
        evidence=(Evidence("E1", "exception", f"{kind}: {plain(raised.exception.value, 200)}", Provenance.UNTRUSTED),),
        confidence=0.2 if category is not Category.UNKNOWN else 0.05,
        fixable=False,
        obstacle=obstacle,
    )


def _where(frames: tuple[Frame, ...], remedy: str) -> tuple[Category, str]:
    paths = [each.abs_path or each.filename or "" for each in frames]
    if paths and all(_LIBRARY.search(path) for path in paths):
        return Category.THIRD_PARTY, "Every frame of the crash lies in other packages."
    if any(_MINIFIED.search(path) for path in paths):
        return Category.OBFUSCATED, "The frames are of minified code; upload source maps to read them."
    return Category.UNKNOWN, f"No frame of the crash lies in this repository. {remedy}".strip()

"""Where on an issue's page each fact of a diagnosis is shown, so that a reader can look it up."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from paramedic.model.event import Event
from paramedic.web.pages.stack import Raised, Shown

_PLACE = re.compile(r"(?P<file>[^\s:]+):(?P<line>\d+)(?: in (?P<function>.+?))?(?:: |$)")


def places_of(diagnosis: Mapping[str, Any], stacks: Sequence[Raised], event: Event | None) -> dict[str, tuple[str, str]]:
    """By the fact's id, the anchor of what shows it and a name for that; facts that nothing here shows are not among them."""
    found = {}
    for fact in diagnosis.get("evidence") or ():
        place = _place(str(fact.get("kind")), str(fact.get("text")), diagnosis, stacks, event)
        if place is not None:
            found[str(fact.get("id"))] = place
    return found


def _place(
    kind: str, text: str, diagnosis: Mapping[str, Any], stacks: Sequence[Raised], event: Event | None
) -> tuple[str, str] | None:
    if kind in ("exception", "cause"):
        return next(((one.anchor, "the stack") for one in stacks if text.startswith(one.heading[:80])), None)
    if kind == "frame":
        return next(((frame.anchor, f"frame {frame.depth}") for frame in _frames(stacks) if _is_at(frame, text)), None)
    if kind == "variable":
        name = text.partition(" = ")[0]
        holding = (frame for frame in _frames(stacks) if name in frame.frame.variables)
        return next(((frame.anchor, f"the variables of frame {frame.depth}") for frame in holding), None)
    if kind == "code":
        return _hop(text, diagnosis)
    if kind == "release":
        return ("often", "the releases")
    return _crumb(text, event)


def _frames(stacks: Sequence[Raised]) -> Iterator[Shown]:
    for one in stacks:
        yield from one.own
        yield from one.others


def _is_at(frame: Shown, text: str) -> bool:
    found = _PLACE.match(text)
    if found is None:
        return False
    file = frame.frame.filename or frame.frame.abs_path or ""
    same_file = file == found["file"] or file.endswith("/" + found["file"]) or found["file"].endswith("/" + file)
    name = (found["function"] or "").rpartition(".")[2]
    return bool(file) and same_file and (frame.frame.lineno == int(found["line"]) or frame.frame.function == name)


def _hop(text: str, diagnosis: Mapping[str, Any]) -> tuple[str, str] | None:
    for number, hop in enumerate(diagnosis.get("trace") or (), 1):
        if text.startswith(f"{hop.get('file')}:{hop.get('line')}:"):
            return f"hop{number}", f"step {number} to the origin"
    return None


def _crumb(text: str, event: Event | None) -> tuple[str, str] | None:
    crumbs = event.breadcrumbs if event else ()
    number = next((place for place, one in enumerate(crumbs, 1) if one.message and one.message[:80] in text), None)
    return (f"crumb{number}", "what went before") if number else None

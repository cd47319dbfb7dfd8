"""From one event and the source to the root cause."""

from __future__ import annotations

from paramedic.diagnosis import messages, suspects
from paramedic.diagnosis.chain import Chain, read_chain
from paramedic.diagnosis.fault import find_fault
from paramedic.diagnosis.scene import scene_of
from paramedic.diagnosis.text import plain
from paramedic.model.diagnosis import Category, Diagnosis, Family
from paramedic.model.event import Event
from paramedic.source.tree import SourceTree


def diagnose(event: Event, tree: SourceTree) -> Diagnosis:
    """Why the event happened, by reading alone: nothing is executed, and no text of the event is evaluated."""
    notes: list[str] = []
    chain = read_chain(event, tree, notes)
    if chain is None:
        return Diagnosis(f"{plain(event.title)!r} carries no stack.", Category.UNKNOWN, Family.OTHER, None, "")
    if not chain.crash.frames:
        return _outside(chain)
    return _inside(chain, tree)


def _outside(chain: Chain) -> Diagnosis:
    exception = chain.crash.exception
    reading = messages.read(exception.type, exception.value)
    return Diagnosis(f"{plain(exception.type)} outside this repository.", Category.UNKNOWN, reading.family, None, exception.type)


def _inside(chain: Chain, tree: SourceTree) -> Diagnosis:
    exception, frames = chain.crash.exception, chain.crash.frames
    reading = messages.read(exception.type, exception.value)
    scene = scene_of(tree, frames[-1])
    below = None if chain.crash.innermost_is_ours else exception.frames[frames[-1].index + 1]
    found = find_fault(scene, reading, below) if scene else None
    return Diagnosis(
        summary=f"{plain(exception.type)} at {frames[-1].location.file}:{frames[-1].location.line}.",
        category=Category.SERVER,
        family=found.fault.family if found else reading.family,
        location=frames[-1].location,
        exception_type=exception.type,
        fault=found.fault if found else None,
        suspects=suspects.rank(chain),
        confidence=0.5,
        frames=frames,
    )

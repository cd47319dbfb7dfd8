"""From one event and the source to the root cause."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from paramedic.diagnosis import hints, messages, summary, suspects
from paramedic.diagnosis.chain import Chain, Raised, read_chain
from paramedic.diagnosis.deliberate import deliberate_fault, raise_at, translated
from paramedic.diagnosis.fault import Found, find_fault
from paramedic.diagnosis.judgement import Judgement, judge, rejected
from paramedic.diagnosis.outside import without_frames, without_stack
from paramedic.diagnosis.reading import Reading
from paramedic.diagnosis.scene import Scene, collapse, scene_of
from paramedic.diagnosis.trace import Trail, trace
from paramedic.model.diagnosis import Diagnosis
from paramedic.model.event import Event
from paramedic.source.symbols import SymbolIndex
from paramedic.source.tree import SourceTree


@dataclass(frozen=True, slots=True)
class _Cause:
    """The exception that explains the crash, with what was found for it; usually the crash itself."""

    raised: Raised
    reading: Reading
    scenes: tuple[Scene, ...]
    found: Found | None
    trail: Trail


def diagnose(event: Event, tree: SourceTree) -> Diagnosis:
    """Why the event happened, by reading alone: nothing is executed, and no text of the event is evaluated.

    Never raises for an odd event: what cannot be read gives a diagnosis with low confidence that says so.
    """
    chain = read_chain(event, tree, [])
    if chain is None:
        return without_stack(event)
    if not chain.crash.frames:
        return without_frames(event, chain, tree)
    index = SymbolIndex(tree)
    crash_scenes = _scenes(tree, chain.crash)
    cause = _cause(chain, crash_scenes, index)
    return _conclude(event, chain, cause, crash_scenes, index)


def _scenes(tree: SourceTree, raised: Raised) -> tuple[Scene, ...]:
    return collapse([scene for scene in (scene_of(tree, each) for each in raised.frames) if scene is not None])


def _cause(chain: Chain, scenes: tuple[Scene, ...], index: SymbolIndex) -> _Cause:
    """The crash, or what it was translated from: ``raise Y from x`` in a handler only passes ``x`` on."""
    raised = chain.crash
    statement = raise_at(scenes[-1], _short(raised)) if scenes and raised.innermost_is_ours else None
    if statement is not None and translated(scenes[-1], statement):
        for earlier in chain.earlier:
            inner = _scenes(index.tree, earlier)
            found = _explained(earlier, inner) if inner else None
            if found is not None:
                # The outer callers are only on the stack of the exception that was raised last.
                same = inner[0].function is scenes[-1].function
                whole = (*scenes[:-1], replace(inner[0], first_index=scenes[-1].first_index), *inner[1:]) if same else inner
                return _followed(earlier, whole, found, index)
    return _followed(raised, scenes, _explained(raised, scenes), index)


def _short(raised: Raised) -> str:
    return raised.exception.type.rsplit(".", 1)[-1]


def _explained(raised: Raised, scenes: tuple[Scene, ...]) -> Found | None:
    """The fault of one exception: the guard of a deliberate raise, else the failing expression."""
    if not scenes:
        return None
    if raised.innermost_is_ours:
        statement = raise_at(scenes[-1], _short(raised))
        if statement is not None:
            return deliberate_fault(scenes[-1], statement)
    below = None if raised.innermost_is_ours else raised.exception.frames[raised.frames[-1].index + 1]
    return find_fault(scenes[-1], _read(raised), below)


def _read(raised: Raised) -> Reading:
    return messages.read(raised.exception.type, raised.exception.value)


def _followed(raised: Raised, scenes: tuple[Scene, ...], found: Found | None, index: SymbolIndex) -> _Cause:
    reading = _read(raised)
    trail = trace(scenes, found, reading, index, summary.symptom(found)) if found else Trail(())
    return _Cause(raised, reading, scenes, found, trail)


def _conclude(event: Event, chain: Chain, cause: _Cause, crash_scenes: tuple[Scene, ...], index: SymbolIndex) -> Diagnosis:
    found, steps = cause.found, cause.trail.main
    judged = _judge(chain, cause, index.tree)
    ranked_scenes = _both(crash_scenes, cause.scenes)
    pointed = hints.gather(cause.scenes, found, cause.reading, index) if found else ()
    return Diagnosis(
        summary=summary.summarise(chain, found, steps),
        category=judged.category,
        family=found.fault.family if found else cause.reading.family,
        location=chain.crash.frames[-1].location,
        exception_type=chain.crash.exception.type,
        fault=found.fault if found else None,
        trace=tuple(step.hop for step in steps),
        suspects=suspects.rank(ranked_scenes, cause.trail.paths, pointed)
        if ranked_scenes
        else suspects.of_frames(chain.crash.frames),
        evidence=summary.gather(event, chain, cause.scenes, found, steps),
        confidence=_confidence(chain, found, steps, judged),
        fixable=judged.fixable,
        obstacle=judged.obstacle,
        frames=chain.crash.frames,
    )


def _judge(chain: Chain, cause: _Cause, tree: SourceTree) -> Judgement:
    """What was finally raised decides first, then what it was made of."""
    steps = tuple(step for path in cause.trail.paths for step in path)
    verdict = judge(chain.crash, _read(chain.crash), cause.scenes, cause.found, steps, tree)
    if verdict.fixable and cause.raised is not chain.crash:
        if any(step.outside for step in steps):
            return rejected(chain.crash)
        return judge(cause.raised, cause.reading, cause.scenes, cause.found, steps, tree)
    return verdict


def _both(crash: tuple[Scene, ...], cause: tuple[Scene, ...]) -> tuple[Scene, ...]:
    """The crash's scenes, with those of the cause that it does not have just outside of the innermost."""
    known = {(scene.mapped.location.file, scene.mapped.location.function) for scene in crash}
    extra = [each for each in cause if (each.mapped.location.file, each.mapped.location.function) not in known]
    return (*crash[:-1], *extra, *crash[-1:]) if crash else cause


def _confidence(chain: Chain, found: Found | None, steps: Sequence[object], judged: Judgement) -> float:
    """Calibrated by what was seen: the fault, a variable that shows it, a trace, and a file that is the one that ran."""
    score = 0.3
    if found is not None:
        score += 0.15 + {True: 0.25, None: 0.05, False: -0.1}[found.confirmed] - min(found.rivals, 3) * 0.05
        score += 0.1 if len(steps) > 1 else 0.0
    score += 0.1 if chain.crash.frames[-1].exact else -0.1
    score += 0.05 if not judged.fixable else 0.0
    return round(max(0.05, min(score, 0.95)), 2)

"""Which of the changes that pass is right: what each does to near-by inputs, and how they differ from each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from paramedic.model.repair import Candidate, Kind, Reproduction
from paramedic.proof.laboratory import Laboratory, Observation, overlay
from paramedic.proof.nearby import variants

MOST_JUDGED = 14
THRESHOLD = 0.55
"""Below it, half of what passed on real crashes was not what the developers did."""
OBSCURE = frozenset(
    ("AttributeError", "TypeError", "KeyError", "IndexError", "UnboundLocalError", "NameError", "RecursionError", "StopIteration")
)
MOVED_FACTOR = 0.8
HALF_FACTOR = 0.85


@dataclass(frozen=True, slots=True)
class Survivor:
    """A candidate under which the test passes, or ends with the error that the candidate answers with.

    ``behaviour`` is what it does on the near-by inputs, None where it leaves the crash as it was: survivors with the same
    behaviour are the same repair.
    """

    candidate: Candidate
    observation: Observation
    score: float
    behaviour: tuple[tuple[str, ...] | None, ...] = ()

    @property
    def is_fix(self) -> bool:
        return self.candidate.kind is Kind.FIX


def judged(survivors: Sequence[Survivor], reproduction: Reproduction, laboratory: Laboratory, crash: str) -> list[Survivor]:
    """The survivors that leave working inputs as they were, the best first: a fix that may be claimed before what only
    silences, however often that is done. ``crash`` is the type of the crash."""
    sources = variants(reproduction)
    chosen = list(survivors[:MOST_JUDGED])
    if not sources:
        return chosen
    versions = [{}, *(overlay(survivor.candidate) for survivor in chosen)]
    before, *after = laboratory.compare(versions, sources)
    kept = [
        _weighed(survivor, before, observations, crash)
        for survivor, observations in zip(chosen, after, strict=True)
        if not _changed(before, observations)
    ]
    return sorted(kept, key=lambda survivor: (not survivor.is_fix or survivor.score < THRESHOLD, -survivor.score))


def _changed(before: Sequence[Observation], after: Sequence[Observation]) -> bool:
    """Whether an input that worked before gives something else now."""
    return any(old.ok and new.type != "Skipped" and old.outcome != new.outcome for old, new in zip(before, after, strict=True))


def _weighed(survivor: Survivor, before: Sequence[Observation], after: Sequence[Observation], crash: str) -> Survivor:
    pairs = [(old, new) for old, new in zip(before, after, strict=True) if not old.ok and old.type == crash]
    # The error that a change means to answer with is its answer, whatever its type.
    foreign = OBSCURE - {crash, survivor.candidate.answer}
    moved = any(not new.ok and new.type in foreign for _, new in pairs)
    left = sum(not new.ok and new.type == crash for _, new in pairs)
    factor = MOVED_FACTOR if moved else 1.0
    if pairs and left * 2 > len(pairs):
        factor *= HALF_FACTOR
    behaviour = tuple(
        None if not old.ok and new.outcome == old.outcome else new.outcome for old, new in zip(before, after, strict=True)
    )
    return replace(survivor, score=round(survivor.score * factor, 4), behaviour=behaviour)


def rivals(best: Survivor, others: Sequence[Survivor]) -> list[Survivor]:
    """Survivors that do something else than the best one with an input that both of them answer."""
    return [other for other in others if not _agree(best, other)]


def _agree(one: Survivor, other: Survivor) -> bool:
    pairs = zip(one.behaviour, other.behaviour, strict=False)
    return len(one.behaviour) == len(other.behaviour) and all(a == b or a is None or b is None for a, b in pairs)

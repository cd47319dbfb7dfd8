"""The figures of a set of rows, and what became worse since the committed table."""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from bench.crashes.row import Row

BINS = 10


@dataclass(frozen=True)
class Bin:
    """Rows whose claim of a share lies in [``low``, ``low`` + 0.1): how many, and how many of them were right."""

    low: float
    cases: int
    right: int


def totals(rows: Sequence[Row]) -> dict[str, Any]:
    """Shares, in per cent, of the crashes with a fix (null where there are none); precision and harmless, of the proven."""
    fixable, hopeless = [row for row in rows if not row.no_fix], [row for row in rows if row.no_fix]
    proven = [row for row in fixable if row.claimed]
    times = sorted(row.work for row in rows) or [0.0]
    return {
        "cases": len(rows),
        "with_fix": len(fixable),
        "located_first": share(row.located_first for row in fixable),
        "located_three": share(row.located_three for row in fixable),
        "reproduced": share(row.reproduced for row in fixable),
        "proven": share(row.claimed for row in fixable),
        "correct": share(row.correct for row in fixable),
        "precision": share(row.correct for row in proven),
        "harmless": share(bool(row.proof and row.proof.harmless) for row in proven),
        "best_unclaimed_correct": share(bool(row.alternative and row.alternative.correct) for row in fixable),
        "no_fix": len(hopeless),
        "no_fix_told": share(not row.loss for row in hopeless),
        "wrong_on_no_fix": sum(row.wrong for row in rows),
        "median_seconds": round(statistics.median(times), 1),
        "p95_seconds": round(times[min(len(times) - 1, int(0.95 * len(times)))], 1),
        "median_seconds_by_stage": stages(rows),
        "losses": losses(rows),
    }


def share(flags: Iterable[bool]) -> float | None:
    """Per cent, to a tenth; None of nothing."""
    counted = [bool(flag) for flag in flags]
    return round(100 * sum(counted) / len(counted), 1) if counted else None


def losses(rows: Iterable[Row]) -> dict[str, int]:
    """Cases by what they were lost to, the most first."""
    counted = Counter(row.loss for row in rows if row.loss)
    return dict(sorted(counted.items(), key=lambda item: (-item[1], item[0])))


def stages(rows: Iterable[Row]) -> dict[str, float]:
    """Median seconds of each stage among the cases that came to it."""
    found: dict[str, list[float]] = defaultdict(list)
    for row in rows:
        for stage, took in row.seconds.items():
            found[stage].append(took)
    return {stage: round(statistics.median(times), 2) for stage, times in found.items()}


def calibration(claims: Iterable[tuple[float, bool]]) -> list[Bin]:
    """By tenths: how often what was claimed with such a number was right. A tenth without a claim is left out."""
    tenths: dict[int, list[bool]] = defaultdict(list)
    for claim, right in claims:
        tenths[min(BINS - 1, int(claim * BINS))].append(right)
    return [Bin(tenth / BINS, len(rights), sum(rights)) for tenth, rights in sorted(tenths.items())]


def claims_of_fixes(rows: Iterable[Row], *, claimed: bool) -> list[tuple[float, bool]]:
    """The prover's plausibility and whether the change was correct: of claimed changes, or of the best left unclaimed."""
    judged = ((row.plausibility, row.proof if claimed else row.alternative) for row in rows)
    return [(plausibility, judgement.correct) for plausibility, judgement in judged if judgement and plausibility is not None]


def claims_of_places(rows: Iterable[Row]) -> list[tuple[float, bool]]:
    """The diagnosis's confidence and whether its first suspect was right."""
    return [(row.confidence, row.located_first) for row in rows if not row.no_fix and row.confidence]


def worse(rows: Iterable[Row], before: Sequence[dict[str, Any]]) -> list[str]:
    """One sentence for each figure of a case that the committed table has better."""
    old = {entry["name"]: entry for entry in before}
    said = []
    for row in rows:
        then = old.get(row.name) or old.get(row.digest)
        if then:
            said += [f"{row.name}: {change}" for change in _changes(row, then)]
    return said


def _changes(row: Row, then: dict[str, Any]) -> list[str]:
    lost = {"located_three": "no longer located", "reproduced": "no longer reproduced", "correct": "no longer correct"}
    found = [sentence for figure, sentence in lost.items() if then[figure] and not getattr(row, figure) and not row.no_fix]
    if row.claimed and not row.correct and then["verdict"] != "proven_fix":
        found.append("now claimed, and wrong")
    if row.no_fix and row.loss and not then["loss"]:
        found.append(f"no longer told as nothing to fix, but {row.verdict}")
    return found

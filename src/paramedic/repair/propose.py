"""All ideas at all sites, turned into candidates in order of plausibility."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator

from paramedic.model.diagnosis import Diagnosis
from paramedic.model.event import Event
from paramedic.model.repair import Candidate, Edit, Kind
from paramedic.repair import (
    binding,
    conditions,
    conversions,
    defaults,
    guards,
    handlers,
    membership,
    names,
    protocols,
    returns,
    siblings,
    slips,
    tables,
)
from paramedic.repair.borrowed import oversteps
from paramedic.repair.draft import Draft
from paramedic.repair.echo import echoes, twins_of
from paramedic.repair.sheet import apply
from paramedic.repair.site import Site, origins, sites
from paramedic.repair.undone import leaves_undone
from paramedic.source.tree import SourceTree

MOST_CANDIDATES = 120
DEPTH_FACTORS = (1.0, 0.7, 0.55, 0.45, 0.35, 0.3)
"""A change further from the crash is right less often."""

IDEAS: tuple[Callable[[Site], Iterator[Draft]], ...] = (
    siblings.guarded,
    guards.guards,
    conditions.strengthened,
    conditions.truthiness,
    conditions.class_checked,
    conditions.filtered,
    conditions.alternative,
    handlers.widened,
    handlers.copied,
    handlers.translated,
    handlers.fallback,
    membership.past_lookups,
    defaults.origin,
    defaults.in_place,
    defaults.lookup,
    defaults.empty_sequence,
    defaults.attribute,
    names.misspelled,
    names.moved,
    names.unimported,
    names.exchanged,
    conversions.conversions,
    conversions.key_normalised,
    protocols.not_implemented,
    tables.missing_entry,
    binding.unbound,
    *slips.IDEAS,
)


def candidates(event: Event, diagnosis: Diagnosis, tree: SourceTree) -> tuple[Candidate, ...]:
    """Ranked by plausibility, then by size; each resulting text once. Empty when the diagnosis says that no code fix is right."""
    if not diagnosis.fixable:
        return ()
    found: dict[tuple[Edit, ...], Candidate] = {}
    places = [(site, IDEAS) for site in sites(event, diagnosis, tree)]
    places += [(site, returns.IDEAS) for site in origins(event, diagnosis, tree)]
    for site, ideas in places:
        twins = twins_of(site)
        for draft in (draft for idea in ideas for draft in idea(site)):
            for change in (draft, *echoes(site, twins, draft)):
                _keep(found, _candidate(site, change))
    ranked = sorted(found.values(), key=lambda candidate: (-candidate.plausibility, _size(candidate), candidate.rationale))
    return tuple(ranked[:MOST_CANDIDATES])


def _keep(found: dict[tuple[Edit, ...], Candidate], candidate: Candidate | None) -> None:
    if candidate is None:
        return
    kept = found.get(candidate.edits)
    if kept is None or kept.plausibility < candidate.plausibility:
        found[candidate.edits] = candidate


def _candidate(site: Site, draft: Draft) -> Candidate | None:
    after = apply(site.sheet.text, draft.replacements)
    if after == site.sheet.text or not _compiles(after):
        return None
    unfounded = (bool(draft.leaves) and leaves_undone(site, draft.leaves)) or oversteps(site, draft)
    kind = Kind.FIX if (draft.precedent is not None or draft.origin) and not unfounded else Kind.STOP_GAP
    return Candidate(
        edits=(Edit(site.module.path, site.sheet.text, after),),
        shape=draft.shape,
        kind=kind,
        rationale=draft.rationale,
        plausibility=round(min(draft.weight, 1.0) * DEPTH_FACTORS[min(site.depth, len(DEPTH_FACTORS) - 1)], 4),
        location=site.location,
        precedent=None if unfounded else draft.precedent,
        answer=draft.answer,
    )


def _compiles(text: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(text, "<candidate>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _size(candidate: Candidate) -> int:
    return sum(abs(len(edit.after) - len(edit.before)) for edit in candidate.edits)

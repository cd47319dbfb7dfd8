"""From what an agent found to the verdict of its session."""

from __future__ import annotations

from dataclasses import replace

from paramedic.model.agent import Answer, Investigation, StopReason
from paramedic.model.diagnosis import Category, Diagnosis, Evidence, Family, Location, Provenance
from paramedic.model.event import Event
from paramedic.model.repair import AgentWork, Fix, Kind, TriageResult, Verdict
from paramedic.proof import Proven
from paramedic.proof.silencing import silences
from paramedic.sessions.agent_proof import SHAPE, Bench, Outcome
from paramedic.source.edits import unified_diff
from paramedic.source.tree import SourceTree


def judged(
    engine: TriageResult, event: Event | None, found: Investigation, bench: Bench | None, tree: SourceTree, content: str
) -> TriageResult:
    """The verdict. Only the prover's word makes a fix; an answer that cites nothing changes nothing."""
    work = _work(found, content)
    if found.answer is None:
        reason = engine.reason if found.stop is StopReason.ANSWERED else f"{engine.reason} The agent stopped: {found.reason}"
        return replace(engine, reason=reason, agent=work)
    answer = found.answer
    outcome = bench.outcome(found.patch, found.tests, answer.test) if bench and found.patch else None
    diagnosis = _diagnosis(engine.diagnosis, event, answer, tree)
    if outcome is not None and isinstance(outcome.verdict, Proven):
        return _proven(outcome, outcome.verdict, diagnosis, answer, work)
    verdict = _verdict(engine, answer, outcome)
    reason = f"{answer.summary} {_why_no_fix(found, outcome)}".strip()
    reproduction = engine.reproduction or (outcome.reproduction if outcome else None)
    refused = (_refused(found, answer),) if found.patch else ()
    return replace(
        engine,
        verdict=verdict,
        reason=reason,
        diagnosis=diagnosis,
        reproduction=reproduction,
        alternatives=(*refused, *engine.alternatives),
        agent=work,
    )


def _work(found: Investigation, content: str) -> AgentWork:
    return AgentWork(
        stop=found.stop.value,
        reason=found.reason,
        model=found.model,
        steps=found.steps,
        micro_dollars=found.cost.micro_dollars,
        tokens=found.cost.tokens,
        seconds=found.seconds,
        dropped_claims=found.dropped_claims,
        confidence=found.answer.confidence if found.answer else None,
        unsure_of=found.answer.unsure_of if found.answer else (),
        content=content,
    )


def _proven(outcome: Outcome, proven: Proven, diagnosis: Diagnosis | None, answer: Answer, work: AgentWork) -> TriageResult:
    return TriageResult(
        Verdict.PROVEN_FIX,
        f"The regression test failed before the agent's change and passes after it; {proven.proof.compared}.",
        diagnosis,
        proven.reproduction or outcome.reproduction,
        replace(proven.fix, rationale=answer.rationale or proven.fix.rationale),
        proven.proof,
        agent=work,
    )


def _verdict(engine: TriageResult, answer: Answer, outcome: Outcome | None) -> Verdict:
    if engine.verdict is Verdict.REPRODUCED or (outcome and outcome.reproduction):
        return Verdict.REPRODUCED
    if not answer.claims:
        return engine.verdict
    return Verdict.DIAGNOSED if answer.fixable else Verdict.NO_CODE_FIX


def _why_no_fix(found: Investigation, outcome: Outcome | None) -> str:
    if not found.patch:
        return ""
    if outcome is None:
        return "The agent proposes a change that could not be proven here."
    return f"The agent's change was refused: {found.reason.splitlines()[0]}"


def _refused(found: Investigation, answer: Answer) -> Fix:
    """The change as something that a person may choose, and no claim."""
    kind = Kind.STOP_GAP if silences(found.patch) else Kind.FIX
    files = tuple(edit.path for edit in found.patch)
    return Fix(unified_diff(found.patch), files, SHAPE, kind, answer.rationale or "A change by the agent.", found.patch)


def _diagnosis(engine: Diagnosis | None, event: Event | None, answer: Answer, tree: SourceTree) -> Diagnosis | None:
    """The engine's diagnosis with the agent's words, when these stand on something."""
    if not answer.claims:
        return engine
    kind = event.crash.type if event and event.crash else "Exception"
    base = engine or Diagnosis("", Category.UNKNOWN, Family.OTHER, None, kind)
    claims = tuple(
        Evidence(f"A{number}", "claim of the agent", f"{claim.text} ({', '.join(claim.evidence)})", Provenance.UNTRUSTED)
        for number, claim in enumerate(answer.claims, 1)
    )
    return replace(
        base,
        summary=answer.summary,
        category=Category(answer.category),
        location=_location(answer, tree) or base.location,
        evidence=(*base.evidence, *claims),
        confidence=answer.confidence,
    )


def _location(answer: Answer, tree: SourceTree) -> Location | None:
    """The place that the answer names, when it is one."""
    if answer.file is None or answer.line is None or not tree.exists(answer.file):
        return None
    lines = len(tree.lines(answer.file))
    return Location(answer.file, answer.line, answer.function) if 0 < answer.line <= lines else None

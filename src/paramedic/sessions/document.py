"""A triage result as one JSON object: what ``paramedic triage --json`` prints and the API answers."""

from __future__ import annotations

from dataclasses import asdict

from paramedic.model.diagnosis import Diagnosis, Location
from paramedic.model.repair import Fix, Proof, Reproduction, TriageResult, Verdict
from paramedic.proof import as_expected_failure

STRUCTURED_OUTPUT = "structured_output"
"""Where, in the result of a triage, stands what was asked for in a form of the caller's."""


def result_document(result: TriageResult) -> dict[str, object]:
    """The object described in docs/triage.md; absent parts are null, lists are empty."""
    return {
        "verdict": result.verdict.value,
        "reason": result.reason,
        "diagnosis": _diagnosis(result.diagnosis) if result.diagnosis else None,
        "reproduction": _reproduction(result.reproduction, result.verdict) if result.reproduction else None,
        "fix": _fix(result.fix) if result.fix else None,
        "proof": _proof(result.proof) if result.proof else None,
        "alternatives": [alternative.diff for alternative in result.alternatives],
        "alternative_kinds": [alternative.kind.value for alternative in result.alternatives],
        "alternative_plausibilities": [alternative.plausibility for alternative in result.alternatives],
        "seconds": result.seconds,
        "agent": asdict(result.agent) if result.agent else None,
    }


def _location(location: Location | None) -> dict[str, object] | None:
    return asdict(location) if location else None


def _diagnosis(diagnosis: Diagnosis) -> dict[str, object]:
    return {
        "summary": diagnosis.summary,
        "category": diagnosis.category.value,
        "family": diagnosis.family.value,
        "exception": diagnosis.exception_type,
        "location": _location(diagnosis.location),
        "expression": diagnosis.fault.expression if diagnosis.fault else None,
        "suspects": [
            {**asdict(suspect.location), "reason": suspect.reason, "score": round(suspect.score, 3)}
            for suspect in diagnosis.suspects
        ],
        "trace": [
            {**asdict(hop.location), "expression": hop.expression, "explanation": hop.explanation} for hop in diagnosis.trace
        ],
        "evidence": [
            {"id": fact.id, "kind": fact.kind, "text": fact.text, "provenance": fact.provenance.value}
            for fact in diagnosis.evidence
        ],
        "confidence": round(diagnosis.confidence, 3),
    }


def _reproduction(reproduction: Reproduction, verdict: Verdict) -> dict[str, object]:
    return {
        "path": reproduction.path,
        "source": reproduction.source,
        "exception": reproduction.exception,
        "node": reproduction.node,
        "framework": reproduction.framework,
        "entry": _location(reproduction.entry),
        "notes": list(reproduction.notes),
        "run": asdict(reproduction.run) if reproduction.run else None,
        "expected_failure": as_expected_failure(reproduction) if verdict is Verdict.REPRODUCED else None,
    }


def _fix(fix: Fix) -> dict[str, object]:
    return {
        "diff": fix.diff,
        "files": list(fix.files),
        "shape": fix.shape,
        "kind": fix.kind.value,
        "rationale": fix.rationale,
        "plausibility": fix.plausibility,
    }


def _proof(proof: Proof) -> dict[str, object]:
    return asdict(proof)

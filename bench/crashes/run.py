"""One case through the product and the judge. Results are kept by what they depend on, so that a run can be cut and go on."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench.crashes.case import CACHE, Case, source_of
from bench.crashes.judge import Judgement, judge, located, reproduced
from bench.crashes.row import Row, row_from

ROOT = Path(__file__).parents[2]
JUDGING = ("case.py", "judge.py", "row.py", "run.py")
ENGINE = (
    *("model", "source", "sandbox", "diagnosis", "reproduction", "repair", "proof"),
    *("integrations/sentry", "sessions/pipeline.py", "sessions/document.py"),
)
"""What an answer without a model is made by."""
SECONDS = 600


def engine_digest() -> str:
    """What an answer and its judgement depend on: the engine, and the judge."""
    rooms = [ROOT / "src" / "paramedic" / room for room in ENGINE]
    engine = [path for room in rooms for path in ([room] if room.suffix else room.rglob("*.py"))]
    hashed = hashlib.sha256()
    for path in sorted([*engine, *(Path(__file__).parent / name for name in JUDGING)]):
        hashed.update(path.read_bytes())
    return hashed.hexdigest()[:16]


def run(case: Case, engine: str, *, fresh: bool = False, twice: bool = False) -> Row:
    """The row of a case, kept from an earlier run of the same engine unless ``fresh``."""
    kept = CACHE / "results" / f"{case.name}-{case.digest}-{engine}.json"
    if kept.exists() and not fresh:
        row = row_from(json.loads(kept.read_text()))
        if row.repeats is not None or not twice:
            return row
    try:
        row = judged(case, triage(case))
    except (OSError, subprocess.SubprocessError, RuntimeError) as error:  # a release that cannot be had, a broken environment
        return Row(case.name, case.digest, case.no_fix, "error", f"The bench: {error}")
    if twice:
        again = triage(case)
        row = replace(row, repeats=(again.get("verdict"), _diff(again)) == (row.verdict, row.diff))
    _keep(kept, row, engine)
    return row


def _keep(kept: Path, row: Row, engine: str) -> None:
    """Not an error, which may be the machine's; not an answer of an engine that was edited meanwhile."""
    if row.verdict == "error" or engine_digest() != engine:
        return
    kept.parent.mkdir(parents=True, exist_ok=True)
    partial = kept.with_suffix(".partial")
    partial.write_text(json.dumps(row.document()))
    partial.replace(kept)


def triage(case: Case) -> dict[str, Any]:
    """What the product answers, given the event and the source alone."""
    command = [sys.executable, "-m", "paramedic", "triage", str(case.event), "--repo", str(source_of(case)), "--json"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return {"verdict": "error", "reason": f"no answer in {SECONDS} s"}
    if done.returncode:
        return {"verdict": "error", "reason": done.stderr.strip()[-300:]}
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def judged(case: Case, answer: dict[str, Any]) -> Row:
    """The answer held against the oracle. Where no change is right there is none: every change is wrong."""
    diagnosis, fix, reproduction = answer.get("diagnosis") or {}, answer.get("fix"), answer.get("reproduction")
    row = Row(
        name=case.name,
        digest=case.digest,
        no_fix=case.no_fix,
        verdict=answer["verdict"],
        reason=answer["reason"],
        truth=case.facts.get("cause", ""),
        category=diagnosis.get("category", ""),
        family=diagnosis.get("family", ""),
        confidence=diagnosis.get("confidence", 0.0),
        reproduced=bool(reproduction) and (case.no_fix or reproduced(case, reproduction)),
        shape=(fix or {}).get("shape", ""),
        diff=_diff(answer),
        seconds=answer.get("seconds", {}),
    )
    row = replace(row, **_changes(case, answer))
    if case.no_fix:
        return row
    first, three = located(case, diagnosis.get("suspects", []))
    return replace(row, located_first=first, located_three=three)


def _changes(case: Case, answer: dict[str, Any]) -> dict[str, Any]:
    """The judgement of what is claimed, or of the best that is not."""
    if fix := answer.get("fix"):
        return {"proof": _judge(case, fix["diff"]), "plausibility": fix["plausibility"]}
    if others := answer.get("alternatives"):
        return {"alternative": _judge(case, others[0]), "plausibility": answer["alternative_plausibilities"][0]}
    return {}


def _judge(case: Case, diff: str) -> Judgement:
    return Judgement(False, False, "no change of the code is right") if case.no_fix else judge(case, diff)


def _diff(answer: dict[str, Any]) -> str:
    return (answer.get("fix") or {}).get("diff") or ""

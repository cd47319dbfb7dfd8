"""The prover: filter, judge, verify, and claim only what it would bet on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from paramedic.model.diagnosis import Diagnosis
from paramedic.model.repair import Candidate, Fix, Kind, Proof, Reproduction, Run
from paramedic.proof.laboratory import Experiment, Laboratory, Observation, overlay
from paramedic.proof.verdict import Proven, Unproven
from paramedic.sandbox.project import ProjectRunner
from paramedic.source.edits import unified_diff

Progress = Callable[[str], None]
BATCH = 40
MOST_ALTERNATIVES = 3
THRESHOLD = 0.4


@dataclass(frozen=True, slots=True)
class Survivor:
    """A candidate under which the reproduction passes, or ends with the error that the candidate answers with."""

    candidate: Candidate
    observation: Observation
    score: float


def prove(
    candidates: Sequence[Candidate],
    reproduction: Reproduction,
    diagnosis: Diagnosis,
    runner: ProjectRunner,
    *,
    suite: bool,
    progress: Progress = lambda _line: None,
) -> Proven | Unproven:
    """Try the candidates in order of plausibility, and claim a fix only under the conditions of ``docs/engine.md``."""
    if not diagnosis.fixable:
        return Unproven(diagnosis.obstacle or "No change of this code is the right answer.")
    if not candidates:
        return Unproven("No change that this code base itself would make was found.")
    laboratory = Laboratory(runner, reproduction)
    before = laboratory.original()
    if before.ok:
        return Unproven("The regression test passes without a change.")
    survivors = _filtered(candidates, before, laboratory, progress)
    if not survivors:
        return Unproven(f"None of {len(candidates)} changes makes the regression test pass.")
    alternatives = tuple(_fix(survivor.candidate) for survivor in survivors)
    best = survivors[0]
    if best.candidate.kind is not Kind.FIX or best.score < THRESHOLD:
        return Unproven("The changes that make the test pass only silence the crash.", alternatives[:MOST_ALTERNATIVES])
    return _verified(best, alternatives[1 : 1 + MOST_ALTERNATIVES], reproduction, runner)


def _filtered(candidates: Sequence[Candidate], before: Observation, laboratory: Laboratory, progress: Progress) -> list[Survivor]:
    found: list[Survivor] = []
    for start in range(0, len(candidates), BATCH):
        batch = candidates[start : start + BATCH]
        progress(f"trying changes {start + 1} to {start + len(batch)} of {len(candidates)}")
        observations = laboratory.run([Experiment(overlay(candidate)) for candidate in batch])
        for candidate, observation in zip(batch, observations, strict=True):
            if observation.ok or _answers(candidate, before, observation):
                found.append(Survivor(candidate, observation, candidate.plausibility))
    return found


def _answers(candidate: Candidate, before: Observation, observation: Observation) -> bool:
    if not candidate.answer or observation.type in {before.type, "Died", "Lost"}:
        return False
    # A helper such as ``self.fail`` raises what it likes; a class raises itself.
    return observation.type == candidate.answer or not candidate.answer[0].isupper()


def _fix(candidate: Candidate) -> Fix:
    return Fix(
        diff=unified_diff(candidate.edits),
        files=tuple(edit.path for edit in candidate.edits),
        shape=candidate.shape,
        kind=candidate.kind,
        rationale=candidate.rationale,
        edits=candidate.edits,
    )


def _verified(
    best: Survivor, alternatives: tuple[Fix, ...], reproduction: Reproduction, runner: ProjectRunner
) -> Proven | Unproven:
    fix = _fix(best.candidate)
    test = {reproduction.path: reproduction.source}
    before = runner.tests([reproduction.node], overlay=test)
    after = runner.tests([reproduction.node], overlay={**test, **overlay(best.candidate)})
    if before.exit_code == 0 or after.exit_code != 0:
        return Unproven("The change did not hold in a whole run of the test.", (fix, *alternatives))
    return Proven(fix, _proof(before, after, runner), alternatives, reproduction)


def _proof(before: Run, after: Run, runner: ProjectRunner) -> Proof:
    project = runner.project
    return Proof(
        reproduction_before=replace(before, name="reproduction before"),
        reproduction_after=replace(after, name="reproduction after"),
        suite_before=None,
        suite_after=None,
        base_commit=project.tree.commit,
        interpreter=project.environment.python_version,
        sandbox=project.sandbox.name,
        environment_key=project.environment.key,
        gaps=("The project's own tests were not run.",),
    )

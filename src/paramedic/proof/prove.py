"""The prover: filter, judge, verify, and claim only what it would bet on."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from paramedic.model.diagnosis import Diagnosis
from paramedic.model.errors import SourceError
from paramedic.model.repair import Candidate, Fix, Kind, Proof, Reproduction, Run
from paramedic.proof.adapt import expecting
from paramedic.proof.judging import OBSCURE, THRESHOLD, Survivor, judged, rivals
from paramedic.proof.laboratory import Experiment, Laboratory, Observation, overlay
from paramedic.proof.suite import Comparison, Suite
from paramedic.proof.verdict import Proven, Unproven
from paramedic.sandbox.project import ProjectRunner
from paramedic.source.edits import unified_diff

Progress = Callable[[str], None]
BATCH = 40
ENOUGH = 16
"""Survivors after which no further batch is tried."""
MOST_ALTERNATIVES = 3
MOST_VERIFIED = 3
MARGIN = 1.05
"""How much better than a rival of other behaviour the best must be."""


def prove(
    candidates: Sequence[Candidate],
    reproduction: Reproduction,
    diagnosis: Diagnosis,
    runner: ProjectRunner,
    *,
    suite: bool,
    progress: Progress = lambda _line: None,
) -> Proven | Unproven:
    """Try the candidates in order of plausibility, and claim one only when it is a fix by kind, makes the test pass, leaves
    near-by inputs and the project's tests as they were, and stands out from every change that behaves otherwise."""
    if not diagnosis.fixable:
        return Unproven(diagnosis.obstacle or "No change of this code is the right answer.")
    if not candidates:
        return Unproven("No change that this code base itself would make was found.")
    laboratory = Laboratory(runner, reproduction)
    before = laboratory.original()
    if before.ok:
        return Unproven("The regression test passes without a change.")
    survivors, unfit = _filtered(candidates, before, laboratory, progress)
    if not survivors:
        return Unproven(f"None of {len(candidates)} changes makes the regression test pass.", unfit=unfit)
    progress(f"judging {len(survivors)} changes on near-by inputs")
    kept = judged(survivors, reproduction, laboratory, before.type)
    if not kept:
        return Unproven("Every change that stops the crash also changes inputs that work today.")
    obstacle = _obstacle(kept, diagnosis, runner)
    if obstacle:
        return Unproven(obstacle, _alternatives(kept), unfit)
    return _Verification(reproduction, runner, Suite(runner) if suite else None, progress).first_of(kept)


def _filtered(
    candidates: Sequence[Candidate], before: Observation, laboratory: Laboratory, progress: Progress
) -> tuple[list[Survivor], bool]:
    """Those under which the test passes, and whether a likely fix was lost to something outside (see ``Unproven.unfit``)."""
    found: list[Survivor] = []
    unfit = False
    for start in range(0, len(candidates), BATCH):
        batch = candidates[start : start + BATCH]
        progress(f"trying changes {start + 1} to {start + len(batch)} of {len(candidates)}")
        observations = laboratory.run([Experiment(overlay(candidate)) for candidate in batch])
        for candidate, observation in zip(batch, observations, strict=True):
            if observation.ok or _answers(candidate, before, observation):
                found.append(Survivor(candidate, observation, candidate.plausibility))
            else:
                unfit = unfit or _died_outside(candidate, before, observation)
        if len(found) >= ENOUGH:
            break
    return found, unfit


def _died_outside(candidate: Candidate, before: Observation, observation: Observation) -> bool:
    likely = candidate.kind is Kind.FIX and candidate.plausibility >= THRESHOLD
    return likely and observation.type not in {before.type, "Died", "Lost", *OBSCURE}


def _answers(candidate: Candidate, before: Observation, observation: Observation) -> bool:
    if not candidate.answer or observation.type in {before.type, "Died", "Lost"}:
        return False
    # A helper such as ``self.fail`` raises what it likes; a class raises itself.
    return observation.type == candidate.answer or not candidate.answer[0].isupper()


def _obstacle(kept: Sequence[Survivor], diagnosis: Diagnosis, runner: ProjectRunner) -> str:
    """Why none of them may be claimed; "" when the best may."""
    best = kept[0]
    if raised_on_purpose(diagnosis, runner):
        return "The code raises this error on purpose; whether it should is for a person to decide."
    if not best.is_fix:
        return "The best change only silences the crash: nothing in the code base shows that this is what it would do."
    if best.score < THRESHOLD:
        return "No change stands on enough precedent in this code base to be claimed."
    if any(rival.is_fix and rival.score * MARGIN > best.score for rival in rivals(best, kept)):
        return "Several changes are as plausible and behave differently; a person has to choose."
    return ""


def raised_on_purpose(diagnosis: Diagnosis, runner: ProjectRunner) -> bool:
    """Whether the crash line is a ``raise`` of the repository itself."""
    if not diagnosis.frames:
        return False
    place = max(diagnosis.frames, key=lambda mapped: mapped.index).location
    try:
        statement = runner.project.tree.module(place.file).statement_at(place.line)
    except SourceError:
        return False
    return isinstance(statement, ast.Raise)


def _alternatives(survivors: Sequence[Survivor]) -> tuple[Fix, ...]:
    """The best of each behaviour."""
    seen: dict[object, Fix] = {}
    for survivor in survivors:
        seen.setdefault(survivor.behaviour or survivor.candidate, as_fix(survivor))
    return tuple(seen.values())[:MOST_ALTERNATIVES]


def as_fix(survivor: Survivor) -> Fix:
    """The value that leaves the prover."""
    candidate = survivor.candidate
    return Fix(
        diff=unified_diff(candidate.edits),
        files=tuple(edit.path for edit in candidate.edits),
        shape=candidate.shape,
        kind=candidate.kind,
        rationale=candidate.rationale,
        edits=candidate.edits,
        plausibility=round(survivor.score, 3),
    )


@dataclass(frozen=True, slots=True)
class _Verification:
    """Whole runs of the test and of the project's own tests, for the best candidates in turn."""

    reproduction: Reproduction
    runner: ProjectRunner
    suite: Suite | None
    progress: Progress

    def first_of(self, kept: Sequence[Survivor]) -> Proven | Unproven:
        failed = ""
        for survivor in [one for one in kept if one.is_fix and one.score >= THRESHOLD][:MOST_VERIFIED]:
            others = tuple(fix for fix in _alternatives(kept) if fix.edits != survivor.candidate.edits)
            outcome = self._verify(survivor, others)
            if isinstance(outcome, Proven):
                return outcome
            failed = failed or outcome
        return Unproven(failed, _alternatives(kept))

    def _verify(self, survivor: Survivor, others: tuple[Fix, ...]) -> Proven | str:
        test = self.reproduction if survivor.observation.ok else expecting(self.reproduction, survivor.observation)
        if test is None:
            return "The change answers with an error, and the test could not be made to expect it."
        self.progress(f"verifying: {survivor.candidate.rationale}")
        files = overlay(survivor.candidate)
        before = self.runner.tests([test.node], overlay={test.path: test.source})
        after = self.runner.tests([test.node], overlay={test.path: test.source, **files})
        if before.exit_code == 0 or after.exit_code != 0:
            return "The change did not hold in a whole run of the test."
        compared = self._compared(survivor.candidate)
        if compared.worse:
            return f"The change makes {len(compared.worse)} of the project's tests fail, such as {compared.worse[0]}."
        return Proven(as_fix(survivor), self._proof(before, after, compared), others, test)

    def _compared(self, candidate: Candidate) -> Comparison:
        if self.suite is None:
            return Comparison(None, None, gaps=("The project's own tests were not run.",))
        self.progress("running the project's tests")
        return self.suite.compare(candidate)

    def _proof(self, before: Run, after: Run, compared: Comparison) -> Proof:
        project = self.runner.project
        return Proof(
            reproduction_before=replace(before, name="reproduction before"),
            reproduction_after=replace(after, name="reproduction after"),
            suite_before=compared.before if compared.after else None,
            suite_after=compared.after,
            base_commit=project.tree.commit,
            interpreter=project.environment.python_version,
            sandbox=project.sandbox.name,
            environment_key=project.environment.key,
            gaps=compared.gaps,
            compared=compared.claim,
        )

"""The agent's change before the one prover: the same test, the same runs, the same refusals as for a change of the engine."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from paramedic.agent.worktree import is_off_limits, is_test
from paramedic.model.agent import Trial
from paramedic.model.diagnosis import Category, Diagnosis, Family, Location
from paramedic.model.errors import EnvironmentFailed, SandboxUnavailable
from paramedic.model.event import Event
from paramedic.model.repair import Candidate, Edit, Kind, Reproduction, Run, TriageResult
from paramedic.proof import Proven, Unproven, prove
from paramedic.proof.silencing import silences
from paramedic.sandbox.project import ProjectRunner

PLAUSIBILITY = 0.7
"""What a change starts with that has no precedent found by the engine. A model's own confidence is not asked."""
SHAPE = "agent"
_TAIL = 2500

Tried = tuple[tuple[Edit, ...], tuple[Edit, ...], str | None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """``reproduction`` is the test that was used; None when there was none that fails as production did."""

    verdict: Proven | Unproven
    reproduction: Reproduction | None


@dataclass(slots=True)
class Bench:
    """Proves changes for one session. The same change is tried once."""

    event: Event | None
    found: TriageResult
    runner: ProjectRunner
    suite: bool
    say: Callable[[str], None]
    _outcomes: dict[Tried, Outcome] = field(default_factory=dict)

    def trial(self, patch: tuple[Edit, ...], tests: tuple[Edit, ...], node: str | None) -> Trial:
        """The prover's word in the form that an agent gets to see."""
        outcome = self.outcome(patch, tests, node)
        if isinstance(outcome.verdict, Proven):
            compared = outcome.verdict.proof.compared
            return Trial(True, f"Proven: the test fails before the change and passes after it; {compared}.")
        return Trial(False, outcome.verdict.reason, untested=outcome.reproduction is None)

    def outcome(self, patch: tuple[Edit, ...], tests: tuple[Edit, ...], node: str | None) -> Outcome:
        tried = (patch, tests, node)
        if tried not in self._outcomes:
            self._outcomes[tried] = self._prove(patch, tests, node)
        return self._outcomes[tried]

    def _prove(self, patch: tuple[Edit, ...], tests: tuple[Edit, ...], node: str | None) -> Outcome:
        try:
            return self._proven(patch, tests, node)
        except (EnvironmentFailed, SandboxUnavailable) as error:
            return Outcome(Unproven(f"Nothing of this project can be run here: {error}"), None)

    def _proven(self, patch: tuple[Edit, ...], tests: tuple[Edit, ...], node: str | None) -> Outcome:
        # The work tree refuses such edits where they are made; no other way leads past this one.
        touched = next((edit.path for edit in patch if is_test(edit.path) or is_off_limits(edit.path)), None)
        if touched is not None:
            return Outcome(Unproven(f"The change touches {touched}, which tests or decides how tests are run."), None)
        test = self._test(tests, node)
        if isinstance(test, str):
            return Outcome(Unproven(test), None)
        diagnosis = self._diagnosis()
        candidate = Candidate(
            edits=patch,
            shape=SHAPE,
            kind=Kind.STOP_GAP if silences(patch) else Kind.FIX,
            rationale="A change by the agent.",
            plausibility=PLAUSIBILITY,
            location=diagnosis.location or Location(patch[0].path, 1),
        )
        return Outcome(prove([candidate], test, diagnosis, self.runner, suite=self.suite, progress=self.say), test)

    def _test(self, tests: tuple[Edit, ...], node: str | None) -> Reproduction | str:
        """The agent's own test where it fails as production did, else the engine's; else why there is none."""
        written = {edit.path: edit for edit in tests}
        path = (node or "").partition("::")[0]
        if path not in written:
            return self.found.reproduction or "There is no regression test yet."
        place = self._diagnosis().location or Location(path, 1)
        run = self.runner.tests((node or path,), overlay={path: written[path].after})
        wrong = self._unlike(run)
        if wrong:
            return f"{wrong}\n{run.output[-_TAIL:]}"
        return Reproduction(
            path=path,
            source=written[path].after,
            node=node or path,
            exception=self._diagnosis().exception_type if self._has_crash else _raised(run),
            entry=place,
            crash=place,
            framework=self.runner.framework,
            notes=("Written by the agent.",),
            run=replace(run, name="reproduction"),
        )

    def _unlike(self, run: Run) -> str:
        """In what a run of the test differs from the crash; "" when it fails as production did."""
        kind = self._diagnosis().exception_type
        if run.exit_code == 0:
            return "The test passes without the change, so that it proves nothing."
        if not self._has_crash:
            return "" if run.failed and not run.problem else f"The test does not run, let alone fail. {run.problem}".strip()
        if run.problem or not re.search(rf"^(?:E\s+)?(?:[\w.]+\.)?{re.escape(kind)}\b", run.output, re.MULTILINE):
            return f"The test does not fail with {kind}. {run.problem}".strip()
        places = [mapped.location for mapped in self._diagnosis().frames]
        if places and not any(_passes(place, run.output) for place in places[-1:]):
            return f"The test fails with {kind}, but not in {places[-1].function or places[-1].file}, where the crash was."
        return ""

    @property
    def _has_crash(self) -> bool:
        """Whether there is a crash that a test must fail like; a prompt has none, and its test fails as it may."""
        return self.event is not None or self.found.diagnosis is not None

    def _diagnosis(self) -> Diagnosis:
        if self.found.diagnosis is not None:
            return self.found.diagnosis
        kind = self.event.crash.type if self.event and self.event.crash else "Exception"
        return Diagnosis("", Category.UNKNOWN, Family.OTHER, None, kind)


def _raised(run: Run) -> str:
    """The error that pytest names; that of a plain assertion where it names none."""
    named = re.search(r"^E\s+((?:[A-Za-z_]\w*\.)*[A-Z]\w*)(?::|$)", run.output, re.MULTILINE)
    return named[1].rpartition(".")[2] if named else "AssertionError"


def _passes(place: Location, output: str) -> bool:
    """Whether a traceback goes through the function of ``place``."""
    file = re.escape(place.file.rsplit("/", 1)[-1])
    name = re.escape((place.function or "").rpartition(".")[2])
    return bool(re.search(rf"{file}(?::\d+: in |\", line \d+, in ){name}", output))

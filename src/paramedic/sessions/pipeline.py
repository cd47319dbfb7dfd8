"""The order of the stages, and what each verdict takes. Needs no server and no database.

locate and diagnose → environment → reproduce → repair → prove. Each stage is a function from values to a value, so that
the durable workflow can checkpoint them one by one, and ``run_triage`` can call them in a row.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from paramedic.diagnosis import diagnose
from paramedic.model.diagnosis import Diagnosis, Family
from paramedic.model.errors import EnvironmentFailed, SandboxUnavailable
from paramedic.model.event import Event
from paramedic.model.execution import Sandbox
from paramedic.model.repair import Reproduction, TriageResult, Verdict
from paramedic.proof import Proven, Unproven, prove
from paramedic.repair import candidates
from paramedic.reproduction import Unreproduced, reproduce
from paramedic.sandbox.environment import prepare_environment
from paramedic.sandbox.project import Project, ProjectRunner
from paramedic.settings.file import RepositoryConfig
from paramedic.source.frames import unmapped_remedy
from paramedic.source.tree import SourceTree

Progress = Callable[[str, str], None]
"""Called with the stage's name and one line on what it does now."""


@dataclass(frozen=True, slots=True)
class TriageOptions:
    """What the caller decides. ``until`` stops after a stage: ``diagnose`` or ``fix``."""

    python: str | None = None
    test_command: str | None = None
    suite: bool = True
    timeout_seconds: float = 600.0
    until: str = "fix"
    config: RepositoryConfig | None = None


_ANYWHERE = frozenset({Family.NETWORK, Family.TIMEOUT, Family.MEMORY, Family.CANCELLED})
"""Failures that no repository's code explains, wherever their frames lie."""


def _silent(_stage: str, _line: str) -> None:
    return


@dataclass(slots=True)
class Stopwatch:
    """Seconds by stage, and the budget of the whole triage."""

    timeout_seconds: float
    seconds: dict[str, float] = field(default_factory=dict)
    started: float = field(default_factory=time.monotonic)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        began = time.monotonic()
        try:
            yield
        finally:
            self.seconds[name] = round(self.seconds.get(name, 0.0) + time.monotonic() - began, 3)

    @property
    def expired(self) -> bool:
        return time.monotonic() - self.started > self.timeout_seconds


def diagnose_event(event: Event, tree: SourceTree) -> TriageResult | Diagnosis:
    """The diagnosis, or the verdict that ends the triage here."""
    diagnosis = diagnose(event, tree)
    lost = diagnosis.location is None and not diagnosis.frames and not diagnosis.suspects
    if lost and diagnosis.family not in _ANYWHERE:
        reason = "No frame of this crash lies in the repository." if event.crash else "The event carries no exception."
        return TriageResult(Verdict.NOT_FOUND, f"{reason} {unmapped_remedy(event, tree)}".strip(), diagnosis)
    if not diagnosis.fixable:
        return TriageResult(Verdict.NO_CODE_FIX, diagnosis.obstacle, diagnosis)
    return diagnosis


def prepare_project(
    event: Event | None, tree: SourceTree, sandbox: Sandbox, home: Path, options: TriageOptions, progress: Progress = _silent
) -> Project:
    """Build or find the environment. Raises ``EnvironmentFailed`` with what to set."""
    environment = prepare_environment(
        tree,
        home=home,
        event=event,
        config=options.config,
        python=options.python,
        progress=lambda line: progress("environment", line),
    )
    command = options.test_command or (options.config.test if options.config else None)
    return Project(tree=tree, environment=environment, sandbox=sandbox, test_command=command)


def reproduce_crash(
    event: Event, diagnosis: Diagnosis, project: Project, progress: Progress = _silent
) -> Reproduction | TriageResult:
    """The failing test, or the verdict that ends the triage here."""
    outcome = reproduce(event, diagnosis, ProjectRunner(project), lambda line: progress("reproduce", line))
    if isinstance(outcome, Unreproduced):
        reason = "The cause was found, but the crash could not be reproduced: " + "; ".join(outcome.reasons[:3])
        return TriageResult(Verdict.DIAGNOSED, reason.rstrip(".") + ".", diagnosis)
    return outcome


def repair_and_prove(
    event: Event,
    diagnosis: Diagnosis,
    reproduction: Reproduction,
    project: Project,
    options: TriageOptions,
    progress: Progress = _silent,
) -> TriageResult:
    """Generate candidates and put them through the one prover."""
    proposed = candidates(event, diagnosis, project.tree)
    progress("prove", f"{len(proposed)} candidates")
    runner = ProjectRunner(project)

    def say(line: str) -> None:
        progress("prove", line)

    outcome = prove(proposed, reproduction, diagnosis, runner, suite=options.suite, progress=say)
    if isinstance(outcome, Unproven) and outcome.unfit:
        say("the test needs more around it than a test has; calling the crashed function itself")
        nearer = reproduce(event, diagnosis, runner, say, innermost=True)
        if isinstance(nearer, Reproduction):
            second = prove(proposed, nearer, diagnosis, runner, suite=options.suite, progress=say)
            if isinstance(second, Proven):
                return _proven(second, diagnosis, nearer)
    if isinstance(outcome, Unproven):
        return TriageResult(Verdict.REPRODUCED, outcome.reason, diagnosis, reproduction, alternatives=outcome.alternatives)
    return _proven(outcome, diagnosis, reproduction)


def _proven(outcome: Proven, diagnosis: Diagnosis, reproduction: Reproduction) -> TriageResult:
    return TriageResult(
        Verdict.PROVEN_FIX,
        f"The regression test failed before the change and passes after it; {outcome.proof.compared}.",
        diagnosis,
        outcome.reproduction or reproduction,
        outcome.fix,
        outcome.proof,
        alternatives=outcome.alternatives,
    )


def run_triage(
    event: Event,
    tree: SourceTree,
    sandbox: Callable[[], Sandbox],
    home: Path,
    options: TriageOptions,
    progress: Progress = _silent,
) -> TriageResult:
    """All stages in a row. A stage that cannot go on ends with the verdict that was reached so far, and says why."""
    watch = Stopwatch(options.timeout_seconds)
    result = _stages(event, tree, sandbox, home, options, progress, watch)
    return replace(result, seconds=dict(watch.seconds))


def _stages(
    event: Event,
    tree: SourceTree,
    sandbox: Callable[[], Sandbox],
    home: Path,
    options: TriageOptions,
    progress: Progress,
    watch: Stopwatch,
) -> TriageResult:
    progress("diagnose", "reading the stack and the source")
    with watch.stage("diagnose"):
        diagnosis = diagnose_event(event, tree)
    if isinstance(diagnosis, TriageResult):
        return diagnosis
    if options.until == "diagnose":
        return TriageResult(Verdict.DIAGNOSED, "Only a diagnosis was asked for.", diagnosis)
    try:
        with watch.stage("environment"):
            project = prepare_project(event, tree, sandbox(), home, options, progress)
    except (EnvironmentFailed, SandboxUnavailable) as error:
        return TriageResult(Verdict.DIAGNOSED, f"The cause was found, but nothing could be run: {error}", diagnosis)
    with watch.stage("reproduce"):
        reproduction = reproduce_crash(event, diagnosis, project, progress)
    if isinstance(reproduction, TriageResult):
        return reproduction
    if watch.expired:
        reason = f"Reproduced; the time limit of {options.timeout_seconds:.0f} s was reached before a fix was tried."
        return TriageResult(Verdict.REPRODUCED, reason, diagnosis, reproduction)
    with watch.stage("prove"):
        return repair_and_prove(event, diagnosis, reproduction, project, options, progress)

"""The stages of a triage session. Each takes what was found before and gives it back with its own findings added."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from paramedic.effects.values import Effect, cause_key
from paramedic.integrations.sentry.facts import Upstream
from paramedic.model.diagnosis import Diagnosis
from paramedic.model.errors import EnvironmentFailed, NotConfigured, SandboxUnavailable, SourceError
from paramedic.model.event import Event
from paramedic.model.repair import Reproduction, TriageResult, Verdict
from paramedic.sessions import consulting, gathering, proposing
from paramedic.sessions.agent import Known, go_on
from paramedic.sessions.desk import Checkout, Desk
from paramedic.sessions.pipeline import diagnose_event, repair_and_prove, reproduce_crash
from paramedic.store.sessions import Session


@dataclass(frozen=True, slots=True)
class Findings:
    """All that a session knows so far; this is what is checkpointed. ``result`` ends the search once it is there."""

    event: Event | None = None
    upstream: Upstream = field(default_factory=Upstream)
    earlier: tuple[Session, ...] = ()
    similar: tuple[Session, ...] = ()
    checkout: Checkout | None = None
    diagnosis: Diagnosis | None = None
    reproduction: Reproduction | None = None
    result: TriageResult | None = None
    cause: str | None = None
    effects: tuple[Effect, ...] = ()
    seconds: Mapping[str, float] = field(default_factory=dict)

    def after(self, stage: str, seconds: float) -> Findings:
        times = {**self.seconds, stage: seconds}
        result = replace(self.result, seconds=times) if self.result else None
        return replace(self, seconds=times, result=result)


Found = TypeVar("Found")
Stage = Callable[[Desk, Findings], Findings]


def gather(desk: Desk, findings: Findings) -> Findings:
    """The event, what Sentry knows of it, and what earlier sessions on this issue found."""
    gathered = gathering.gather(desk)
    for sentence in gathered.upstream.missing:
        desk.say("gather", f"Not to be had: {sentence}")
    gathering.learn(desk, gathered.upstream)
    if gathered.event is None:
        reason = "No event of this issue is stored, and none could be fetched from Sentry."
        return replace(findings, upstream=gathered.upstream, result=TriageResult(Verdict.NOT_FOUND, reason))
    desk.say("gather", f"{gathered.event.title} ({gathered.event.event_id})")
    gathering.recall(desk, gathered.event)
    for session in gathered.earlier:
        desk.say("gather", f"Found before, in session {session.id}: {session.verdict}: {session.summary}")
    if gathered.became:
        desk.say("gather", f"What became of the fix: {gathered.became}")
    return replace(findings, event=gathered.event, upstream=gathered.upstream, earlier=gathered.earlier)


def prepare(desk: Desk, findings: Findings) -> Findings:
    """The commit that crashed, checked out."""
    try:
        checkout = gathering.find_checkout(desk, findings.event, findings.upstream)
    except (NotConfigured, SourceError) as error:
        return replace(findings, result=TriageResult(Verdict.NOT_FOUND, f"The source cannot be had: {error}"))
    desk.say("prepare", f"{checkout.repository} at {checkout.commit[:12]}: {checkout.how}")
    return replace(findings, checkout=checkout)


def diagnose(desk: Desk, findings: Findings) -> Findings:
    event, checkout = _needed(findings.event), _needed(findings.checkout)
    desk.say("diagnose", "reading the stack and the source")
    answer = diagnose_event(event, desk.tree(checkout))
    diagnosis = answer.diagnosis if isinstance(answer, TriageResult) else answer
    cause = _cause(diagnosis)
    found = replace(findings, diagnosis=diagnosis, cause=cause, similar=gathering.similar(desk, cause))
    if diagnosis is not None:
        desk.say("diagnose", diagnosis.summary)
    for session in found.similar:
        desk.say("diagnose", f"Issue {session.issue_id} had the same cause: {session.verdict}: {session.summary}")
    if isinstance(answer, TriageResult):
        return replace(found, result=answer)
    if desk.options().until == "diagnose":
        return replace(found, result=TriageResult(Verdict.DIAGNOSED, "Only a diagnosis was asked for.", answer))
    return found


def environment(desk: Desk, findings: Findings) -> Findings:
    """Interpreter and dependencies, made before the stages that run something, so that its time is its own."""
    try:
        desk.project(_needed(findings.event), _needed(findings.checkout))
    except (EnvironmentFailed, SandboxUnavailable) as error:
        reason = f"The cause was found, but nothing could be run: {error}"
        return replace(findings, result=TriageResult(Verdict.DIAGNOSED, reason, findings.diagnosis))
    return findings


def reproduce(desk: Desk, findings: Findings) -> Findings:
    event, diagnosis = _needed(findings.event), _needed(findings.diagnosis)
    answer = reproduce_crash(event, diagnosis, desk.project(event, _needed(findings.checkout)), desk.say)
    if isinstance(answer, TriageResult):
        return replace(findings, result=answer)
    desk.say("reproduce", f"{answer.node} fails with {answer.exception}")
    return replace(findings, reproduction=answer)


def prove(desk: Desk, findings: Findings) -> Findings:
    event, diagnosis = _needed(findings.event), _needed(findings.diagnosis)
    project = desk.project(event, _needed(findings.checkout))
    result = repair_and_prove(event, diagnosis, _needed(findings.reproduction), project, desk.options(), desk.say)
    return replace(findings, result=result)


def agent(desk: Desk, findings: Findings) -> Findings:
    """A model goes on from where the engine stopped, when one is configured and there is something left to find out."""
    if findings.result is None or findings.checkout is None:
        return findings
    known = Known(findings.event, findings.upstream, findings.checkout, findings.result, findings.earlier, findings.similar)
    result = go_on(desk, known)
    return replace(findings, result=result, diagnosis=result.diagnosis, cause=findings.cause or _cause(result.diagnosis))


def consult(desk: Desk, findings: Findings) -> Findings:
    """Ask the configured analysis server where nothing was proven."""
    result = findings.result
    return replace(findings, result=consulting.consult(desk, result)) if result else findings


def propose(desk: Desk, findings: Findings) -> Findings:
    """What shall be done about it, as exact effects. They are rendered once: a later stage records what is checkpointed."""
    effects = proposing.effects_of(desk, findings)
    return replace(findings, effects=effects)


def perform(desk: Desk, findings: Findings) -> Findings:
    """Record the effects, and do those that need no further yes."""
    if findings.result is not None:
        desk.say("verdict", f"{findings.result.verdict.value}: {findings.result.reason}")
    proposing.record_and_perform(desk, findings.effects)
    return findings


ORDER: tuple[tuple[str, Stage], ...] = (
    ("gather", gather),
    ("prepare", prepare),
    ("diagnose", diagnose),
    ("environment", environment),
    ("reproduce", reproduce),
    ("prove", prove),
    ("agent", agent),
    ("consult", consult),
    ("propose", propose),
    ("perform", perform),
)
AFTER_VERDICT = frozenset({"agent", "consult", "propose", "perform"})


def _cause(diagnosis: Diagnosis | None) -> str | None:
    if diagnosis is None or diagnosis.location is None:
        return None
    return cause_key(diagnosis.location.file, diagnosis.location.function, diagnosis.exception_type)


class _Missing(Exception):
    """A stage was run before the one that finds what it needs."""


def _needed(value: Found | None) -> Found:
    if value is None:
        raise _Missing("the stages are out of order")
    return value

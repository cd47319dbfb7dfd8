"""The agent's place in a session: where the engine came to no proven fix, a model goes on, and the one prover decides."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from paramedic.agent import Case, investigate
from paramedic.agent.case import Facts
from paramedic.agent.context import content_hash
from paramedic.agent.fence import safe
from paramedic.integrations.models.client import open_models, open_summary_model
from paramedic.integrations.sentry.facts import Upstream
from paramedic.model.agent import Cost, Limits, StopReason
from paramedic.model.attachment import Attachment
from paramedic.model.errors import EnvironmentFailed, NotConfigured, SandboxUnavailable, SourceError
from paramedic.model.event import Event
from paramedic.model.repair import AgentWork, TriageResult, Verdict
from paramedic.sandbox.project import ProjectRunner
from paramedic.sessions import gathering, library
from paramedic.sessions.agent_proof import Bench
from paramedic.sessions.agent_verdict import judged
from paramedic.sessions.desk import Checkout, Desk
from paramedic.sessions.outside_tools import outside_tools
from paramedic.sessions.wishing import wishes_of
from paramedic.settings.file import AgentConfig
from paramedic.source.repository import Repository
from paramedic.store import attachments, messages, recalls
from paramedic.store import sessions as store
from paramedic.store.agent import StoredJournal
from paramedic.store.engine import reading
from paramedic.store.sessions import Session

STAGE = "agent"
LONGEST_LESSON = 30_000
UNFINISHED = (Verdict.REPRODUCED, Verdict.DIAGNOSED, Verdict.NOT_FOUND)
SURE = 0.5
"""An engine's diagnosis of at least this confidence is not looked into again when only a diagnosis was asked for."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the session has found so far."""

    event: Event | None
    upstream: Upstream
    checkout: Checkout
    result: TriageResult
    earlier: tuple[Session, ...] = ()
    similar: tuple[Session, ...] = ()


def go_on(desk: Desk, known: Known) -> TriageResult:
    """The engine's result, or a better one. Without a model, and where nothing is left to do, it is the engine's."""
    config = desk.house.configuration.agent
    wishes = wishes_of(desk)
    if not desk.house.settings.paramedic_model or not (wishes.task or _is_worth_it(desk, known.result)):
        return known.result
    try:
        models = open_models(desk.house.settings, config)
        summariser = open_summary_model(desk.house.settings, config)
    except NotConfigured as error:
        desk.say(STAGE, str(error))
        return replace(known.result, agent=AgentWork(StopReason.BUDGET.value, str(error)))
    bench = _bench(desk, known)
    case = _case(desk, known, bench)
    if wishes.task:
        case = replace(case, task="\n\n".join(part for part in (case.task, wishes.task) if part))
    content = content_hash(case)
    if not wishes.task and (before := _answered_before(desk, known, content)) is not None:
        return before
    with outside_tools(desk.house.engine, desk.house.configuration) as outside:
        case = replace(case, outside=outside)
        found = investigate(
            case,
            models,
            journal_of(desk, turn=wishes.turn),
            limits_of(config),
            lambda line: desk.say(STAGE, line),
            summariser=summariser,
        )
    desk.say(STAGE, f"{found.stop.value}: {found.reason}")
    return _best(known.result, judged(known.result, known.event, found, bench, case.tree, content))


def _best(engine: TriageResult, result: TriageResult) -> TriageResult:
    """A proven fix is not given up for a change that a person asked for and that could not be proven."""
    if engine.verdict is not Verdict.PROVEN_FIX or result.verdict is Verdict.PROVEN_FIX:
        return result
    reason = f"{engine.reason} What was asked for instead could not be proven: {result.reason}"
    return replace(engine, reason=reason, agent=result.agent)


def _is_worth_it(desk: Desk, result: TriageResult) -> bool:
    if result.verdict not in UNFINISHED:
        return False
    asked_for_less = desk.options().until == "diagnose" and result.verdict is Verdict.DIAGNOSED
    return not (asked_for_less and result.diagnosis and result.diagnosis.confidence >= SURE)


def _bench(desk: Desk, known: Known) -> Bench | None:
    """None when nothing of the project can be run: the agent can still read and diagnose."""
    if known.event is None or desk.options().until == "diagnose":
        return None
    try:
        project = desk.project(known.event, known.checkout)
    except (EnvironmentFailed, SandboxUnavailable, SourceError) as error:
        desk.say(STAGE, f"Only reading is possible: {error}")
        return None
    options = desk.options()
    return Bench(known.event, known.result, ProjectRunner(project), options.suite, lambda line: desk.say(STAGE, line))


def _case(desk: Desk, known: Known, bench: Bench | None) -> Case:
    config = desk.house.configuration.agent
    _name, repository = desk.repository()
    with reading(desk.house.engine).connect() as connection:
        taught = library.lesson(connection, desk.session_id)
    case = Case(
        tree=desk.tree(known.checkout),
        event=known.event,
        found=known.result,
        facts=_facts(desk, known),
        git=Repository(repository.url, desk.house.settings.home).mirror,
        commit=known.checkout.commit,
        language=config.language,
        event_tokens=config.event_tokens,
        hide_addresses=config.hide_addresses,
        may_edit=desk.options().until != "diagnose",
        task=f"Find the root cause of this failure, and mend it.\n\n{safe(taught, LONGEST_LESSON)}" if taught else "",
        cancelled=lambda: is_cancelled(desk),
        attachments=attachments_of(desk),
    )
    with reading(desk.house.engine).connect() as connection:
        case = replace(case, recalled=recalls.of(connection, desk.session_id))
    return replace(case, runner=bench.runner, prove=bench.trial) if bench else case


def _facts(desk: Desk, known: Known) -> Facts:
    subject = gathering.subject_of(desk, known.upstream, known.earlier, known.similar)
    counts = [f"{subject.last_hour} events in the last hour, {subject.last_day} in the last 24 hours"] if subject.last_day else []
    counts += [f"{subject.users} users"] if subject.users else []
    release = known.upstream.release
    return Facts(
        counts=tuple(counts),
        release=f"{release.version}, {len(release.commits)} commits" if release else "",
        suspect_commits=tuple(
            f"{one.sha[:12]} {one.author or ''}: {one.message[:200]}" for one in known.upstream.suspect_commits[:5]
        ),
        earlier=(subject.earlier,) if subject.earlier else (),
        similar=subject.alike,
    )


def attachments_of(desk: Desk) -> tuple[Attachment, ...]:
    """What came with the prompt and the messages of the session."""
    if desk.request is None:
        return ()
    with reading(desk.house.engine).connect() as connection:
        said = messages.after(connection, desk.session_id)
        texts = [message.text for message in said if message.source is messages.Source.USER]
        named = attachments.named_in(texts, desk.request.options.get("attachment_urls") or ())
        return attachments.read(connection, desk.request.org_id, named)


def is_cancelled(desk: Desk) -> bool:
    """Whether somebody has ended the session."""
    with reading(desk.house.engine).connect() as connection:
        return not store.is_live(connection, desk.session_id)


def journal_of(desk: Desk, *, turn: int = 0, first: int = 0) -> StoredJournal:
    """The memory and the purse of the session's agent."""
    config = desk.house.configuration.agent
    limit = desk.request.options.get("max_acu_limit") if desk.request else None
    session_dollars = config.session_dollars if limit is None else min(config.session_dollars, Decimal(str(limit)))
    caps = (
        Cost(_micro(session_dollars), config.session_tokens),
        Cost(_micro(config.issue_day_dollars), config.issue_day_tokens),
        Cost(_micro(config.day_dollars), config.day_tokens),
    )
    return StoredJournal(desk.house.engine, desk.session_id, desk.session.issue_id, caps, turn=turn, first=first)


def session_cap(config: AgentConfig) -> Cost:
    """The most that one session may spend."""
    return Cost(_micro(config.session_dollars), config.session_tokens)


def _micro(dollars: Decimal) -> int:
    return int(dollars * 1_000_000)


def limits_of(config: AgentConfig) -> Limits:
    return Limits(config.steps, config.minutes * 60.0, config.reply_tokens, config.context_tokens)


def _answered_before(desk: Desk, known: Known, content: str) -> TriageResult | None:
    """The engine's result with the answer of an earlier session on the very same; a person who asks again is not put off."""
    last = next(iter(known.earlier), None)
    if last is None or desk.session.reason.startswith("asked for"):
        return None
    work = (last.result or {}).get("agent")
    if not isinstance(work, dict) or work.get("content") != content or work.get("stop") != StopReason.ANSWERED.value:
        return None
    reason = f"Nothing has changed since session {last.id}, so it was not analysed again: {last.summary}"
    desk.say(STAGE, reason)
    return replace(known.result, reason=reason, agent=AgentWork(StopReason.ANSWERED.value, reason, content=content))

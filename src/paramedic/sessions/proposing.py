"""From a verdict to effects: what shall be done outside, who must say yes, and what is left undone and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from paramedic.effects import ledger, messages
from paramedic.effects.messages import Subject
from paramedic.effects.perform import perform_ready
from paramedic.effects.performers import Tools
from paramedic.effects.policy import policy_of
from paramedic.effects.values import (
    Comment,
    Effect,
    EffectKind,
    EffectState,
    OpenPullRequest,
    Patch,
    Payload,
    Push,
    Recorded,
    branch_name,
)
from paramedic.integrations.forge import PullState
from paramedic.integrations.forges import open_forge
from paramedic.integrations.sentry.facts import Flavour
from paramedic.model.errors import ParamedicError
from paramedic.model.repair import TriageResult
from paramedic.sessions.desk import Checkout, Desk
from paramedic.sessions.gathering import subject_of
from paramedic.sessions.handover import edits_of
from paramedic.settings.file import Action, ForgeName, Policy
from paramedic.source.edits import unified_diff

if TYPE_CHECKING:
    from paramedic.sessions.stages import Findings

log = structlog.get_logger()


def effects_of(desk: Desk, findings: Findings) -> tuple[Effect, ...]:
    """The exact effects of this verdict, in the order in which they must be done."""
    result = findings.result
    if result is None:
        return ()
    subject = subject_of(desk, findings.upstream, findings.earlier, findings.similar)
    payloads, branch = _handed_over(desk, findings.checkout, result, subject)
    effects = _linked(desk, findings, payloads)
    upstream = _upstream_issue(findings)
    if upstream and _comments(desk, findings):
        opened = next((effect.key for effect in effects if effect.kind is EffectKind.PULL_REQUEST), None)
        text = messages.comment_text(result, subject, branch)
        effects += [_effect(desk, findings, comment) for comment in _comment(desk, upstream, text, opened)]
    return tuple(effects)


def record_and_perform(desk: Desk, effects: tuple[Effect, ...]) -> None:
    """Enter the effects into the ledger, say what became of each, and do those that are approved."""
    left_out: set[str] = set()
    for effect in effects:
        if left_out.intersection(effect.requires) or not _recorded(desk, effect):
            left_out.add(effect.key)
    house = desk.house
    tools = Tools(house.settings, house.configuration, house.engine, house.worker_id)
    for done in perform_ready(tools, session_id=desk.session_id):
        desk.say("perform", f"{done.effect.kind.value} {done.state.value}: {done.result or done.reason or ''}")


def _recorded(desk: Desk, effect: Effect) -> bool:
    """False when it is left out, by policy or because another effect stands for the same cause."""
    configuration = desk.house.configuration
    policy = _policy(desk, effect.kind)
    if policy is Policy.NEVER:
        desk.say("perform", f"{effect.kind.value} left out: the policy is never")
        return False
    over = _overcome(desk, effect)
    with desk.house.engine.begin() as connection:
        other = ledger.standing(connection, effect, over)
        state = None if other else ledger.propose(connection, effect, policy, configuration.effects.approval_hours)
    if other is not None:
        seen = f" ({other.result})" if other.result else ""
        desk.say("perform", f"{effect.kind.value} left out: {other.effect.key[:12]} stands for the same cause{seen}")
        return False
    if state is EffectState.PENDING:
        desk.say("perform", f"{effect.kind.value} needs a yes: paramedic approve {effect.key[:12]}")
    return True


def _policy(desk: Desk, kind: EffectKind) -> Policy:
    return policy_of(kind, desk.house.configuration, desk.session.rule, desk.session.project)


def _overcome(desk: Desk, effect: Effect) -> frozenset[str]:
    """Earlier effects for the same cause that are merged: the crash came back after them, so they stand no longer."""
    with desk.house.engine.begin() as connection:
        other = ledger.standing(connection, effect)
    if other is None or other.state is not EffectState.DONE:
        return frozenset()
    return frozenset({other.effect.key}) if _is_merged(desk, other) else frozenset()


def _is_merged(desk: Desk, other: Recorded) -> bool:
    payload = other.effect.payload
    if not isinstance(payload, (Push, OpenPullRequest)):
        return False
    try:
        forge = open_forge(desk.house.configuration.repositories[payload.repository], desk.house.settings)
        found = forge.find(payload.branch) if forge else None
    except (ParamedicError, KeyError):
        # What cannot be asked is taken as still open: rather none than a second one.
        return False
    return found is not None and found.state is PullState.MERGED


def _handed_over(
    desk: Desk, checkout: Checkout | None, result: TriageResult, subject: Subject
) -> tuple[list[Payload], str | None]:
    """How the fix leaves: pushed, as a pull request, or as a patch file; and the name of its branch."""
    edits = edits_of(result)
    if not edits or checkout is None or desk.session.action not in (Action.FIX, Action.PULL_REQUEST):
        return [], None
    diff = unified_diff(edits)
    branch = branch_name(subject.short_id or f"issue-{desk.issue_id}", diff)
    _name, config = desk.repository()
    never = _policy(desk, EffectKind.PUSH) is Policy.NEVER
    if config.forge is ForgeName.PATCH or desk.session.action == Action.FIX or never:
        return [Patch(f"{branch.replace('/', '-')}.patch", diff)], None
    message = messages.commit_message(result, subject)
    moment = int(desk.session.created_at.timestamp())
    payloads: list[Payload] = [Push(checkout.repository, branch, checkout.commit, edits, message, moment)]
    if config.forge is not ForgeName.GIT:
        title, body = messages.title(result, subject), messages.pull_request_body(result, subject)
        payloads.append(OpenPullRequest(checkout.repository, branch, checkout.branch, title, body))
    return payloads, branch


def _linked(desk: Desk, findings: Findings, payloads: list[Payload]) -> list[Effect]:
    """Each requires the one before it."""
    effects: list[Effect] = []
    for payload in payloads:
        effects.append(_effect(desk, findings, payload, tuple(effect.key for effect in effects[-1:])))
    return effects


def _effect(desk: Desk, findings: Findings, payload: Payload, requires: tuple[str, ...] = ()) -> Effect:
    return Effect(payload, desk.issue_id, desk.session_id, findings.cause or "", requires)


def _comment(desk: Desk, upstream: str, text: str, opened: str | None) -> list[Comment]:
    """One comment; two when the first need not wait for the pull request that the second will link to."""
    asked = _policy(desk, EffectKind.PULL_REQUEST) is Policy.ASK
    at_once = _policy(desk, EffectKind.COMMENT) is Policy.AUTO
    linked = [Comment(upstream, text, opened)]
    return [Comment(upstream, text), *linked] if opened and asked and at_once else linked


def _comments(desk: Desk, findings: Findings) -> bool:
    """Whether a comment can be made at all; the log says why not."""
    settings = desk.house.settings
    obstacles = (
        (
            settings.sentry_auth_token is None or settings.sentry_org_slug is None,
            "SENTRY_AUTH_TOKEN or SENTRY_ORG_SLUG is not set",
        ),
        (findings.upstream.flavour is Flavour.BUGSINK, "Bugsink's comments cannot be edited"),
        (desk.session.action == Action.OBSERVE, "the rule only observes"),
    )
    reason = next((reason for hinders, reason in obstacles if hinders), None)
    if reason is not None:
        log.info("sentry_comment_skipped", issue_id=_upstream_issue(findings), reason=reason)
        desk.say("propose", f"No comment on the issue: {reason}.")
    return reason is None


def _upstream_issue(findings: Findings) -> str | None:
    """The id of the issue in Sentry; None for events that came straight from an SDK."""
    if findings.upstream.issue and findings.upstream.issue.id:
        return findings.upstream.issue.id
    return findings.event.issue_id if findings.event else None

"""What somebody who was just woken asks first of an issue: what broke, why, what is proposed, and how sure that is."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from paramedic.effects.values import EffectState, Recorded
from paramedic.model.repair import Verdict
from paramedic.store.issues import Issue
from paramedic.store.sessions import Session

_OPENING = re.compile(r"^[\w.]+ at [^\s:]+:\d+: ")
"""What stands in the title and beside *Broke* already."""
_NOTHING_PROPOSED = {
    Verdict.REPRODUCED: "Nothing yet: a test shows the crash, and no change was proven to mend it.",
    Verdict.DIAGNOSED: "Nothing yet: the cause was found, and no test could be made that shows it.",
    Verdict.NO_CODE_FIX: "No change of this code: it would not be the right answer.",
    Verdict.NOT_FOUND: "Nothing: the cause was not found.",
}


@dataclass(frozen=True, slots=True)
class Brief:
    """One short text for each question, "" where there is no answer. ``questions`` wait for a yes, in the order in which
    they would be done; ``gaps`` is how much was not checked."""

    place: str
    cause: str
    proposal: str
    sure: str
    gaps: int
    questions: tuple[Recorded, ...]


def brief_of(issue: Issue, session: Session | None, live: Session | None, effects: Sequence[Recorded]) -> Brief:
    """``session`` is the newest that came to a verdict, ``live`` the one under way."""
    result: Mapping[str, Any] = (session.result if session else None) or {}
    questions = tuple(one for one in effects if one.state is EffectState.PENDING)
    diagnosis = result.get("diagnosis") or {}
    return Brief(
        place=_place(issue, diagnosis),
        cause=_OPENING.sub("", str(diagnosis.get("summary") or "")) or _no_cause(issue, session, live),
        proposal=_proposal(session, live, result, questions, effects),
        sure=_sure(session, result, diagnosis),
        gaps=len((result.get("proof") or {}).get("gaps") or ()),
        questions=questions,
    )


def _place(issue: Issue, diagnosis: Mapping[str, Any]) -> str:
    location = diagnosis.get("location") or {}
    if not location:
        return issue.culprit
    function = f" in {location['function']}" if location.get("function") else ""
    return f"{location.get('file')}:{location.get('line')}{function}"


def _no_cause(issue: Issue, session: Session | None, live: Session | None) -> str:
    if live is not None:
        return "Being looked into now."
    if session is not None:
        return session.summary or "Not found."
    return f"Nobody has looked into it: {issue.decision}" if issue.decision else "Nobody has looked into it yet."


def _proposal(
    session: Session | None,
    live: Session | None,
    result: Mapping[str, Any],
    questions: Sequence[Recorded],
    effects: Sequence[Recorded],
) -> str:
    if fix := result.get("fix"):
        return f"{_change(fix)}{_standing(questions, effects)}"
    if live is not None:
        return f"Nothing yet: a session is under way{f', now in {live.stage}' if live.stage else ''}."
    if session is None or session.verdict not in set(Verdict):
        return "Nothing yet."
    return _NOTHING_PROPOSED.get(Verdict(session.verdict), "")


def _change(fix: Mapping[str, Any]) -> str:
    lines = str(fix.get("diff") or "").splitlines()
    added = sum(line.startswith("+") and not line.startswith("+++") for line in lines)
    removed = sum(line.startswith("-") and not line.startswith("---") for line in lines)
    files = [str(name) for name in fix.get("files") or ()]
    where = files[0] if len(files) == 1 else f"{len(files)} files"
    how = f": {rationale}" if (rationale := str(fix.get("rationale") or "").rstrip(".")) else ""
    return f"Change {where} (+{added} −{removed}){how}. And add a regression test."


def _standing(questions: Sequence[Recorded], effects: Sequence[Recorded]) -> str:
    """How far the change has come."""
    if questions:
        refused = next((one for one in reversed(effects) if one.state is EffectState.REJECTED), None)
        before = f" Refused before by {refused.decided_by}: {refused.reason or 'no reason given'}." if refused else ""
        kinds = dict.fromkeys(one.effect.kind.value.replace("_", " ") for one in questions)
        return f"{before} Waits for your yes: {', '.join(kinds)}."
    last = next((one for one in reversed(effects) if one.effect.kind.value in ("pull_request", "push", "patch")), None)
    if last is None:
        return ""
    by = f" by {last.decided_by}" if last.decided_by and last.decided_by != "policy" else ""
    return f" {last.effect.kind.value.replace('_', ' ').capitalize()} {last.state.value}{by}."


def _sure(session: Session | None, result: Mapping[str, Any], diagnosis: Mapping[str, Any]) -> str:
    if session is None or not session.verdict:
        return ""
    if proof := result.get("proof"):
        compared = f"; {proof['compared']}" if proof.get("compared") else ""
        stop_gap = " It is a stop-gap." if (result.get("fix") or {}).get("kind") == "stop-gap" else ""
        return f"Proven: the regression test fails before the change and passes after it{compared}.{stop_gap}"
    confidence = diagnosis.get("confidence")
    return f"Not proven. Confidence in the cause: {confidence:.0%}." if isinstance(confidence, (int, float)) else "Not proven."

"""Rows as the API shows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

import sqlalchemy as sa

from paramedic.effects.values import Recorded, write_payload
from paramedic.model.outcome import Outcome
from paramedic.reports.outcome import summary_of
from paramedic.store import budgets, outcomes
from paramedic.store.agent import kept_cost
from paramedic.store.issues import Issue
from paramedic.store.sessions import LogLine, Session


def issue_document(issue: Issue) -> dict[str, object]:
    return {name: _shown(value) for name, value in asdict(issue).items()}


def session_document(session: Session, *, with_result: bool = True) -> dict[str, object]:
    fields = {name: _shown(value) for name, value in asdict(session).items()}
    if not with_result:
        del fields["result"]
    return fields


def spent_document(connection: sa.Connection, session_id: str) -> dict[str, object]:
    """What counts against the session's cap. ``unsettled`` is set aside for calls that no step was kept of: one under way, or
    one that failed in a way that may have been charged."""
    counted, kept = budgets.spent(connection, budgets.session_scope(session_id)), kept_cost(connection, session_id)
    return {
        "micro_dollars": counted.micro_dollars,
        "tokens": counted.tokens,
        "unsettled_micro_dollars": counted.micro_dollars - kept.micro_dollars,
        "unsettled_tokens": counted.tokens - kept.tokens,
    }


def outcome_documents(connection: sa.Connection, found: Sequence[Outcome]) -> list[dict[str, object]]:
    """What became of fixes, with what was written on their pull requests; ``summary`` says it in words."""
    written = outcomes.comments(connection, [one.effect for one in found])
    return [
        {name: _shown(value) for name, value in asdict(one).items()}
        | {
            "summary": summary_of(one),
            "comments": [{name: _shown(value) for name, value in asdict(said).items()} for said in written.get(one.effect, ())],
        }
        for one in found
    ]


def line_document(line: LogLine) -> dict[str, object]:
    return {"seq": line.seq, "at": line.at.isoformat(), "stage": line.stage, "text": line.text}


def effect_document(recorded: Recorded) -> dict[str, object]:
    effect = recorded.effect
    return {
        "id": effect.key,
        "kind": effect.kind.value,
        "state": recorded.state.value,
        "issue_id": effect.issue_id,
        "session_id": effect.session_id,
        "payload": write_payload(effect.payload),
        "requires": list(effect.requires),
        "proposed_at": recorded.proposed_at.isoformat(),
        "expires_at": _shown(recorded.expires_at),
        "decided_by": recorded.decided_by,
        "decided_at": _shown(recorded.decided_at),
        "result": recorded.result,
        "reason": recorded.reason,
    }


def _shown(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value

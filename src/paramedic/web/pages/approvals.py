"""Approvals: the exact effect, a person's answer to it, and what took its place when it was withdrawn."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

import sqlalchemy as sa
from starlette.responses import Response

from paramedic.effects import ledger
from paramedic.effects.values import Comment, EffectState, OpenPullRequest, Patch, Payload, Push, Recorded
from paramedic.sessions import approving
from paramedic.source.edits import unified_diff
from paramedic.store import issues
from paramedic.store.engine import reading
from paramedic.web.pages.serving import Visit

_DECIDED_SHOWN = 30


def listing(visit: Visit) -> Response:
    with reading(visit.engine).connect() as connection:
        pending = ledger.listing(connection, states=(EffectState.PENDING,))
        decided = ledger.latest(connection, _DECIDED_SHOWN)
        return visit.show(
            "approvals.html",
            pending=pending,
            decided=decided,
            diffs=diffs_of(pending),
            proofs=ledger.proofs(connection, pending),
            titles=_titles(connection, pending),
            has_model=_has_model(visit),
        )


def one(visit: Visit) -> Response:
    with reading(visit.engine).connect() as connection:
        recorded = ledger.find(connection, _key(visit))
        newer = _successor(connection, recorded)
        return visit.show(
            "approval.html",
            recorded=recorded,
            diffs=diffs_of((recorded,)),
            proofs=ledger.proofs(connection, (recorded,)),
            titles=_titles(connection, (recorded,)),
            newer=newer,
            since=_since(recorded, newer) if newer else "",
            has_model=_has_model(visit),
        )


def approve(visit: Visit) -> Response:
    with visit.engine.begin() as connection:
        recorded = approving.approve(connection, _key(visit), visit.who)
    return visit.go(f"/approvals/{recorded.effect.key}")


def reject(visit: Visit) -> Response:
    with visit.engine.begin() as connection:
        recorded = approving.reject(connection, _key(visit), visit.who, visit.form.get("reason", "").strip())
    return visit.go(f"/approvals/{recorded.effect.key}")


def ask_for_changes(visit: Visit) -> Response:
    with visit.engine.begin() as connection:
        wish = approving.ask_for_changes(connection, visit.settings, _key(visit), visit.who, visit.form.get("reason", ""))
    return visit.go(f"/sessions/{wish.recorded.effect.session_id}#messages")


def diffs_of(effects: Sequence[Recorded]) -> dict[str, str]:
    """What a push changes, by the effect's key: whole files are no way to show it."""
    pushes = ((one.effect.key, one.effect.payload) for one in effects)
    return {key: unified_diff(payload.edits) for key, payload in pushes if isinstance(payload, Push)}


def _key(visit: Visit) -> str:
    return str(visit.request.path_params["key"])


def _has_model(visit: Visit) -> bool:
    return visit.settings.paramedic_model is not None


def _titles(connection: sa.Connection, effects: Sequence[Recorded]) -> dict[int, str]:
    """What the issues behind the effects are called."""
    return {number: issues.read(connection, number).title for number in {one.effect.issue_id for one in effects}}


def _successor(connection: sa.Connection, recorded: Recorded) -> Recorded | None:
    """The newest proposal of the same kind on the issue that came after a withdrawn one."""
    if recorded.state is not EffectState.SUPERSEDED:
        return None
    others = ledger.listing(connection, issue_id=recorded.effect.issue_id)
    later = [one for one in others if one.effect.kind is recorded.effect.kind and one.proposed_at > recorded.proposed_at]
    return later[-1] if later else None


def _since(before: Recorded, after: Recorded) -> str:
    """What the later proposal does otherwise, as a diff of what each would do."""
    lines = difflib.unified_diff(_text(before), _text(after), "withdrawn", "proposed since", lineterm="", n=2)
    return "\n".join(lines)


def _text(recorded: Recorded) -> list[str]:
    payload: Payload = recorded.effect.payload
    if isinstance(payload, Push):
        return [*payload.message.splitlines(), *unified_diff(payload.edits).splitlines()]
    if isinstance(payload, OpenPullRequest):
        return [payload.title, *payload.body.splitlines()]
    if isinstance(payload, Patch):
        return payload.diff.splitlines()
    return payload.text.splitlines() if isinstance(payload, Comment) else payload.message.body.splitlines()

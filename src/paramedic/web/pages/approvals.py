"""Approvals: the exact effect, and a person's yes or no to it."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.responses import Response

from paramedic.effects import ledger
from paramedic.effects.values import EffectState, Push, Recorded
from paramedic.sessions import approving
from paramedic.source.edits import unified_diff
from paramedic.store.engine import reading
from paramedic.web.pages.serving import Visit

_DECIDED_SHOWN = 30


def listing(visit: Visit) -> Response:
    with reading(visit.engine).connect() as connection:
        pending = ledger.listing(connection, states=(EffectState.PENDING,))
        decided = ledger.latest(connection, _DECIDED_SHOWN)
        proofs = ledger.proofs(connection, pending)
    return visit.show("approvals.html", pending=pending, decided=decided, diffs=diffs_of(pending), proofs=proofs)


def one(visit: Visit) -> Response:
    with reading(visit.engine).connect() as connection:
        recorded = ledger.find(connection, visit.request.path_params["key"])
        proofs = ledger.proofs(connection, (recorded,))
    return visit.show("approval.html", recorded=recorded, diffs=diffs_of((recorded,)), proofs=proofs)


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
        wish = approving.ask_for_changes(connection, visit.settings, _key(visit), visit.who, visit.form.get("message", ""))
    return visit.go(
        f"/sessions/{wish.recorded.effect.session_id}" if wish.withdrawn else f"/approvals/{wish.recorded.effect.key}"
    )


def _key(visit: Visit) -> str:
    return str(visit.request.path_params["key"])


def diffs_of(effects: Sequence[Recorded]) -> dict[str, str]:
    """What a push changes, by the effect's key: whole files are no way to show it."""
    pushes = ((one.effect.key, one.effect.payload) for one in effects)
    return {key: unified_diff(payload.edits) for key, payload in pushes if isinstance(payload, Push)}

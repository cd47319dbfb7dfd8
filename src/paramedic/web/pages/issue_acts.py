"""What a person does about an issue: have it looked into, answer its proposal, ignore it, or have it matter again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from starlette.responses import Response

from paramedic.effects import ledger
from paramedic.effects.values import EffectState, Recorded
from paramedic.model.errors import BadInput
from paramedic.sessions import approving, ignoring, library
from paramedic.sessions.starting import start_by_hand
from paramedic.store import issues
from paramedic.store import sessions as store
from paramedic.store.ignores import Until
from paramedic.store.service_users import HOME_ORGANISATION
from paramedic.web.pages.serving import Visit


def investigate(visit: Visit) -> Response:
    """Look into it now, whatever the rules say, after a playbook if one is chosen; a session that is under way is shown
    instead. Raises ``BadInput`` for a playbook when one is."""
    chosen = visit.form.get("playbook", "")
    with visit.engine.begin() as connection:
        session_id, fresh = start_by_hand(connection, issues.read(connection, visit.number("issue")), visit.who)
        if chosen and not fresh:
            raise BadInput(
                "A session is under way on this issue.", remedy="Wait for it, or end it, and attach the playbook then."
            )
        if chosen:
            library.attach_playbooks(connection, session_id, HOME_ORGANISATION, chosen, "")
            store.append_log(connection, session_id, "ask", f"Playbook {chosen} attached by {visit.who}.")
    return visit.go(f"/sessions/{session_id}")


def approve(visit: Visit) -> Response:
    """A yes to each of the effects that were shown, or to none of them."""
    with visit.engine.begin() as connection:
        for asked in _asked(visit, connection):
            approving.approve(connection, asked.effect.key, visit.who)
    return _back(visit)


def reject(visit: Visit) -> Response:
    """A no to all of the effects that were shown."""
    with visit.engine.begin() as connection:
        for asked in _asked(visit, connection):
            if ledger.find(connection, asked.effect.key).state is EffectState.PENDING:
                approving.reject(connection, asked.effect.key, visit.who, visit.form.get("reason", "").strip())
    return _back(visit)


def ask_for_changes(visit: Visit) -> Response:
    with visit.engine.begin() as connection:
        first = _asked(visit, connection)[0]
        wish = approving.ask_for_changes(connection, visit.settings, first.effect.key, visit.who, visit.form.get("reason", ""))
    return visit.go(f"/sessions/{wish.recorded.effect.session_id}#messages")


def ignore(visit: Visit) -> Response:
    until = _until(visit.form.get("until", ""))
    until_at = _days_from_now(visit.form.get("days", "")) if until is Until.TIME else None
    with visit.engine.begin() as connection:
        ignoring.ignore(connection, visit.number("issue"), visit.who, visit.form.get("reason", ""), until, until_at)
    return _back(visit)


def heed(visit: Visit) -> Response:
    with visit.engine.begin() as connection:
        ignoring.heed(connection, visit.number("issue"), visit.who)
    return _back(visit)


def _asked(visit: Visit, connection: sa.Connection) -> list[Recorded]:
    """The effects that the form was about. Raises ``BadInput`` when one is of another issue or no question any more: then
    what was shown is not what would be answered."""
    keys = visit.form.get("effects", "").split()[:20]
    asked = [ledger.question(connection, key) for key in keys]
    if not asked or any(one.effect.issue_id != visit.number("issue") for one in asked):
        raise BadInput("The form names no question of this issue.", remedy="Load its page again.")
    return asked


def _until(text: str) -> Until:
    try:
        return Until(text)
    except ValueError:
        raise BadInput("It is not said until when the issue is ignored.", remedy="Choose one of the three.") from None


def _days_from_now(text: str) -> datetime:
    if not text.isdecimal() or not 1 <= int(text[:6]) <= ignoring.MOST_DAYS:
        raise BadInput(f"{text[:20]!r} is no number of days.", remedy=f"Give one from 1 to {ignoring.MOST_DAYS}.")
    return datetime.now(UTC) + timedelta(days=int(text))


def _back(visit: Visit) -> Response:
    return visit.go(f"/issues/{visit.number('issue')}")

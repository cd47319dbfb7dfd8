"""One more investigator: an external analysis server is asked where nothing was proven. Its answer is an opinion, and says so."""

from __future__ import annotations

from dataclasses import replace

from paramedic.effects.scrub import scrub
from paramedic.integrations.analysis.client import AnalysisServer, Opinion
from paramedic.model.errors import OutsideError
from paramedic.model.repair import TriageResult, Verdict
from paramedic.sessions.desk import Desk
from paramedic.store import issues
from paramedic.store import sessions as store
from paramedic.store.engine import reading

STAGE = "consult"
WAIT_SECONDS = 120.0
_UNPROVEN = (Verdict.REPRODUCED, Verdict.DIAGNOSED, Verdict.NOT_FOUND)
_IN_THE_REASON = 600


def consult(desk: Desk, result: TriageResult) -> TriageResult:
    """The result with the server's opinion in its reason. The verdict stays: an opinion proves nothing."""
    settings = desk.house.settings
    base_url = settings.analysis_server_base_url
    if base_url is None or base_url == settings.paramedic_public_url or result.verdict not in _UNPROVEN:
        return result
    server = AnalysisServer(base_url)
    try:
        opinion = server.analyse(_issue(desk), WAIT_SECONDS, wanted=lambda: _is_wanted(desk))
    except OutsideError as error:
        desk.say(STAGE, str(error))
        return result
    finally:
        server.close()
    if opinion is None:
        desk.say(STAGE, f"The analysis server had no answer within {WAIT_SECONDS:.0f} s.")
        return result
    return _with(desk, result, opinion)


def _with(desk: Desk, result: TriageResult, opinion: Opinion) -> TriageResult:
    desk.say(STAGE, f"The analysis server says ({opinion.cause_type or 'unknown'}): {scrub(opinion.root_cause)}")
    for text in (opinion.solution, opinion.more):
        if text:
            desk.say(STAGE, scrub(text))
    words = scrub(opinion.root_cause)[:_IN_THE_REASON]
    return replace(result, reason=f"{result.reason} The analysis server's opinion, not checked: {words}")


def _issue(desk: Desk) -> str:
    """As Sentry calls it, else as we do."""
    with reading(desk.house.engine).connect() as connection:
        return issues.facts(connection, desk.issue_id).upstream_id or str(desk.issue_id)


def _is_wanted(desk: Desk) -> bool:
    with reading(desk.house.engine).connect() as connection:
        return store.is_live(connection, desk.session_id)

"""How long each stage of a session took, as bars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from paramedic.store.logs import StageTime
from paramedic.store.sessions import LIVE, Session

_NO_STAGES = ("approval", "changes", "end", "ask", "outcome")
"""What is in the log under these names is said by people, or was heard of the fix afterwards."""


@dataclass(frozen=True, slots=True)
class Bar:
    """``share`` is in percent of the longest stage."""

    stage: str
    seconds: float
    share: int


def stages_of(session: Session, times: Sequence[StageTime]) -> list[Bar]:
    """As measured where the session has ended, else as its log tells."""
    measured = (session.result or {}).get("seconds") if session.kind == "triage" else None
    if isinstance(measured, dict):
        return _bars({str(stage): float(took) for stage, took in measured.items()})
    own = [one for one in times if one.stage not in _NO_STAGES]
    if not own:
        return []
    ends = [*(one.first for one in own[1:]), datetime.now(UTC) if session.state in LIVE else own[-1].last]
    return _bars({one.stage: (end - one.first).total_seconds() for one, end in zip(own, ends, strict=True)})


def _bars(seconds: dict[str, float]) -> list[Bar]:
    longest = max(seconds.values(), default=0.0) or 1.0
    return [Bar(stage, took, max(1, round(100 * took / longest))) for stage, took in seconds.items()]

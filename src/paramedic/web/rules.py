"""``/api/rules``: the rules in force with what they matched lately, and what other rules would have done."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from paramedic.sessions.rehearsal import MOST_DAYS, MOST_ISSUES, Asked, dry_run_apart
from paramedic.settings.rules_text import read_rules
from paramedic.store import matches
from paramedic.store.engine import reading
from paramedic.triage.rules import conditions
from paramedic.web.access import RESPONDER, VIEWER, Engine, SharedDesk

router = APIRouter(prefix="/api/rules")


class Trial(BaseModel):
    """``toml`` holds [[rules]] tables; without it, the rules in force are tried."""

    toml: str | None = None
    days: Annotated[float, Field(gt=0, le=MOST_DAYS)] = 7.0
    limit: Annotated[int, Field(ge=1, le=MOST_ISSUES)] = 200


@router.get("", dependencies=[VIEWER])
def listing(engine: Engine, desk: SharedDesk) -> dict[str, Any]:
    """In order: the first that matches decides."""
    with reading(engine).connect() as connection:
        matched = matches.lately(connection, datetime.now(UTC) - timedelta(days=7))
    rows = []
    for rule in desk.configuration.rules:
        found = matched.get(rule.name, matches.Matched())
        lately = {
            "issues": found.issues,
            "last": found.last.isoformat() if found.last else None,
            "sessions_in_7_days": found.sessions,
        }
        rows.append({**rule.model_dump(mode="json"), "conditions": conditions(rule), "lately": lately})
    return {"rules": rows}


@router.post("/dry-run", dependencies=[RESPONDER])
def dry_run(desk: SharedDesk, trial: Trial) -> dict[str, Any]:
    """What the rules would have done with past issues, beside what those in force would have; nothing is done."""
    today = desk.configuration.rules
    tried = read_rules(trial.toml) if trial.toml is not None else today
    return dry_run_apart(desk.settings.database, Asked(today, tried, trial.days, trial.limit))

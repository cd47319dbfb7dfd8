"""The rules in force, and a dry run of others on past issues."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.responses import Response

from paramedic.model.errors import BadInput
from paramedic.sessions.rehearsal import MOST_ISSUES, Asked, dry_run_apart
from paramedic.settings.place import configuration_path
from paramedic.settings.rules_text import read_rules, write_rules
from paramedic.store import matches
from paramedic.store.engine import reading
from paramedic.triage.rules import conditions
from paramedic.web.pages.serving import Visit

DAYS = (1, 7, 30)
LIMITS = (50, 200, MOST_ISSUES)
_SHOWN = 200


def rules(visit: Visit) -> Response:
    return _page(visit, write_rules(visit.desk.configuration.rules))


def dry_run(visit: Visit) -> Response:
    """What the text of the form would have done. A text that is no rules comes back, with the line that is wrong."""
    text = visit.form.get("toml", "")
    days, limit = _chosen(visit, "days", DAYS), _chosen(visit, "limit", LIMITS)
    asked = {"days": days, "limit": limit}
    try:
        trial = Asked(visit.desk.configuration.rules, read_rules(text), days, limit)
        found = dry_run_apart(visit.settings.database, trial)
    except BadInput as error:
        return _page(visit, text, 400, problem=error, asked=asked)
    hidden = max(0, len(found["issues"]) - _SHOWN)
    found["issues"] = found["issues"][:_SHOWN]
    return _page(visit, text, found=found, hidden=hidden, asked=asked)


def _page(visit: Visit, text: str, status: int = 200, **values: Any) -> Response:
    with reading(visit.engine).connect() as connection:
        matched = matches.lately(connection, datetime.now(UTC) - timedelta(days=7))
    in_force = visit.desk.configuration.rules
    return visit.show(
        "rules.html",
        status,
        rules=[(rule, conditions(rule), matched.get(rule.name, matches.Matched())) for rule in in_force],
        looked_at=matches.LOOKED_AT,
        text=text,
        file=configuration_path(visit.settings) or visit.settings.home / "paramedic.toml",
        days=DAYS,
        limits=LIMITS,
        **{"asked": {"days": 7, "limit": 200}, **values},
    )


def _chosen(visit: Visit, name: str, choices: tuple[int, ...]) -> int:
    text = visit.form.get(name, "")
    return int(text) if text in map(str, choices) else choices[1]

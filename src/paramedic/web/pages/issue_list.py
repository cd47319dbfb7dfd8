"""The list of issues: searched, filtered, sorted, and turned page by page."""

from __future__ import annotations

import time
from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlencode

from starlette.responses import Response

from paramedic.model.errors import BadInput
from paramedic.model.event import Level
from paramedic.model.repair import Verdict
from paramedic.store import hours, issue_search, issues, sessions
from paramedic.store.engine import reading
from paramedic.store.issue_search import Sort, Standing, Wanted
from paramedic.web.pages.charts import spark
from paramedic.web.pages.serving import Visit

AT_ONCE = 50
Name = TypeVar("Name", bound=StrEnum)


def listing(visit: Visit) -> Response:
    wanted = _wanted(visit)
    hour = int(time.time()) // 3600
    with reading(visit.engine).connect() as connection:
        page = issue_search.find(connection, wanted, limit=AT_ONCE, after=visit.asked("after"), before=visit.asked("before"))
        ids = [issue.id for issue in page.issues]
        by_hour = hours.of_issues(connection, ids, hour - 23)
        verdicts = sessions.last_verdicts(connection, ids)
        projects = issues.projects(connection)
    asked = _asked(wanted)
    return visit.show(
        "issues.html",
        rows=[(issue, spark(by_hour.get(issue.id, {})), verdicts.get(issue.id)) for issue in page.issues],
        wanted=wanted,
        is_filtered=bool(asked.keys() - {"sort"}),
        projects=projects,
        levels=list(Level),
        standings=list(Standing),
        verdicts=list(Verdict),
        sorts=list(Sort),
        turned=bool(visit.asked("after") or visit.asked("before")),
        here_without_place=_address(asked),
        newer=_address(asked, before=page.before) if page.before else None,
        older=_address(asked, after=page.after) if page.after else None,
    )


def _wanted(visit: Visit) -> Wanted:
    return Wanted(
        text=visit.asked("q"),
        project=visit.asked("project"),
        level=_one_of(Level, visit, "level"),
        standing=_one_of(Standing, visit, "status"),
        release=visit.asked("release"),
        verdict=_one_of(Verdict, visit, "verdict"),
        rule=visit.asked("rule"),
        sort=_one_of(Sort, visit, "sort") or Sort.LAST_SEEN,
    )


def _one_of(names: type[Name], visit: Visit, parameter: str) -> Name | None:
    """Raises ``BadInput`` for what is none of them, so that an old link does not show what it never meant."""
    text = visit.asked(parameter)
    found = next((name for name in names if name.value == text), None)
    if text and found is None:
        raise BadInput(f"There is no {parameter} {text[:80]!r}.", remedy=f"There are {', '.join(names)}.")
    return found


def _asked(wanted: Wanted) -> dict[str, str]:
    """The parameters that ask for the same again."""
    given = {
        "q": wanted.text,
        "project": wanted.project,
        "level": wanted.level,
        "status": wanted.standing,
        "release": wanted.release,
        "verdict": wanted.verdict,
        "rule": wanted.rule,
        "sort": None if wanted.sort is Sort.LAST_SEEN else wanted.sort,
    }
    return {name: value for name, value in given.items() if value}


def _address(asked: dict[str, str], **place: str) -> str:
    parameters = urlencode({**asked, **place})
    return f"/issues?{parameters}" if parameters else "/issues"

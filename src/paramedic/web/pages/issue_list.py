"""The list of issues: searched and filtered."""

from __future__ import annotations

import time

from starlette.responses import Response

from paramedic.model.event import Level
from paramedic.model.repair import Verdict
from paramedic.store import issues, sessions
from paramedic.store.engine import reading
from paramedic.web.pages.charts import frequency
from paramedic.web.pages.serving import Visit

AT_ONCE = 50
STATUSES = ("unresolved", "resolved", "ignored")
_FILTERS = ("project", "level", "status", "verdict")


def listing(visit: Visit) -> Response:
    wanted = {name: visit.asked(name) for name in _FILTERS}
    text, offset = visit.asked("q"), visit.number("offset")
    hour = int(time.time()) // 3600
    with reading(visit.engine).connect() as connection:
        found = issues.listed(connection, **wanted, text=text, limit=AT_ONCE + 1, offset=offset)
        ids = [issue.id for issue in found]
        hours = issues.hours_of(connection, ids, hour - 23)
        verdicts = sessions.last_verdicts(connection, ids)
        projects = issues.projects(connection)
    return visit.show(
        "issues.html",
        rows=[(issue, frequency(hours.get(issue.id, {}), bars=24), verdicts.get(issue.id)) for issue in found[:AT_ONCE]],
        wanted={**wanted, "q": text},
        choices={"project": projects, "level": list(Level), "status": STATUSES, "verdict": list(Verdict)},
        offset=offset,
        older=offset + AT_ONCE if len(found) > AT_ONCE else None,
        newer=max(0, offset - AT_ONCE) if offset else None,
    )

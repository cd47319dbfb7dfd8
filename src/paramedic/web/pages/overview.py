"""What needs a person now, and what happened."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

from starlette.responses import Response

from paramedic.effects import ledger
from paramedic.effects.values import EffectState
from paramedic.store import issues, mcp, sessions
from paramedic.store.engine import reading
from paramedic.store.sessions import SessionState
from paramedic.web.health import measure
from paramedic.web.pages.charts import frequency
from paramedic.web.pages.serving import Visit

_SHOWN = 8


def overview(visit: Visit) -> Response:
    hour = int(time.time()) // 3600
    since = datetime.now(UTC) - timedelta(days=1)
    with reading(visit.engine).connect() as connection:
        approvals = ledger.listing(connection, states=(EffectState.PENDING,))
        failed = sessions.recent(connection, states=(SessionState.FAILED,), since=since, limit=_SHOWN)
        waiting = sessions.recent(connection, states=(SessionState.WAITING,), limit=_SHOWN)
        latest = sessions.recent(connection, limit=_SHOWN)
        verdicts = sessions.verdicts_since(connection, since)
        hours = issues.all_hours_since(connection, hour - 23)
        newest = issues.listed(connection, limit=_SHOWN)
        unhealthy = [
            server for server in mcp.offered(connection) if server.error and server.server in visit.desk.configuration.mcp
        ]
        totals = dict(issues.totals(connection))
    return visit.show(
        "overview.html",
        approvals=approvals,
        failed=failed,
        questions=waiting,
        sessions=latest,
        verdicts=verdicts,
        events=frequency(dict(hours), bars=24),
        issues=newest,
        unhealthy=unhealthy,
        health=measure(visit.engine, visit.desk),
        unresolved=totals.get("unresolved", 0),
    )

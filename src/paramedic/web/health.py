"""Whether it works, and what was heard last: for people, probes and Prometheus."""

from __future__ import annotations

import time
from datetime import UTC, datetime

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from paramedic.intake.desk import Desk
from paramedic.sessions.condition import condition
from paramedic.web.access import VIEWER, Engine, SharedDesk

router = APIRouter()


@router.get("/health")
@router.get("/api/v1/health")
def health(engine: Engine, desk: SharedDesk, response: Response) -> dict[str, object]:
    """503 when it is down. For probes, which have no token."""
    measured = condition(engine, desk.settings)
    if measured.status == "down":
        response.status_code = 503
        return {"status": "down", "database": measured.database}
    return {
        "status": measured.status,
        "database": measured.database,
        "inbox": measured.inbox,
        "workers": len(measured.workers),
        "last_received": {kind: _ago(moment) for kind, moment in measured.last_received.items()},
        "missing": _missing(desk),
    }


@router.get("/metrics", dependencies=[VIEWER])
def metrics() -> Response:
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


def _ago(moment: float) -> dict[str, object]:
    return {"at": datetime.fromtimestamp(moment, UTC).isoformat(), "seconds_ago": round(time.time() - moment, 1)}


def _missing(desk: Desk) -> tuple[str, ...]:
    """Settings without which a part is off, by name."""
    settings = desk.settings
    wanted = {
        "SENTRY_CLIENT_SECRET": settings.webhook_signing_secret,
        "SENTRY_AUTH_TOKEN": settings.sentry_auth_token,
        "SENTRY_ORG_SLUG": settings.sentry_org_slug,
    }
    return tuple(name for name, value in wanted.items() if value is None)

"""Whether it works, and what was heard last: for people, probes and Prometheus."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import sqlalchemy as sa
from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from paramedic.store import deliveries, workers
from paramedic.store.engine import reading
from paramedic.web.access import Engine, SharedDesk

router = APIRouter()


@router.get("/health")
@router.get("/api/v1/health")
def health(engine: Engine, desk: SharedDesk, response: Response) -> dict[str, object]:
    """``status`` is ok, degraded (no worker lives, or the inbox is over its bound) or down (no database; 503)."""
    try:
        with reading(engine).connect() as connection:
            waiting, last = deliveries.depth(connection), deliveries.last_received(connection)
            alive = len(workers.living(connection))
    except sa.exc.SQLAlchemyError as error:
        response.status_code = 503
        return {"status": "down", "database": type(error).__name__}
    degraded = alive == 0 or waiting > desk.settings.paramedic_backlog_limit
    return {
        "status": "degraded" if degraded else "ok",
        "database": engine.dialect.name,
        "inbox": waiting,
        "workers": alive,
        "last_received": {kind: _ago(moment) for kind, moment in last.items()},
        "missing": _missing(desk),
    }


@router.get("/metrics")
def metrics() -> Response:
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


def _ago(moment: float) -> dict[str, object]:
    return {"at": datetime.fromtimestamp(moment, UTC).isoformat(), "seconds_ago": round(time.time() - moment, 1)}


def _missing(desk: SharedDesk) -> list[str]:
    """Settings without which a part is off, by name."""
    settings = desk.settings
    wanted = {
        "SENTRY_CLIENT_SECRET": settings.webhook_signing_secret,
        "SENTRY_AUTH_TOKEN": settings.sentry_auth_token,
        "SENTRY_ORG_SLUG": settings.sentry_org_slug,
    }
    return [name for name, value in wanted.items() if value is None]

"""Whether it works, and what was heard last: for people, probes and Prometheus."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import sqlalchemy as sa
from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from paramedic.intake.desk import Desk
from paramedic.store import deliveries, workers
from paramedic.store.engine import reading
from paramedic.web.access import VIEWER, Engine, SharedDesk

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Measured:
    """``status`` is ok, degraded (no worker lives, or the inbox is over its bound) or down (no database).

    ``last_received`` has epoch seconds by kind of delivery; ``missing`` names settings without which a part is off."""

    status: str
    database: str
    inbox: int = 0
    workers: int = 0
    last_received: Mapping[str, float] = field(default_factory=dict)
    missing: tuple[str, ...] = ()


def measure(engine: sa.Engine, desk: Desk) -> Measured:
    """How it is at this moment; no outside system is asked."""
    try:
        with reading(engine).connect() as connection:
            waiting, last = deliveries.depth(connection), deliveries.last_received(connection)
            alive = len(workers.living(connection))
    except sa.exc.SQLAlchemyError as error:
        return Measured("down", type(error).__name__)
    degraded = alive == 0 or waiting > desk.settings.paramedic_backlog_limit
    return Measured("degraded" if degraded else "ok", engine.dialect.name, waiting, alive, last, _missing(desk))


@router.get("/health")
@router.get("/api/v1/health")
def health(engine: Engine, desk: SharedDesk, response: Response) -> dict[str, object]:
    """503 when it is down. For probes, which have no token."""
    measured = measure(engine, desk)
    if measured.status == "down":
        response.status_code = 503
        return {"status": "down", "database": measured.database}
    return {
        "status": measured.status,
        "database": measured.database,
        "inbox": measured.inbox,
        "workers": measured.workers,
        "last_received": {kind: _ago(moment) for kind, moment in measured.last_received.items()},
        "missing": measured.missing,
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

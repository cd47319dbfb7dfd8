"""Who may use the API."""

from __future__ import annotations

from typing import Annotated

import sqlalchemy as sa
from fastapi import Depends, HTTPException, Request

from paramedic.intake.desk import Desk


def require_token(request: Request) -> None:
    """The bearer token of ``PARAMEDIC_API_TOKEN``; without one set, callers on this machine only. Else 401 or 403."""
    desk: Desk = request.app.state.desk
    if desk.is_authorised(request):
        return
    if desk.settings.paramedic_api_token is None:
        raise HTTPException(403, desk.refusal(request))
    raise HTTPException(401, "The bearer token is missing or wrong.", {"WWW-Authenticate": "Bearer"})


def get_engine(request: Request) -> sa.Engine:
    engine: sa.Engine = request.app.state.engine
    return engine


def get_desk(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


Engine = Annotated[sa.Engine, Depends(get_engine)]
SharedDesk = Annotated[Desk, Depends(get_desk)]

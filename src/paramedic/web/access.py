"""Who may use the API: every route names the role that it needs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import sqlalchemy as sa
from fastapi import Depends, HTTPException, Request

from paramedic.intake.desk import Desk
from paramedic.model.accounts import Identity, Role


def identify(request: Request) -> Identity:
    """The holder of ``PARAMEDIC_API_TOKEN``; without one set, callers on this machine only. Else 401 or 403."""
    desk: Desk = request.app.state.desk
    if desk.is_authorised(request):
        return Identity("", Role.ADMIN)
    if desk.settings.paramedic_api_token is None:
        raise HTTPException(403, desk.refusal(request))
    raise HTTPException(401, "The bearer token is missing or wrong.", {"WWW-Authenticate": "Bearer"})


Anybody = Annotated[Identity, Depends(identify)]


def needing(role: Role) -> Callable[[Identity], Identity]:
    """A dependency: the caller, who has ``role`` or more. Else 403."""

    def checked(caller: Anybody) -> Identity:
        if not caller.may(role):
            raise HTTPException(403, too_little(caller, role))
        return caller

    return checked


def too_little(caller: Identity, needed: Role) -> str:
    return f"This needs the role {needed.value}, and {caller.name or 'the caller'} is {caller.role.with_article}."


VIEWER, RESPONDER, ADMIN = (Depends(needing(role)) for role in Role)
Viewer = Annotated[Identity, VIEWER]
Responder = Annotated[Identity, RESPONDER]
Admin = Annotated[Identity, ADMIN]


def get_engine(request: Request) -> sa.Engine:
    engine: sa.Engine = request.app.state.engine
    return engine


def get_desk(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


def address_of(request: Request) -> str:
    return request.client.host if request.client else "unknown"


Engine = Annotated[sa.Engine, Depends(get_engine)]
SharedDesk = Annotated[Desk, Depends(get_desk)]

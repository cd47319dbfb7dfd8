"""Who calls, and what they may do. Errors have the API's shape: ``{"detail": …}``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

import sqlalchemy as sa
from fastapi import Depends, HTTPException, Path, Request

from paramedic.intake.desk import bearer
from paramedic.settings import Settings
from paramedic.store import service_users
from paramedic.store.engine import reading
from paramedic.store.service_users import ServiceUser
from paramedic.web.access import Engine, act_as
from paramedic.web.devin.permissions import Permission, holds


@dataclass(frozen=True, slots=True)
class Caller:
    """A service user at work in its organisation."""

    user: ServiceUser
    settings: Settings
    engine: sa.Engine

    @property
    def org_id(self) -> str:
        return self.user.org_id

    @property
    def who(self) -> str:
        return f"{self.user.name} ({self.user.id})"

    def must(self, permission: Permission) -> None:
        if not holds(self.user.permissions, permission):
            raise HTTPException(403, f"This service user lacks the permission {permission.value}.")


def identify(request: Request, engine: Engine) -> Caller:
    """401 for a token that is missing, unknown or revoked."""
    token = bearer(request)
    with reading(engine).connect() as connection:
        user = service_users.holder_of(connection, token) if token else None
    if user is None:
        words = "The bearer token is missing, unknown or revoked. `paramedic tokens create` makes one."
        raise HTTPException(401, words, {"WWW-Authenticate": "Bearer"})
    act_as(request, f"{user.name} ({user.id})", "sessions API")
    return Caller(user, request.app.state.desk.settings, engine)


AnyCaller = Annotated[Caller, Depends(identify)]


def needing(permission: Permission) -> Callable[[Caller], Caller]:
    """A dependency: the caller, who has ``permission``."""

    def checked(caller: AnyCaller) -> Caller:
        caller.must(permission)
        return caller

    checked.needs = permission  # type: ignore[attr-defined]
    return checked


def own_organisation(caller: AnyCaller, org_id: Annotated[str, Path()]) -> None:
    """403 for every organisation but the caller's own, whether it exists or not."""
    if org_id != caller.org_id:
        raise HTTPException(403, "This service user belongs to another organization.")


Viewer = Annotated[Caller, Depends(needing(Permission.VIEW_SESSIONS))]
User = Annotated[Caller, Depends(needing(Permission.USE_SESSIONS))]
Manager = Annotated[Caller, Depends(needing(Permission.MANAGE_SESSIONS))]

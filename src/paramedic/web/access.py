"""Who may use the API: every route names the role that it needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

import sqlalchemy as sa
from fastapi import Depends, HTTPException, Request

from paramedic.intake.desk import Desk, bearer
from paramedic.model.accounts import Identity, Role
from paramedic.store import user_tokens, users
from paramedic.store.engine import reading

API_TOKEN = "the API token"  # noqa: S105 - what logs call its holder


@dataclass
class Gate:
    """Knows callers by what they send with each request.

    As long as there is neither a user nor ``PARAMEDIC_API_TOKEN``, callers on this machine are served as administrators, so that
    a first look needs no set-up.
    """

    desk: Desk
    engine: sa.Engine
    _has_users: bool = False

    @property
    def has_users(self) -> bool:
        """Once there is a user there always is one: nobody is deleted."""
        if not self._has_users:
            with reading(self.engine).connect() as connection:
                self._has_users = users.any_exist(connection)
        return self._has_users

    @property
    def is_open(self) -> bool:
        return self.desk.settings.paramedic_api_token is None and not self.has_users

    def holder(self, request: Request) -> Identity | None:
        """Whose token came with the request, or anybody where nobody need say who they are."""
        given = bearer(request)
        if self.desk.is_api_token(given):
            return Identity(API_TOKEN, Role.ADMIN)
        if given.startswith(user_tokens.PREFIX):
            return user_tokens.holder_of(self.engine, given)
        return Identity("", Role.ADMIN) if self.is_open and self.desk.is_of_this_machine(request) else None

    def refused(self, request: Request) -> HTTPException:
        if self.is_open:
            return HTTPException(403, self.desk.refusal(request))
        return HTTPException(401, "The bearer token is missing or wrong.", {"WWW-Authenticate": "Bearer"})


def identify(request: Request) -> Identity:
    """The holder of ``PARAMEDIC_API_TOKEN`` or of a user's token. Else 401, or 403 while there is neither token nor user."""
    gate: Gate = request.app.state.gate
    identity = gate.holder(request)
    if identity is None:
        raise gate.refused(request)
    act_as(request, identity.name, "API")
    return identity


def act_as(request: Request, name: str, way: str) -> None:
    """For the audit log: what this request changes, it changes in this name."""
    request.state.actor = (name or "somebody on this machine", way)


def note(request: Request, detail: str) -> None:
    """For the audit log: what its path does not say of what was done."""
    request.state.audit_detail = detail


Anybody = Annotated[Identity, Depends(identify)]


def needing(role: Role) -> Callable[[Identity], Identity]:
    """A dependency: the caller, who has ``role`` or more. Else 403."""

    def checked(caller: Anybody) -> Identity:
        if not caller.may(role):
            raise HTTPException(403, too_little(caller, role))
        return caller

    checked.needs = role  # type: ignore[attr-defined]
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

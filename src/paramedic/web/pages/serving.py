"""What all pages share: who is let in, forms that are believed, errors as pages, and the headers that hold a browser back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, quote

import sqlalchemy as sa
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from paramedic.effects import ledger
from paramedic.effects.values import EffectState
from paramedic.intake.desk import Desk
from paramedic.model.accounts import Identity, Role
from paramedic.model.errors import BadInput, NotConfigured, ParamedicError
from paramedic.settings import Settings
from paramedic.store.engine import reading
from paramedic.web.access import act_as, address_of, too_little
from paramedic.web.pages.door import Door, Sitting
from paramedic.web.pages.rendering import render

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
}


@dataclass(frozen=True)
class Visit:
    """One request for a page. ``form`` holds what was sent, and is empty for a page that is only looked at.

    ``person`` is None for whoever has not signed in, whom only open pages are shown to.
    """

    request: Request
    engine: sa.Engine
    door: Door
    sitting: Sitting
    form: Mapping[str, str]
    person: Identity | None = None

    @property
    def desk(self) -> Desk:
        return self.door.gate.desk

    @property
    def settings(self) -> Settings:
        return self.desk.settings

    @property
    def who(self) -> str:
        """As ledgers and logs say it."""
        return self.person.by("dashboard", self.address) if self.person else f"somebody at {self.address}"

    @property
    def address(self) -> str:
        return address_of(self.request)

    def may(self, needed: Role) -> bool:
        return self.person is not None and self.person.may(needed)

    def asked(self, name: str) -> str | None:
        """A parameter of the address; None when it is empty."""
        return self.request.query_params.get(name, "").strip()[:200] or None

    def number(self, name: str) -> int:
        """A number in the path or the address. Raises ``BadInput`` for anything that cannot be one."""
        text = self.request.path_params.get(name) or self.request.query_params.get(name) or "0"
        if not text.isdecimal() or len(text) > 15:
            raise BadInput(f"There is no {name.replace('_', ' ')} {text[:80]!r}.")
        return int(text)

    def show(self, template: str, status: int = 200, **values: Any) -> Response:
        """The page. What waits for an answer is told on every one."""
        with reading(self.engine).connect() as connection:
            waiting = len(ledger.listing(connection, states=(EffectState.PENDING,)))
        return self.plain(template, status, waiting=waiting, **values)

    def plain(self, template: str, status: int = 200, **values: Any) -> Response:
        """The page, for somebody who need not have been let in."""
        here = self.request.url.path
        common = {
            "here": here,
            "seal": self.door.seal(self.sitting),
            "signed_in": self.sitting.until > 0 and self.person is not None,
            "person": self.person,
            "may": {"respond": self.may(Role.RESPONDER), "administer": self.may(Role.ADMIN)},
        }
        return HTMLResponse(render(template, {"waiting": None, **common, **values}), status, HEADERS)

    def go(self, path: str) -> Response:
        return RedirectResponse(path, 303, HEADERS)


Page = Callable[[Visit], Response]
Endpoint = Callable[[Request], Any]


def page(show: Page, needs: Role | None) -> Endpoint:
    """The endpoint for ``show``, which runs beside the event loop. With no role needed, it is shown to strangers too."""

    async def endpoint(request: Request) -> Response:
        form = _form(await request.body()) if request.method == "POST" else {}
        return await run_in_threadpool(_serve, show, request, form, needs)

    # What tests and the audit log know a route by.
    endpoint.needs = needs  # type: ignore[attr-defined]
    endpoint.__module__, endpoint.__name__ = show.__module__, show.__name__
    return endpoint


def _nothing(visit: Visit) -> Response:
    title = f"There is no page {visit.request.url.path[:80]}."
    return visit.plain("error.html", 404, title=title, remedy="The pages there are stand above.")


nothing_here = page(_nothing, None)
"""Shown for an address that no route has."""


def _serve(show: Page, request: Request, form: Mapping[str, str], needs: Role | None) -> Response:
    door: Door = request.app.state.door
    sitting, person = door.visitor(request)
    visit = Visit(request, request.app.state.engine, door, sitting, form, person)
    if person is not None:
        act_as(request, person.name, "dashboard")
    if needs is not None and visit.person is None:
        return _turned_away(visit)
    if visit.request.method == "POST" and not visit.door.is_sealed(visit.sitting, visit.form):
        words = "This form is not from a page that was shown to you lately."
        return visit.plain("error.html", 403, title=words, remedy="Go back, load the page again, and repeat what you did.")
    if needs is not None and visit.person is not None and not visit.may(needs):
        remedy = "An administrator can change roles on the page Settings."
        return visit.plain("error.html", 403, title=too_little(visit.person, needs), remedy=remedy)
    try:
        return show(visit)
    except ParamedicError as error:
        message = str(error.args[0])
        return visit.plain("error.html", _status(error, message), title=message, remedy=error.remedy)
    except sa.exc.DataError:
        return visit.plain("error.html", 422, title="Something in the request cannot be looked for.", remedy="")


def _turned_away(visit: Visit) -> Response:
    if not visit.door.gate.is_open:
        back = visit.request.url.path if visit.request.method == "GET" else "/"
        return visit.go(f"/login?next={quote(back)}")
    return visit.plain("error.html", 403, title=visit.desk.refusal(visit.request), remedy="Set it, and sign in with it here.")


def _status(error: ParamedicError, message: str) -> int:
    if isinstance(error, NotConfigured):
        return 503
    if isinstance(error, BadInput):
        return 404 if message.startswith(("There is no", "No effect")) else 400
    return 502


def _form(body: bytes) -> dict[str, str]:
    try:
        return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=50))
    except ValueError:
        return {}

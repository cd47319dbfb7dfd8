"""Signing in with the API token, and out again."""

from __future__ import annotations

import secrets

from starlette.responses import Response

from paramedic.web.pages.door import COOKIE, NOBODY, Sitting
from paramedic.web.pages.serving import Visit


def form(visit: Visit) -> Response:
    """The form is bound to whom it was shown."""
    if visit.person is not None:
        return visit.go("/")
    return _form(visit, 200, "")


def sign_in(visit: Visit) -> Response:
    if visit.door.is_besieged():
        return _form(visit, 429, "Too many wrong tokens were given. Try again in a minute.")
    sitting = visit.door.open(visit.form.get("token", ""))
    if sitting is None:
        return _form(visit, 401, "This is not the token in PARAMEDIC_API_TOKEN.")
    response = visit.go(_within(visit.form.get("next", "")))
    visit.door.seat(response, sitting)
    return response


def sign_out(visit: Visit) -> Response:
    response = visit.go("/login")
    response.delete_cookie(COOKIE, path="/")
    return response


def _form(visit: Visit, status: int, problem: str) -> Response:
    stranger = visit.sitting if visit.sitting is not NOBODY else Sitting(secrets.token_hex(16))
    back = _within(visit.request.query_params.get("next", "") or visit.form.get("next", ""))
    response = visit.plain("login.html", status, problem=problem, next=back, seal=visit.door.seal(stranger))
    visit.door.seat(response, stranger)
    return response


def _within(path: str) -> str:
    """A path of ours to go on to, never another server's address."""
    is_ours = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if is_ours and "\\" not in path else "/"

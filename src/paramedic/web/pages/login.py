"""Signing in by name and password (by the API token while there is no user), by a one-time link, and out again."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from paramedic.accounts import entrance
from paramedic.model.errors import BadInput
from paramedic.store import audit, invitations
from paramedic.store.audit import Entry
from paramedic.store.engine import reading
from paramedic.web.access import API_TOKEN
from paramedic.web.pages.door import COOKIE, NOBODY, stranger
from paramedic.web.pages.serving import Visit

_TOO_OFTEN = "There were too many attempts to sign in. Try again in {} s."


def form(visit: Visit) -> Response:
    """The form is bound to whom it was shown."""
    if visit.person is not None:
        return visit.go("/")
    return _form(visit, 200, "")


def sign_in(visit: Visit) -> Response:
    by_name = visit.door.gate.has_users
    name = visit.form.get("name", "").strip().lower()[:80] if by_name else API_TOKEN
    if wait := visit.door.by_address.attempt(visit.address) or visit.door.by_name.attempt(name):
        return too_often(visit, wait)
    user = entrance.sign_in(visit.engine, name, visit.form.get("password", "")) if by_name else None
    if user is None and (by_name or not visit.desk.is_api_token(visit.form.get("token", ""))):
        record(visit, name, "sign in", "refused")
        words = "The name or the password is wrong." if by_name else "This is not the token in PARAMEDIC_API_TOKEN."
        return _form(visit, 401, words)
    visit.door.by_name.forgive(name)
    record(visit, name, "sign in")
    return seated(visit, user.id if user else None, within(visit.form.get("next", "")))


def sign_out(visit: Visit) -> Response:
    visit.door.close(visit.sitting)
    response = visit.go("/login")
    response.delete_cookie(COOKIE, path="/")
    return response


def welcome(visit: Visit) -> Response:
    """What a one-time link leads to. Looking at it does not use it up."""
    return _welcome(visit, 200, "")


def accept(visit: Visit) -> Response:
    token, form = str(visit.request.path_params["token"]), visit.form
    if wait := visit.door.by_address.attempt(visit.address):
        return too_often(visit, wait)
    try:
        if form.get("password") != form.get("again"):
            raise BadInput("The two passwords are not the same.")
        user = entrance.accept(visit.engine, token, form.get("name", ""), form.get("password", ""))
    except BadInput as error:
        return _welcome(visit, 400, str(error))
    record(visit, user.name, "use one-time link")
    return seated(visit, user.id, "/")


def seated(visit: Visit, user_id: int | None, path: str) -> Response:
    """On to ``path``, signed in; a sitting that the browser had is over."""
    visit.door.close(visit.sitting)
    response = visit.go(path)
    visit.door.seat(response, visit.door.open(user_id, visit.request))
    return response


def record(visit: Visit, who: str, action: str, outcome: str = "done", detail: str = "") -> None:
    """Into the audit log, for somebody who was a stranger when the request came."""
    with visit.engine.begin() as connection:
        audit.record(connection, Entry(who, "dashboard", action, visit.request.url.path[:9], visit.address, outcome, detail))


def too_often(visit: Visit, wait: int) -> Response:
    response = _form(visit, 429, _TOO_OFTEN.format(wait))
    response.headers["Retry-After"] = str(wait)
    return response


def open_page(visit: Visit, template: str, status: int, **values: Any) -> Response:
    """A page with a form for strangers, to whom it is bound."""
    sitting = visit.sitting if visit.sitting is not NOBODY else stranger()
    response = visit.plain(template, status, **values, seal=visit.door.seal(sitting))
    visit.door.seat(response, sitting)
    return response


def within(path: str) -> str:
    """A path of ours to go on to, never another server's address."""
    is_ours = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if is_ours and "\\" not in path else "/"


def _form(visit: Visit, status: int, problem: str) -> Response:
    back = within(visit.request.query_params.get("next", "") or visit.form.get("next", ""))
    return open_page(
        visit,
        "login.html",
        status,
        problem=problem,
        next=back,
        name=visit.form.get("name", ""),
        has_users=visit.door.gate.has_users,
        provider=visit.desk.configuration.oidc,
        takes_token=visit.settings.paramedic_api_token is not None,
    )


def _welcome(visit: Visit, status: int, problem: str) -> Response:
    token = str(visit.request.path_params["token"])
    with reading(visit.engine).connect() as connection:
        invited = invitations.invited(connection, token)
    name = invited.name if invited else visit.form.get("name", "")
    return open_page(visit, "welcome.html", status, problem=problem, token=token, invited=invited, name=name)

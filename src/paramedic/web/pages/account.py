"""One's own account: password, and tokens for one's own programs."""

from __future__ import annotations

from starlette.responses import Response

from paramedic.accounts import entrance
from paramedic.model.accounts import Role
from paramedic.model.errors import BadInput
from paramedic.store import user_tokens, users
from paramedic.store.engine import reading
from paramedic.store.users import User
from paramedic.web.access import note
from paramedic.web.pages import login
from paramedic.web.pages.serving import Visit


def show(visit: Visit) -> Response:
    return _page(visit)


def change_password(visit: Visit) -> Response:
    """Every sitting of theirs ends; this browser gets a new one."""
    user, form = _user(visit), visit.form
    if wait := visit.door.by_name.attempt(user.name):
        raise BadInput("There were too many attempts.", remedy=f"Try again in {wait} s.")
    if form.get("new") != form.get("again"):
        raise BadInput("The two new passwords are not the same.")
    if not entrance.change_password(visit.engine, user, form.get("current", ""), form.get("new", "")):
        raise BadInput("The current password is wrong.")
    visit.door.by_name.forgive(user.name)
    return login.seated(visit, user.id, "/account")


def make_token(visit: Visit) -> Response:
    """The answer is the page that shows the token; it is nowhere afterwards."""
    user, name, role = _user(visit), visit.form.get("name", ""), read_role(visit)
    with visit.engine.begin() as connection:
        token = user_tokens.create(connection, user.identity, name, role)
    note(visit.request, f"{role.value}: {name[:120]}")
    return _page(visit, token=token)


def revoke_token(visit: Visit) -> Response:
    user = _user(visit)
    with visit.engine.begin() as connection:
        note(visit.request, user_tokens.revoke(connection, visit.number("token"), user.id).name)
    return visit.go("/account")


def read_role(visit: Visit) -> Role:
    """The role that the form names. Raises ``BadInput`` for any other text."""
    text = visit.form.get("role", "")
    if text not in set(Role):
        raise BadInput(f"There is no role {text[:80]!r}.", remedy="There are: " + ", ".join(Role) + ".")
    return Role(text)


def _user(visit: Visit) -> User:
    if visit.person is None or visit.person.user_id is None:
        raise BadInput("You have not signed in as a user.", remedy="Users are made on the page Settings.")
    with reading(visit.engine).connect() as connection:
        return users.find(connection, visit.person.user_id)


def _page(visit: Visit, token: str | None = None) -> Response:
    user = _user(visit)
    with reading(visit.engine).connect() as connection:
        tokens = user_tokens.listed(connection, user.id)
    roles = [role for role in Role if user.role.covers(role)]
    return visit.show("account.html", user=user, tokens=tokens, token=token, roles=roles)

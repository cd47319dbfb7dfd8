"""Settings: users and their roles, all tokens, and the audit log. For administrators."""

from __future__ import annotations

from starlette.responses import Response

from paramedic.accounts.entrance import invitation_link
from paramedic.model.accounts import Role
from paramedic.store import audit, invitations, service_users, user_tokens, users
from paramedic.store.engine import reading
from paramedic.store.users import User
from paramedic.web.access import note
from paramedic.web.pages.account import read_role
from paramedic.web.pages.serving import Visit

_ENTRIES = 100


def show(visit: Visit) -> Response:
    return _page(visit)


def add_user(visit: Visit) -> Response:
    """The answer is the page that shows the one-time link; it is nowhere afterwards."""
    role = read_role(visit)
    with visit.engine.begin() as connection:
        name, email = visit.form.get("name", ""), visit.form.get("email", "").strip() or None
        user = users.create(connection, name, role, visit.who, email=email)
        token = invitations.create(connection, user)
    note(visit.request, f"{user.name}: {role.value}")
    return _page(visit, user, token)


def invite(visit: Visit) -> Response:
    """A new one-time link, for whoever has lost the first, or the password."""
    with visit.engine.begin() as connection:
        user = users.find(connection, visit.number("user"))
        token = invitations.create(connection, user)
    note(visit.request, user.name)
    return _page(visit, user, token)


def set_role(visit: Visit) -> Response:
    role = read_role(visit)
    with visit.engine.begin() as connection:
        before = users.find(connection, visit.number("user"))
        users.set_role(connection, before, role)
    note(visit.request, f"{before.name}: {before.role.value} to {role.value}")
    return visit.go("/settings")


def disable(visit: Visit) -> Response:
    with visit.engine.begin() as connection:
        user = users.disable(connection, users.find(connection, visit.number("user")))
        invitations.revoke(connection, user)
    note(visit.request, user.name)
    return visit.go("/settings")


def enable(visit: Visit) -> Response:
    with visit.engine.begin() as connection:
        note(visit.request, users.enable(connection, users.find(connection, visit.number("user"))).name)
    return visit.go("/settings")


def revoke_token(visit: Visit) -> Response:
    with visit.engine.begin() as connection:
        token = user_tokens.revoke(connection, visit.number("token"))
    note(visit.request, f"{token.user_name}: {token.name}")
    return visit.go("/settings#tokens")


def revoke_service_user(visit: Visit) -> Response:
    with visit.engine.begin() as connection:
        note(visit.request, service_users.revoke(connection, str(visit.request.path_params["user"])).name)
    return visit.go("/settings#tokens")


def audit_log(visit: Visit) -> Response:
    text, before = visit.asked("q"), visit.number("before") or None
    with reading(visit.engine).connect() as connection:
        found = audit.page(connection, text=text, before=before, limit=_ENTRIES + 1)
    older = found[_ENTRIES - 1].id if len(found) > _ENTRIES else None
    return visit.show("audit.html", entries=found[:_ENTRIES], text=text, older=older, is_first=before is None)


def _page(visit: Visit, invited: User | None = None, token: str = "") -> Response:
    with reading(visit.engine).connect() as connection:
        found = users.listed(connection)
        tokens, services = user_tokens.listed(connection), service_users.listed(connection)
    return visit.show(
        "settings.html",
        users=found,
        tokens=tokens,
        services=services,
        roles=list(Role),
        invited=invited,
        link=invitation_link(visit.settings.own_url, token) if token else None,
    )

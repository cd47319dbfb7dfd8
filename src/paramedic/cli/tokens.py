"""``paramedic tokens``: service users of the sessions API, and what each may do."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from paramedic.store.service_users import ServiceUser

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="Create, list and revoke tokens of the sessions API.", no_args_is_help=True)
    group.command("create", help="A new service user; its token is printed once and kept nowhere.")(create)
    group.command("list", help="Service users, without their tokens.")(listing)
    group.command("revoke", help="Refuse a token from now on.")(revoke)
    app.add_typer(group, name="tokens")


def create(
    name: Annotated[str, typer.Argument(help="What the token is for.")],
    permission: Annotated[list[str] | None, typer.Option(help="May be repeated. Default: all but impersonation.")] = None,
    organization: Annotated[str | None, typer.Option(help="Its sessions, playbooks and knowledge are its own.")] = None,
    json_output: Json = False,
) -> None:
    from paramedic.cli.database import opened
    from paramedic.cli.terminal import printable
    from paramedic.sessions.library import add_starters
    from paramedic.store import service_users
    from paramedic.web.devin.permissions import MEMBER, read_permissions

    permissions = read_permissions(permission) if permission else tuple(MEMBER)
    org_id = _organization(organization or service_users.HOME_ORGANISATION)
    with opened(writing=True) as connection:
        add_starters(connection, org_id)
        user, token = service_users.create(connection, printable(name)[:120], permissions, org_id)
    if json_output:
        sys.stdout.write(json.dumps(_document(user) | {"token": token}) + "\n")
        return
    sys.stdout.write(f"{token}\n")
    sys.stderr.write(f"{user.id} of {user.org_id}. This token is not shown again.\n")


def listing(json_output: Json = False) -> None:
    from rich.table import Table

    from paramedic.cli.database import opened
    from paramedic.cli.terminal import consoles
    from paramedic.store import service_users

    with opened() as connection:
        users = service_users.listed(connection)
    if json_output:
        sys.stdout.write(json.dumps({"service_users": [_document(user) for user in users]}) + "\n")
        return
    table = Table("service user", "name", "organization", "token", "state", "permissions", box=None)
    for user in users:
        state = "revoked" if user.revoked_at else "valid"
        table.add_row(user.id, user.name, user.org_id, f"…{user.token_end}", state, ", ".join(sorted(user.permissions)))
    consoles()[0].print(table, soft_wrap=False)


def revoke(
    user: Annotated[str, typer.Argument(help="Id (or 8 characters of it) or name of the service user.")],
    json_output: Json = False,
) -> None:
    from paramedic.cli.database import opened
    from paramedic.store import service_users

    with opened(writing=True) as connection:
        revoked = service_users.revoke(connection, user)
    sys.stdout.write(json.dumps(_document(revoked)) + "\n" if json_output else f"{revoked.id} ({revoked.name}) is revoked.\n")


def _organization(name: str) -> str:
    import re

    from paramedic.model.errors import BadInput

    if not re.fullmatch(r"org-[A-Za-z0-9_-]{1,70}", name):
        raise BadInput(f"{name!r} is not the id of an organization.", remedy="Use org- and then letters, digits, - and _.")
    return name


def _document(user: ServiceUser) -> dict[str, object]:
    return {
        "service_user_id": user.id,
        "name": user.name,
        "org_id": user.org_id,
        "permissions": sorted(user.permissions),
        "token_end": user.token_end,
        "created_at": user.created_at.isoformat(),
        "revoked_at": user.revoked_at.isoformat() if user.revoked_at else None,
    }

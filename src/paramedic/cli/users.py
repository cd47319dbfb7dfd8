"""``paramedic users``: people who may sign in, and what each may do."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from paramedic.model.accounts import Role

if TYPE_CHECKING:
    from paramedic.store.users import User

Name = Annotated[str, typer.Argument(help="The user's name.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="Create, list and disable users, and change what they may do.", no_args_is_help=True)
    group.command("create", help="A new user; prints a one-time link by which they set their password.")(create)
    group.command("list", help="Users with their roles.")(listing)
    group.command("role", help="Make somebody a viewer, responder or admin.")(role)
    group.command("disable", help="Let somebody in no more; with --undo, again.")(disable)
    group.command("invite", help="A new one-time link, for a user who has forgotten their password.")(invite)
    group.command("chat", help="Say who somebody is in Slack or Telegram, so that their role holds there.")(chat)
    app.add_typer(group, name="users")


def create(
    name: Name,
    role: Annotated[Role, typer.Option(help="viewer looks, responder decides, admin keeps the accounts.")] = Role.VIEWER,
    email: Annotated[str | None, typer.Option(help="For people to know them by; nothing is sent there.")] = None,
    json_output: Json = False,
) -> None:
    from paramedic.cli.database import opened
    from paramedic.cli.sheets import author
    from paramedic.store import invitations, users

    with opened(writing=True) as connection:
        user = users.create(connection, name, role, author(), email=email)
        token = invitations.create(connection, user)
    _print_link(user, token, json_output)


def listing(json_output: Json = False) -> None:
    from rich.table import Table

    from paramedic.cli.database import opened
    from paramedic.cli.terminal import consoles
    from paramedic.store import users

    with opened() as connection:
        found = users.listed(connection)
    if json_output:
        sys.stdout.write(json.dumps({"users": [_document(user) for user in found]}) + "\n")
        return
    table = Table("name", "role", "state", "e-mail", "signed in", box=None)
    for user in found:
        signed_in = user.signed_in_at.strftime("%Y-%m-%d %H:%M") if user.signed_in_at else "never"
        table.add_row(user.name, user.role.value, _state(user), user.email or "", signed_in)
    consoles()[0].print(table, soft_wrap=False)


def role(name: Name, to: Annotated[Role, typer.Argument(help="viewer, responder or admin.")], json_output: Json = False) -> None:
    from paramedic.cli.database import opened
    from paramedic.store import users

    with opened(writing=True) as connection:
        user = users.set_role(connection, users.find(connection, name), to)
    _print(user, f"{user.name} is {user.role.with_article} now.", json_output)


def disable(
    name: Name, undo: Annotated[bool, typer.Option("--undo", help="Let them in again.")] = False, json_output: Json = False
) -> None:
    from paramedic.cli.database import opened
    from paramedic.store import users

    with opened(writing=True) as connection:
        change = users.enable if undo else users.disable
        user = change(connection, users.find(connection, name))
    _print(user, f"{user.name} is {_state(user)}.", json_output)


def invite(name: Name, json_output: Json = False) -> None:
    from paramedic.cli.database import opened
    from paramedic.store import invitations, users

    with opened(writing=True) as connection:
        user = users.find(connection, name)
        token = invitations.create(connection, user)
    _print_link(user, token, json_output)


def chat(
    name: Name,
    who: Annotated[str | None, typer.Argument(help="slack:MEMBERID or telegram:USERID; without, those that are known.")] = None,
    remove: Annotated[bool, typer.Option("--remove", help="They are not that person any more.")] = False,
) -> None:
    from paramedic.cli.database import opened
    from paramedic.cli.sheets import author
    from paramedic.model.errors import BadInput
    from paramedic.store import chat_people, users

    with opened(writing=who is not None) as connection:
        user = users.find(connection, name)
        if who is not None and remove and not chat_people.unlink(connection, who, user):
            raise BadInput(f"{user.name} is not {who[:80]}.", remedy=f"paramedic users chat {user.name}")
        if who is not None and not remove:
            chat_people.link(connection, who, user, author())
        known = ", ".join(chat_people.known_as(connection, user)) or "nobody in any chat"
    sys.stdout.write(f"{user.name} ({user.role.value}) is {known}.\n")


def _print_link(user: User, token: str, json_output: bool) -> None:
    from paramedic.accounts.entrance import invitation_link
    from paramedic.settings import load_settings

    link = invitation_link(load_settings().own_url, token)
    if json_output:
        sys.stdout.write(json.dumps(_document(user) | {"link": link}) + "\n")
        return
    sys.stdout.write(f"{link}\n")
    sys.stderr.write(f"{user.name} ({user.role.value}) sets a password there; good for one use within a day.\n")


def _print(user: User, words: str, json_output: bool) -> None:
    sys.stdout.write((json.dumps(_document(user)) if json_output else words) + "\n")


def _state(user: User) -> str:
    return "enabled" if user.is_enabled else "disabled"


def _document(user: User) -> dict[str, object]:
    return {
        "name": user.name,
        "role": user.role.value,
        "email": user.email,
        "state": _state(user),
        "created_at": user.created_at.isoformat(),
        "signed_in_at": user.signed_in_at.isoformat() if user.signed_in_at else None,
    }

"""``paramedic mcp``: ourselves as an MCP server; and the tools of other such servers, for a person to look at and approve."""

from __future__ import annotations

import getpass
import json
import sys
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    import sqlalchemy as sa

    from paramedic.integrations.mcp.toolbox import Seen
    from paramedic.settings import Configuration


def register(app: typer.Typer) -> None:
    words = "Serve issues and diagnoses to an editor's agent, as an MCP server on standard streams; or see to other servers."
    group = typer.Typer(help=words, invoke_without_command=True)
    group.callback()(serve)
    group.command("list", help="Ask each server what it offers, and show what of it may be used.")(listing)
    group.command("approve", help="Look at what a server offers and let sessions use it, exactly as it is.")(approve)
    app.add_typer(group, name="mcp")


def serve(
    context: typer.Context,
    allow_start: Annotated[bool, typer.Option("--allow-start", help="Let the client start triage sessions.")] = False,
) -> None:
    if context.invoked_subcommand:
        return
    import anyio

    from paramedic.web.devin.permissions import Permission
    from paramedic.web.mcp_server import READING, Caller, create_server

    engine, _configuration = _installation()
    starting = {Permission.USE_SESSIONS} if allow_start else set()
    caller = Caller(f"{getpass.getuser()} by MCP", READING | starting)
    anyio.run(create_server(engine, lambda _context: caller).run_stdio_async)


def listing(json_output: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False) -> None:
    from paramedic.sessions.outside_tools import outside_tools

    with outside_tools(*_installation()) as toolbox:
        found = toolbox.seen
    if json_output:
        sys.stdout.write(json.dumps({"servers": [_document(seen) for seen in found]}) + "\n")
        return
    for seen in found:
        _show(seen)


def approve(
    server: Annotated[str, typer.Argument(help="NAME of [mcp.NAME].")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    from paramedic.sessions.outside_tools import APPROVABLE, look
    from paramedic.sessions.outside_tools import approve as say_yes

    engine, configuration = _installation()
    seen = look(engine, configuration, server)
    _show(seen)
    count = sum(offer.standing in APPROVABLE for offer in seen.offers)
    if not yes:
        typer.confirm(f"Let sessions use {count} of these {len(seen.offers)} tools, exactly as they are shown?", abort=True)
    say_yes(engine, seen, f"{getpass.getuser()} by command line")
    sys.stdout.write(f"{count} tools of {server} may be used.\n")


def _installation() -> tuple[sa.Engine, Configuration]:
    from paramedic.settings import load_configuration, load_settings
    from paramedic.settings.place import configuration_path
    from paramedic.store.engine import open_engine
    from paramedic.store.migrate import upgrade

    settings = load_settings()
    engine = open_engine(settings.database)
    upgrade(engine)
    return engine, load_configuration(configuration_path(settings))


def _document(seen: Seen) -> dict[str, object]:
    tools = [
        {"name": o.name, "description": o.tool.description, "read_only": o.tool.read_only, "standing": o.standing.value}
        for o in seen.offers
    ]
    return {"server": seen.server, "about": seen.about, "error": seen.error or None, "tools": tools}


def _show(seen: Seen) -> None:
    from paramedic.cli.terminal import printable

    sys.stdout.write(f"{seen.server}: {printable(seen.error or seen.about)}\n")
    for offer in seen.offers:
        sys.stdout.write(f"\n  {printable(offer.name)} ({offer.standing})\n")
        for line in printable(offer.tool.description).splitlines():
            sys.stdout.write(f"    {line}\n")
        if offer.tool.parameters.get("properties"):
            sys.stdout.write(f"    {printable(json.dumps(offer.tool.parameters, ensure_ascii=False))}\n")
    sys.stdout.write("\n")

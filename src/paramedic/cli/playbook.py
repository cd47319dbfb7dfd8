"""``paramedic playbook``: procedures that sessions follow, with their versions; in and out as Markdown."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from paramedic.cli.sheets import Json, Organization, library, load_files, write_out

if TYPE_CHECKING:
    from paramedic.model.library import Playbook

Name = Annotated[str, typer.Argument(help="Id or macro.")]


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="List, show, import, export and remove playbooks.", no_args_is_help=True)
    group.command("list", help="Playbooks, by title.")(listing)
    group.command("show", help="One playbook, or an older version of it.")(show)
    group.command("diff", help="What changed between two versions.")(diff)
    group.command("import", help="Create playbooks from Markdown files; a macro that is known gets a new version.")(load)
    group.command("export", help="One playbook as Markdown with a head.")(export)
    group.command("remove", help="Take a playbook out of use; sessions that followed it keep its text.")(remove)
    app.add_typer(group, name="playbook")


def listing(organization: Organization = None, json_output: Json = False) -> None:
    from rich.table import Column, Table

    from paramedic.cli.terminal import consoles, printable
    from paramedic.store import playbooks

    with library(organization) as (connection, org_id):
        found = playbooks.listed(connection, org_id)
    if json_output:
        sys.stdout.write(json.dumps({"playbooks": [_document(playbook) for playbook in found]}) + "\n")
        return
    table = Table(Column("playbook", no_wrap=True), "title", "version", "by", box=None)
    for one in found:
        table.add_row(one.macro or one.id, printable(one.title), str(one.version), printable(one.updated_by))
    consoles()[0].print(table, soft_wrap=False)


def show(
    name: Name,
    version: Annotated[int | None, typer.Option(help="Default: the one that stands.")] = None,
    organization: Organization = None,
    json_output: Json = False,
) -> None:
    from paramedic.cli.terminal import printable
    from paramedic.sessions.shelves import PLAYBOOKS

    with library(organization) as (connection, org_id):
        playbook = PLAYBOOKS.version(connection, org_id, name, version)
    sys.stdout.write(json.dumps(_document(playbook)) + "\n" if json_output else printable(playbook.body))


def diff(
    name: Name,
    older: Annotated[int | None, typer.Argument(help="Default: the version before.")] = None,
    newer: Annotated[int | None, typer.Argument(help="Default: the version that stands.")] = None,
    organization: Organization = None,
    json_output: Json = False,
) -> None:
    from paramedic.cli.terminal import printable
    from paramedic.sessions.shelves import PLAYBOOKS

    with library(organization) as (connection, org_id):
        after = PLAYBOOKS.version(connection, org_id, name, newer)
        before = PLAYBOOKS.version(connection, org_id, name, older or max(1, after.version - 1))
    text = printable(PLAYBOOKS.diff(before, after) + "\n").lstrip("\n")
    document = {"older": before.version, "newer": after.version, "diff": text}
    sys.stdout.write(json.dumps(document) + "\n" if json_output else text)


def load(
    files: Annotated[list[Path], typer.Argument(help="Markdown files.")],
    organization: Organization = None,
    json_output: Json = False,
) -> None:
    from paramedic.sessions.shelves import PLAYBOOKS

    saved = load_files(PLAYBOOKS, files, organization)
    if json_output:
        sys.stdout.write(json.dumps({"playbooks": [_document(playbook) for playbook in saved]}) + "\n")
        return
    for playbook in saved:
        sys.stdout.write(f"{playbook.macro or playbook.id}: version {playbook.version} of {playbook.title}\n")


def export(
    name: Name,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="File to write; default: standard output.")] = None,
    organization: Organization = None,
) -> None:
    from paramedic.sessions.shelves import PLAYBOOKS

    with library(organization) as (connection, org_id):
        text = PLAYBOOKS.sheet(PLAYBOOKS.read(connection, org_id, name))
    write_out(text, output)


def remove(name: Name, organization: Organization = None, json_output: Json = False) -> None:
    from paramedic.sessions.library import remove_playbook
    from paramedic.store import playbooks

    with library(organization, writing=True) as (connection, org_id):
        gone = remove_playbook(connection, org_id, playbooks.read(connection, org_id, name).id)
    sys.stdout.write(json.dumps(_document(gone)) + "\n" if json_output else f"{gone.macro or gone.id} is out of use.\n")


def _document(playbook: Playbook) -> dict[str, object]:
    from paramedic.web.devin.playbooks import document

    return document(playbook)

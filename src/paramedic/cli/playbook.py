"""``paramedic playbook``: procedures that sessions follow, with their versions; in and out as Markdown."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from paramedic.cli.sheets import Json, Organization, author, library, read_file, write_out

if TYPE_CHECKING:
    import sqlalchemy as sa

    from paramedic.learning.markdown import Sheet
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

    with library(organization) as (connection, org_id):
        playbook = _version(connection, org_id, name, version)
    sys.stdout.write(json.dumps(_document(playbook)) + "\n" if json_output else printable(playbook.body))


def diff(
    name: Name,
    older: Annotated[int | None, typer.Argument(help="Default: the version before.")] = None,
    newer: Annotated[int | None, typer.Argument(help="Default: the version that stands.")] = None,
    organization: Organization = None,
    json_output: Json = False,
) -> None:
    from difflib import unified_diff

    from paramedic.cli.terminal import printable

    with library(organization) as (connection, org_id):
        after = _version(connection, org_id, name, newer)
        before = _version(connection, org_id, name, older or max(1, after.version - 1))
    labels = (f"version {before.version}", f"version {after.version}")
    lines = unified_diff(before.body.splitlines(keepends=True), after.body.splitlines(keepends=True), *labels)
    text = printable("".join(lines))
    document = {"older": before.version, "newer": after.version, "diff": text}
    sys.stdout.write(json.dumps(document) + "\n" if json_output else text)


def load(
    files: Annotated[list[Path], typer.Argument(help="Markdown files.")],
    organization: Organization = None,
    json_output: Json = False,
) -> None:
    sheets = [(file, read_file(file)) for file in files]
    with library(organization, writing=True) as (connection, org_id):
        saved = [_save(connection, org_id, file, sheet) for file, sheet in sheets]
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
    from paramedic.learning.markdown import write_sheet
    from paramedic.store import playbooks

    with library(organization) as (connection, org_id):
        playbook = playbooks.read(connection, org_id, name)
    head = {"title": playbook.title, "macro": playbook.macro, "version": str(playbook.version)}
    write_out(write_sheet(head, playbook.body), output)


def remove(name: Name, organization: Organization = None, json_output: Json = False) -> None:
    from paramedic.sessions.library import remove_playbook
    from paramedic.store import playbooks

    with library(organization, writing=True) as (connection, org_id):
        gone = remove_playbook(connection, org_id, playbooks.read(connection, org_id, name).id)
    sys.stdout.write(json.dumps(_document(gone)) + "\n" if json_output else f"{gone.macro or gone.id} is out of use.\n")


def _save(connection: sa.Connection, org_id: str, file: Path, sheet: Sheet) -> Playbook:
    from paramedic.sessions.library import save_playbook
    from paramedic.store import playbooks

    macro = _macro(sheet, file)
    known = playbooks.find(connection, org_id, macro)
    before = known.output_schema if known else None
    draft = playbooks.Draft(sheet.title(file.name), sheet.body, macro, before)
    return save_playbook(connection, org_id, draft, author(), known.id if known else None)


def _macro(sheet: Sheet, file: Path) -> str:
    """As the head says, else the file's name."""
    import re

    from paramedic.learning.markdown import stem
    from paramedic.model.errors import BadInput

    macro = sheet.head.get("macro") or f"!{stem(file.name)}"
    if not re.fullmatch(r"![A-Za-z0-9_-]{1,79}", macro):
        raise BadInput(f"{file}: {macro!r} is not a macro.", remedy="Give `macro: !letters-digits-and-dashes` in its head.")
    return macro


def _version(connection: sa.Connection, org_id: str, name: str, version: int | None) -> Playbook:
    from paramedic.model.errors import BadInput
    from paramedic.store import playbooks

    current = playbooks.read(connection, org_id, name)
    if version is None:
        return current
    for one in playbooks.versions(connection, current.id):
        if one.version == version:
            return one
    raise BadInput(f"{name} has no version {version}; the last is {current.version}.")


def _document(playbook: Playbook) -> dict[str, object]:
    from paramedic.web.devin.playbooks import document

    return document(playbook)

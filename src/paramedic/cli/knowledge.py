"""``paramedic knowledge``: facts that sessions recall when their trigger matches; in and out as Markdown."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from paramedic.cli.sheets import Json, Organization, library, load_files, write_out

if TYPE_CHECKING:
    from paramedic.model.library import Note


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="List, show, search, import, export and remove knowledge.", no_args_is_help=True)
    group.command("list", help="Notes, by name.")(listing)
    group.command("show", help="One note.")(show)
    group.command("search", help="Playbooks and knowledge about something, the best first.")(search)
    group.command("import", help="Create notes from Markdown files; one whose head has a known id gets a new version.")(load)
    group.command("export", help="One note as Markdown with a head.")(export)
    group.command("remove", help="Take a note out of use; sessions that recalled it keep its text.")(remove)
    app.add_typer(group, name="knowledge")


def listing(organization: Organization = None, json_output: Json = False) -> None:
    from rich.table import Column, Table

    from paramedic.cli.terminal import consoles, printable
    from paramedic.store import knowledge

    with library(organization) as (connection, org_id):
        found = knowledge.listed(connection, org_id)
    if json_output:
        sys.stdout.write(json.dumps({"knowledge": [_document(note) for note in found]}) + "\n")
        return
    table = Table(Column("note", no_wrap=True), "name", "trigger", "pinned to", "version", box=None)
    for one in found:
        state = one.pinned_to or "" if one.enabled else "(off)"
        table.add_row(one.id, printable(one.name), printable(one.trigger)[:60], printable(state), str(one.version))
    consoles()[0].print(table, soft_wrap=False)


def show(note_id: str, organization: Organization = None, json_output: Json = False) -> None:
    from paramedic.cli.terminal import printable
    from paramedic.sessions.shelves import NOTES

    with library(organization) as (connection, org_id):
        note = NOTES.read(connection, org_id, note_id)
    sys.stdout.write(json.dumps(_document(note)) + "\n" if json_output else printable(NOTES.sheet(note)))


def search(
    text: str,
    limit: Annotated[int, typer.Option(min=1, max=100)] = 10,
    organization: Organization = None,
    json_output: Json = False,
) -> None:
    from paramedic.cli.terminal import printable
    from paramedic.sessions.library import find_entries

    with library(organization) as (connection, org_id):
        found = find_entries(connection, org_id, text, limit=limit)
    names = [
        (one.id, getattr(one, "macro", None) or "", getattr(one, "title", None) or getattr(one, "name", "")) for one in found
    ]
    if json_output:
        rows = [{"id": entry, "macro": macro or None, "title": title} for entry, macro, title in names]
        sys.stdout.write(json.dumps({"found": rows}) + "\n")
        return
    for entry, macro, title in names:
        sys.stdout.write(printable(f"{macro or entry}: {title}") + "\n")


def load(
    files: Annotated[list[Path], typer.Argument(help="Markdown files; the head needs a trigger.")],
    organization: Organization = None,
    json_output: Json = False,
) -> None:
    from paramedic.sessions.shelves import NOTES

    saved = load_files(NOTES, files, organization)
    if json_output:
        sys.stdout.write(json.dumps({"knowledge": [_document(note) for note in saved]}) + "\n")
        return
    for note in saved:
        sys.stdout.write(f"{note.id}: version {note.version} of {note.name}\n")


def export(
    note_id: str,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="File to write; default: standard output.")] = None,
    organization: Organization = None,
) -> None:
    from paramedic.sessions.shelves import NOTES

    with library(organization) as (connection, org_id):
        note = NOTES.read(connection, org_id, note_id)
    write_out(NOTES.sheet(note), output)


def remove(note_id: str, organization: Organization = None, json_output: Json = False) -> None:
    from paramedic.sessions.library import remove_note

    with library(organization, writing=True) as (connection, org_id):
        gone = remove_note(connection, org_id, note_id)
    sys.stdout.write(json.dumps(_document(gone)) + "\n" if json_output else f"{gone.id} is out of use.\n")


def _document(note: Note) -> dict[str, object]:
    from paramedic.web.devin.knowledge import document

    return document(note)

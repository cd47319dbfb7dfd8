"""What ``playbook`` and ``knowledge`` have in common: files in and out, whose they are, and who wrote them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    import sqlalchemy as sa

    from paramedic.learning.markdown import Sheet
    from paramedic.sessions.shelves import Bookshelf, Entry

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
Organization = Annotated[str | None, typer.Option(help="Whose they are; default: those of this installation.")]


@contextmanager
def library(organization: str | None, *, writing: bool = False) -> Iterator[tuple[sa.Connection, str]]:
    """A connection, and the organisation; the starter playbooks are on its shelf."""
    from paramedic.cli.database import opened
    from paramedic.sessions.library import add_starters
    from paramedic.store.service_users import HOME_ORGANISATION

    org_id = organization or HOME_ORGANISATION
    with opened(writing=True) as connection:
        add_starters(connection, org_id)
    with opened(writing=writing) as connection:
        yield connection, org_id


def read_file(file: Path) -> Sheet:
    """Raises ``BadInput`` that names the file."""
    from paramedic.learning.markdown import read_sheet
    from paramedic.model.errors import BadInput

    try:
        return read_sheet(file.read_text(encoding="utf-8"), str(file))
    except OSError as error:
        raise BadInput(f"{file} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise BadInput(f"{file} is not UTF-8: byte {error.start}.") from error


def load_files(shelf: Bookshelf[Entry], files: list[Path], organization: str | None) -> list[Entry]:
    """All of them or, when one is broken, none. Raises ``BadInput`` that names the file."""
    sheets = [(file, read_file(file)) for file in files]
    with library(organization, writing=True) as (connection, org_id):
        return [shelf.load(connection, org_id, sheet, str(file), author()) for file, sheet in sheets]


def write_out(text: str, output: Path | None) -> None:
    """To the file, else to standard output."""
    from paramedic.model.errors import BadInput

    if output is None:
        sys.stdout.write(text)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise BadInput(f"{output} cannot be written: {error.strerror}.") from error


def author() -> str:
    import getpass

    return f"{getpass.getuser()} by command line"

"""The command line. Each noun has a file; nothing heavy is imported before a command runs, so that help is instant."""

from __future__ import annotations

import sys
from importlib import import_module

import typer

app = typer.Typer(
    name="paramedic",
    help="Turns production errors into proven fixes.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

NOUNS = (
    "triage",
    "serve",
    "demo",
    "replay",
    "rules",
    "ask",
    "sessions",
    "playbook",
    "knowledge",
    "approve",
    "users",
    "tokens",
    "mcp",
    "notifications",
    "telegram",
    "doctor",
)


def main() -> None:
    """Run the command line: exit 0 when done, 2 for bad input, 1 for a failure of ours."""
    for noun in NOUNS:
        import_module(f"paramedic.cli.{noun}").register(app)
    from paramedic.model.errors import BadInput, ParamedicError

    try:
        app()
    except BadInput as error:
        _complain(error)
        sys.exit(2)
    except ParamedicError as error:
        _complain(error)
        sys.exit(1)


def _complain(error: Exception) -> None:
    from paramedic.cli.terminal import printable

    sys.stderr.write(f"error: {printable(str(error))}\n")

"""``paramedic rules``: which there are, and what others would have done with past issues."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="List the triage rules, and try others on past issues.", no_args_is_help=True)
    group.command("list", help="The rules in force, in order, with what each matched lately.")(listing)
    group.command("dry-run", help="What rules would have done with past issues, beside those in force. Nothing is done.")(dry_run)
    app.add_typer(group, name="rules")


def listing(json_output: Json = False) -> None:
    from datetime import UTC, datetime, timedelta

    from rich.table import Table

    from paramedic.cli.database import opened
    from paramedic.cli.terminal import consoles, printable
    from paramedic.store.matches import Matched, lately
    from paramedic.triage.rules import conditions

    with opened() as connection:
        matched = lately(connection, datetime.now(UTC) - timedelta(days=7))
    rules = [(rule, matched.get(rule.name, Matched())) for rule in _in_force()]
    if json_output:
        rows = [
            {**rule.model_dump(mode="json"), "lately": {"issues": found.issues, "sessions_in_7_days": found.sessions}}
            for rule, found in rules
        ]
        sys.stdout.write(json.dumps({"rules": rows}) + "\n")
        return
    table = Table("rule", "action", "when", "issues", "sessions", box=None)
    for rule, found in rules:
        when = printable("; ".join(conditions(rule)))
        table.add_row(printable(rule.name), rule.action.value, when, str(found.issues), str(found.sessions))
    consoles()[0].print(table)


def dry_run(
    file: Annotated[Path | None, typer.Argument(help="[[rules]] tables, - for standard input; default: those in force.")] = None,
    days: Annotated[float, typer.Option(min=0.01, max=30, help="Issues seen in the last so many days.")] = 7.0,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many, the last seen first.")] = 200,
    json_output: Json = False,
) -> None:
    from paramedic.cli.database import opened
    from paramedic.sessions import rehearsal
    from paramedic.settings.rules_text import read_rules

    today = _in_force()
    tried = read_rules(_text(file)) if file else today
    with opened() as connection:
        found = rehearsal.dry_run(connection, rehearsal.Asked(today, tried, days, limit))
    if json_output:
        sys.stdout.write(json.dumps(found) + "\n")
    else:
        _show(found)


def _in_force() -> Any:
    from paramedic.settings import load_configuration, load_settings
    from paramedic.settings.place import configuration_path

    return load_configuration(configuration_path(load_settings())).rules


def _text(file: Path) -> str:
    """Raises ``BadInput`` that names the file."""
    from paramedic.model.errors import BadInput

    try:
        return sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{file} cannot be read: {error}.") from error


def _show(found: dict[str, Any]) -> None:
    from rich.table import Table

    from paramedic.cli.terminal import consoles, printable

    out, err = consoles()
    table = Table("", "issue", "title", "today", "with these", "why", box=None)
    for row in found["issues"]:
        today, tried = row["today"], row["tried"]
        mark = "≠" if row["differs"] else ""
        title, why = printable(row["title"])[:60], printable(tried["reason"])
        table.add_row(mark, str(row["issue_id"]), title, today["action"], tried["action"], why)
    out.print(table)
    acted = found["acted_upon"]
    err.print(
        f"{found['looked_at']} issues: {acted['tried']} would be acted upon ({acted['today']} today), "
        f"{found['changed']} treated otherwise than today."
    )

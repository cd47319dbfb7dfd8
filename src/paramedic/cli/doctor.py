"""``paramedic doctor``: every setting, token, binary and path, and what to do about each."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from paramedic.sessions.check import Check


def register(app: typer.Typer) -> None:
    app.command("doctor", help="Check every setting, token, binary and path, and say what to do.")(doctor)


def doctor(
    json_output: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    offline: Annotated[bool, typer.Option("--offline", help="Ask no outside system.")] = False,
    write_reference: Annotated[
        Path | None, typer.Option(help="Write the configuration reference to this file, and stop.")
    ] = None,
) -> None:
    from paramedic.settings import load_settings

    if write_reference:
        from paramedic.settings.reference import configuration_reference

        write_reference.write_text(configuration_reference(), encoding="utf-8")
        return
    from paramedic.cli.terminal import consoles
    from paramedic.sessions.check import Health
    from paramedic.sessions.doctor import examine

    out, _ = consoles()
    checks: list[Check] = []
    for check in examine(load_settings(), online=not offline):
        checks.append(check)
        if not json_output:
            _show(out, check)
    failed = [check for check in checks if check.health is Health.FAILED]
    if json_output:
        rows = [{"name": c.name, "health": c.health.value, "text": c.text, "remedy": c.remedy} for c in checks]
        sys.stdout.write(json.dumps({"healthy": not failed, "checks": rows}) + "\n")
    sys.exit(2 if failed else 0)


def _show(out: Console, check: Check) -> None:
    from rich.markup import escape

    from paramedic.cli.terminal import printable

    marks = {"ok": "[green]✓[/]", "off": "[dim]·[/]", "warning": "[yellow]![/]", "failed": "[red]✗[/]"}
    out.print(f"{marks[check.health.value]} [bold]{escape(check.name):<20}[/] {escape(printable(check.text))}")
    if check.remedy:
        out.print(f"  [cyan]→[/] {escape(printable(check.remedy))}")

"""``paramedic replay``: feed stored deliveries again, or see what the rules would have done."""

from __future__ import annotations

import json
import sys
import time
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from paramedic.sessions.rehearsal import Rehearsed
    from paramedic.store.issues import Issue


def register(app: typer.Typer) -> None:
    app.command("replay", help="Feed stored deliveries again; with --dry-run, only show what the rules would have done.")(replay)


def replay(
    days: Annotated[float, typer.Option(min=0, help="How far back.")] = 7.0,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Change nothing.")] = False,
    json_output: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    from paramedic.cli.database import opened
    from paramedic.sessions.rehearsal import rehearse
    from paramedic.sessions.replaying import requeue_stored
    from paramedic.settings import load_configuration, load_settings
    from paramedic.settings.place import configuration_path

    if not dry_run:
        with opened(writing=True) as connection:
            count = requeue_stored(connection, time.time() - days * 86400)
        sys.stdout.write(
            json.dumps({"requeued": count}) + "\n" if json_output else f"{count} deliveries will be digested again.\n"
        )
        return
    configuration = load_configuration(configuration_path(load_settings()))
    with opened() as connection:
        found = list(rehearse(connection, configuration.rules, days))
    if json_output:
        sys.stdout.write(json.dumps({"issues": [_document(issue, row) for issue, row in found]}) + "\n")
    else:
        _show(found)


def _document(issue: Issue, row: Rehearsed) -> dict[str, object]:
    return {
        "issue_id": issue.id,
        "title": issue.title,
        "action": row.decision.action.value,
        "rule": row.decision.rule,
        "reason": row.decision.reason,
        "at": row.at.isoformat(),
        "checks": [{"condition": check.condition, "passed": check.passed, "text": check.text} for check in row.decision.checks],
    }


def _show(found: list[tuple[Issue, Rehearsed]]) -> None:
    from rich.table import Table

    from paramedic.cli.terminal import consoles, printable

    out, err = consoles()
    table = Table("issue", "title", "action", "when", "why", box=None)
    for issue, row in found:
        when = f"{row.at:%Y-%m-%d %H:%M}" if row.decision.rule else ""
        table.add_row(str(issue.id), printable(issue.title)[:60], row.decision.action.value, when, printable(row.decision.reason))
    out.print(table, soft_wrap=False)
    acted = sum(row.decision.rule is not None for _issue, row in found)
    err.print(f"{acted} of {len(found)} issues would have been acted upon.")

"""``paramedic approve``: a human's yes or no to one exact effect."""

from __future__ import annotations

import getpass
import json
import sys
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    app.command("approve", help="List what waits for a yes, or say yes (or, with --reject, no) to one of them.")(approve)


def approve(
    effect: Annotated[str | None, typer.Argument(help="The effect's id, or the first 8 or more characters of it.")] = None,
    reject: Annotated[bool, typer.Option("--reject", help="Say no.")] = False,
    reason: Annotated[str, typer.Option(help="Why not; it is kept with the session.")] = "",
    json_output: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    from paramedic.cli.database import opened
    from paramedic.effects import ledger
    from paramedic.effects.values import EffectState
    from paramedic.web.documents import effect_document

    who = f"{getpass.getuser()} by command line"
    if effect is None:
        with opened() as connection:
            waiting = ledger.listing(connection, states=(EffectState.PENDING,))
        documents = [effect_document(recorded) for recorded in waiting]
    else:
        with opened(writing=True) as connection:
            decided = ledger.reject(connection, effect, who, reason) if reject else ledger.approve(connection, effect, who)
        documents = [effect_document(decided)]
    if json_output:
        sys.stdout.write(json.dumps({"approvals": documents}) + "\n")
        return
    _show(documents)


def _show(documents: list[dict[str, object]]) -> None:
    from rich.table import Table

    from paramedic.cli.terminal import consoles, printable

    out, err = consoles()
    if not documents:
        err.print("Nothing waits for an answer.")
        return
    table = Table("effect", "kind", "state", "issue", "what", box=None)
    for document in documents:
        payload = document["payload"]
        subject = payload.get("title") or payload.get("branch") or payload.get("text") if isinstance(payload, dict) else ""
        what = printable(str(subject or "")).replace("\n", " ")[:80]
        table.add_row(str(document["id"])[:12], str(document["kind"]), str(document["state"]), str(document["issue_id"]), what)
    out.print(table)

"""``paramedic approve``: a human's yes or no to one exact effect."""

from __future__ import annotations

import getpass
import json
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from paramedic.effects.values import Recorded
    from paramedic.store.sessions import Session


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
    from paramedic.store import sessions as store
    from paramedic.web.documents import effect_document

    who = f"{getpass.getuser()} by command line"
    with opened(writing=effect is not None) as connection:
        if effect is None:
            found = ledger.listing(connection, states=(EffectState.PENDING,))
        else:
            found = (ledger.reject(connection, effect, who, reason) if reject else ledger.approve(connection, effect, who),)
        about = store.read_many(connection, sorted({recorded.effect.session_id for recorded in found}))
    if json_output:
        sys.stdout.write(json.dumps({"approvals": [effect_document(recorded) for recorded in found]}) + "\n")
        return
    _show(found, {session.id: session for session in about})


def _show(found: Sequence[Recorded], about: Mapping[str, Session]) -> None:
    """Each effect, under what its session found."""
    from itertools import groupby

    from paramedic.cli.finding import show_effect, show_finding
    from paramedic.cli.terminal import consoles

    out, err = consoles()
    if not found:
        err.print("Nothing waits for an answer.")
    for session_id, effects in groupby(found, key=lambda recorded: recorded.effect.session_id):
        if session_id in about:
            out.rule(f"session {session_id}", style="dim", align="left")
            show_finding(out, about[session_id], brief=True)
        for recorded in effects:
            show_effect(out, recorded)

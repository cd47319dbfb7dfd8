"""``paramedic approve``: a human's answer to one exact effect: yes, no, or what should be otherwise."""

from __future__ import annotations

import getpass
import json
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    import sqlalchemy as sa

    from paramedic.effects.values import Recorded
    from paramedic.store.sessions import Session


def register(app: typer.Typer) -> None:
    app.command("approve", help="List what waits for a yes, or answer one of them: yes, --reject, or --changes.")(approve)


def approve(
    effect: Annotated[str | None, typer.Argument(help="The effect's id, or the first 8 or more characters of it.")] = None,
    reject: Annotated[bool, typer.Option("--reject", help="Say no.")] = False,
    reason: Annotated[str, typer.Option(help="Why not; it is kept with the session.")] = "",
    changes: Annotated[str, typer.Option(help="What should be otherwise: with a model, the session goes on with it.")] = "",
    json_output: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    from paramedic.cli.database import opened
    from paramedic.effects import ledger
    from paramedic.effects.values import EffectState
    from paramedic.model.errors import BadInput
    from paramedic.store import sessions as store
    from paramedic.web.documents import effect_document

    if reject and changes:
        raise BadInput("--reject and --changes are two answers.", remedy="Give one of them.")
    with opened(writing=effect is not None) as connection:
        if effect is None:
            found = ledger.listing(connection, states=(EffectState.PENDING,))
        else:
            found = (_answered(connection, effect, reject, reason, changes),)
        about = store.read_many(connection, sorted({recorded.effect.session_id for recorded in found}))
    if json_output:
        sys.stdout.write(json.dumps({"approvals": [effect_document(recorded) for recorded in found]}) + "\n")
        return
    _show(found, {session.id: session for session in about})


def _answered(connection: sa.Connection, effect: str, reject: bool, reason: str, changes: str) -> Recorded:
    from paramedic.sessions import approving
    from paramedic.settings import load_settings

    who = f"{getpass.getuser()} by command line"
    if changes:
        wish = approving.ask_for_changes(connection, load_settings(), effect, who, changes)
        sys.stderr.write(f"{wish.text}\n")
        return wish.recorded
    return approving.reject(connection, effect, who, reason) if reject else approving.approve(connection, effect, who)


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

"""``paramedic sessions``: what was looked into, and what came of it."""

from __future__ import annotations

import json
import sys
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="List sessions, show one, follow one as it goes.", no_args_is_help=True)
    group.command("list", help="Sessions, the newest first.")(listing)
    group.command("show", help="One session: its log, and its result.")(show)
    group.command("follow", help="A session's log, as it is written.")(follow)
    group.command("resume", help="Go on with a session that has ended, such as one that its budget stopped.")(resume)
    app.add_typer(group, name="sessions")


def listing(
    issue: Annotated[int | None, typer.Option(help="Only those of this issue.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 30,
    json_output: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    from paramedic.cli.database import opened
    from paramedic.store import sessions as store
    from paramedic.web.documents import session_document

    with opened() as connection:
        found = store.recent(connection, issue_id=issue, limit=limit)
    if json_output:
        rows = [session_document(session, with_result=False) for session in found]
        sys.stdout.write(json.dumps({"sessions": rows}) + "\n")
        return
    from rich.table import Table

    from paramedic.cli.terminal import consoles, printable

    table = Table("session", "issue", "state", "verdict", "started", "why", box=None)
    for session in found:
        verdict = session.verdict or session.stage or ""
        began = f"{session.created_at:%Y-%m-%d %H:%M}"
        table.add_row(session.id, str(session.issue_id), session.state.value, verdict, began, printable(session.reason)[:80])
    consoles()[0].print(table)


def show(
    session_id: str,
    json_output: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    from paramedic.cli.database import opened
    from paramedic.store import sessions as store
    from paramedic.web.documents import line_document, session_document

    with opened() as connection:
        session, lines = store.read(connection, session_id), store.log_after(connection, session_id)
    if json_output:
        log = [line_document(line) for line in lines]
        sys.stdout.write(json.dumps(session_document(session) | {"log": log}) + "\n")
        return
    for line in lines:
        _print_line(line.stage, line.text)
    _print_line(session.verdict or session.state.value, session.summary or "")


def follow(session_id: str) -> None:
    import time

    from paramedic.cli.database import opened
    from paramedic.store import sessions as store

    seen = 0
    while True:
        with opened() as connection:
            session, lines = store.read(connection, session_id), store.log_after(connection, session_id, seen)
        for line in lines:
            seen = line.seq
            _print_line(line.stage, line.text)
        if session.finished_at is not None:
            return
        time.sleep(0.5)


def resume(
    session_id: str,
    dollars: Annotated[float | None, typer.Option(min=0, help="Raise this session's budget to so many dollars.")] = None,
) -> None:
    from paramedic.cli.database import opened
    from paramedic.sessions.resuming import resume as go_on

    with opened(writing=True) as connection:
        go_on(connection, session_id, None if dollars is None else round(dollars * 1_000_000))
    sys.stdout.write(f"Session {session_id} goes on when a worker is free; what was paid for is not paid for again.\n")


def _print_line(stage: str, text: str) -> None:
    from paramedic.cli.terminal import printable

    sys.stdout.write(f"{stage:<12} {printable(text)}\n")
    sys.stdout.flush()

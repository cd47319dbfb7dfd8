"""``paramedic sessions``: what was looked into, what came of it, and a word with one of them."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    import sqlalchemy as sa

    from paramedic.store.sessions import LogLine, Session

Id = Annotated[str, typer.Argument(help="The session's id, or the first 4 or more characters of it.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="List sessions, show one, follow one as it goes.", no_args_is_help=True)
    group.command("list", help="Sessions, the newest first.")(listing)
    group.command("show", help="One session: its log, and its result.")(show)
    group.command("follow", help="A session's log, as it is written.")(follow)
    group.command("resume", help="Go on with a session that has ended, such as one that its budget stopped.")(resume)
    group.command("message", help="Write to a session; one that waits goes on.")(message)
    group.command("cancel", help="End a session.")(cancel)
    app.add_typer(group, name="sessions")


def listing(
    issue: Annotated[int | None, typer.Option(help="Only those of this issue.")] = None,
    tag: Annotated[list[str] | None, typer.Option(help="Only those with this tag; may be repeated for any of several.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 30,
    json_output: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    from paramedic.cli.database import opened
    from paramedic.web.documents import session_document

    with opened() as connection:
        found = _listed(connection, issue, tag or [], limit)
    if json_output:
        rows = [session_document(session, with_result=False) for session in found]
        sys.stdout.write(json.dumps({"sessions": rows}) + "\n")
        return
    from rich.markup import escape
    from rich.table import Column, Table

    from paramedic.cli.terminal import consoles, printable

    table = Table(Column("session", no_wrap=True, min_width=32), "issue", "state", "verdict", "started", "why", box=None)
    for session in found:
        verdict = session.verdict or session.stage or ""
        began = f"{session.created_at:%Y-%m-%d %H:%M}"
        why = escape(printable(session.reason)[:80])
        table.add_row(session.id, str(session.issue_id or ""), session.state.value, verdict, began, why)
    consoles()[0].print(table, soft_wrap=False)


def _listed(connection: sa.Connection, issue: int | None, tags: list[str], limit: int) -> list[Session]:
    from paramedic.store import requests
    from paramedic.store import sessions as store

    found = store.recent(connection, issue_id=issue, limit=1000 if tags else limit)
    known = requests.tags_of(connection, [session.id for session in found]) if tags else {}
    return [session for session in found if not tags or set(tags) & set(known[session.id])][:limit]


def show(
    session_id: Id,
    json_output: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    from paramedic.cli.database import opened
    from paramedic.cli.finding import show_finding, show_state
    from paramedic.cli.terminal import consoles
    from paramedic.effects import ledger
    from paramedic.reports.outcome import headline, summary_of
    from paramedic.store import outcomes
    from paramedic.store import sessions as store
    from paramedic.store.requests import known_as
    from paramedic.web.documents import line_document, outcome_documents, session_document, spent_document

    with opened() as connection:
        known = known_as(connection, session_id)
        session, lines = store.read(connection, known), store.log_after(connection, known)
        spent, effects = spent_document(connection, known), ledger.listing(connection, session_id=known)
        followed = outcomes.of_sessions(connection, [known])
        became = outcome_documents(connection, followed)
    if json_output:
        log = [line_document(line) for line in lines]
        sys.stdout.write(json.dumps(session_document(session) | {"spent": spent, "log": log, "outcomes": became}) + "\n")
        return
    for line in lines:
        _print_line(line.stage, line.text)
    out, _ = consoles()
    if not show_finding(out, session):
        _print_line(session.verdict or session.state.value, session.summary or "")
    for recorded in effects:
        show_state(out, recorded)
    for outcome in followed:
        _print_line(headline(outcome), summary_of(outcome))


def follow(
    session_id: Id,
    json_output: Annotated[
        bool, typer.Option("--json", help="Print each line as a JSON object, the session as the last.")
    ] = False,
) -> None:
    watch(session_id, _print_json_line if json_output else print_log_line)
    if json_output:
        _report(session_id, json_output)


def watch(session_id: str, show: Callable[[LogLine], None]) -> None:
    """Give each line of the log to ``show`` as it is written, until the session ends or waits."""
    import time

    from paramedic.cli.database import opened
    from paramedic.store import sessions as store
    from paramedic.store.requests import known_as

    seen = 0
    while True:
        with opened() as connection:
            known = known_as(connection, session_id)
            session, lines = store.read(connection, known), store.log_after(connection, known, seen)
        for line in lines:
            seen = line.seq
            show(line)
        if session.state not in store.LIVE:
            return
        time.sleep(0.5)


def resume(
    session_id: Id,
    dollars: Annotated[float | None, typer.Option(min=0, help="Raise this session's budget to so many dollars.")] = None,
    json_output: Json = False,
) -> None:
    from paramedic.cli.database import opened
    from paramedic.sessions.resuming import resume as go_on
    from paramedic.store.requests import known_as

    with opened(writing=True) as connection:
        known = known_as(connection, session_id)
        go_on(connection, known, None if dollars is None else round(dollars * 1_000_000))
    if json_output:
        _report(session_id, json_output)
        return
    sys.stdout.write(f"Session {known} goes on when a worker is free; what was paid for is not paid for again.\n")


def message(session_id: Id, text: str, json_output: Json = False) -> None:
    from paramedic.cli.database import opened
    from paramedic.sessions.conversing import tell
    from paramedic.settings import load_settings
    from paramedic.store.requests import known_as

    with opened(writing=True) as connection:
        tell(connection, load_settings(), known_as(connection, session_id), _who(), text)
    _report(session_id, json_output)


def cancel(session_id: Id, json_output: Json = False) -> None:
    from paramedic.cli.database import opened
    from paramedic.sessions.conversing import terminate
    from paramedic.store.requests import known_as

    with opened(writing=True) as connection:
        terminate(connection, known_as(connection, session_id), _who())
    _report(session_id, json_output)


def _report(session_id: str, json_output: bool) -> None:
    from paramedic.cli.database import opened
    from paramedic.store import sessions as store
    from paramedic.store.requests import known_as
    from paramedic.web.documents import session_document

    with opened() as connection:
        session = store.read(connection, known_as(connection, session_id))
    if json_output:
        sys.stdout.write(json.dumps(session_document(session, with_result=False)) + "\n")
        return
    _print_line(session.state.value, session.summary or "")


def _who() -> str:
    import getpass

    return f"{getpass.getuser()} by command line"


def print_log_line(line: LogLine) -> None:
    """For a person, as it goes."""
    _print_line(line.stage, line.text)


def _print_json_line(line: LogLine) -> None:
    from paramedic.web.documents import line_document

    sys.stdout.write(json.dumps(line_document(line)) + "\n")
    sys.stdout.flush()


def _print_line(stage: str, text: str) -> None:
    from paramedic.cli.terminal import printable

    sys.stdout.write(f"{stage:<12} {printable(text)}\n")
    sys.stdout.flush()

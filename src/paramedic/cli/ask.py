"""``paramedic ask``: a question, or the address of an issue, to be looked into by a worker of this installation."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from paramedic.store.sessions import Session


def register(app: typer.Typer) -> None:
    app.command("ask", help="Ask a question in plain words, or have an issue looked into by its address.")(ask)


def ask(
    prompt: Annotated[str, typer.Argument(help="May call playbooks: !triage https://acme.sentry.io/issues/4211/")],
    repo: Annotated[Path | None, typer.Option(help="The folder of the repository to look at; default: the project's.")] = None,
    playbook: Annotated[str | None, typer.Option(help="Id or macro of a playbook to follow.")] = None,
    tag: Annotated[list[str] | None, typer.Option(help="May be repeated.")] = None,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Follow the session until it answers.")] = True,
    json_output: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    from paramedic.cli.sessions import print_log_line, watch
    from paramedic.cli.sheets import library
    from paramedic.log import configure_log
    from paramedic.sessions.asking import Ask
    from paramedic.sessions.asking import ask as start
    from paramedic.settings import load_settings
    from paramedic.store import workers

    configure_log("warning")
    wanted = Ask(prompt, _who(), origin="cli", playbook_id=playbook, tags=tuple(tag or ()), options=_options(repo))
    with library(None, writing=True) as (connection, _org_id):
        session_id = start(connection, load_settings(), wanted).session_id
        alone = not workers.living(connection)
    if alone:
        sys.stderr.write(f"Session {session_id} waits for a worker: start `paramedic serve` or `paramedic worker`.\n")
    if wait and not alone:
        watch(session_id, (lambda _line: None) if json_output else print_log_line)
    _show(session_id, json_output)


def _options(repo: Path | None) -> dict[str, str]:
    from paramedic.model.errors import BadInput
    from paramedic.sessions.desk import FOLDER

    if repo is None:
        return {}
    if not any((repo / name).exists() for name in (".git", "HEAD")):
        raise BadInput(f"--repo {repo} is not the folder of a git repository.")
    return {FOLDER: str(repo.resolve())}


def _show(session_id: str, json_output: bool) -> None:
    from paramedic.cli.database import opened
    from paramedic.cli.terminal import printable
    from paramedic.store import messages
    from paramedic.store import sessions as store

    with opened() as connection:
        session = store.read(connection, session_id)
        said = messages.after(connection, session_id)
    if json_output:
        sys.stdout.write(json.dumps(_document(session, [message.text for message in said if message.source == "devin"])) + "\n")
    elif session.state not in store.LIVE:
        last = next((message.text for message in reversed(said) if message.source == "devin"), session.summary or "")
        sys.stdout.write(printable(last) + "\n")
    if session.state is store.SessionState.FAILED:
        sys.exit(1)


def _document(session: Session, answers: list[str]) -> dict[str, object]:
    from paramedic.web.documents import session_document

    return session_document(session) | {"answers": answers}


def _who() -> str:
    import getpass

    return f"{getpass.getuser()} by command line"

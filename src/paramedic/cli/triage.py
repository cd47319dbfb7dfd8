"""``paramedic triage``: from one event and a repository to a verdict, without a server and without a database."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from paramedic.model.event import Event
    from paramedic.model.repair import TriageResult
    from paramedic.sessions.pipeline import Progress, TriageOptions
    from paramedic.source.tree import SourceTree


def register(app: typer.Typer) -> None:
    app.command("triage", help="Find the cause of one error, reproduce it in a test, and prove a fix.")(triage)


def triage(
    event: Annotated[
        str, typer.Argument(help="A file, - for standard input, a Sentry issue or event URL, or an issue id of ours.")
    ],
    repo: Annotated[Path, typer.Option(help="The repository's folder.")] = Path(),
    python: Annotated[str | None, typer.Option(help="Interpreter: a version or a path. Default: what the event names.")] = None,
    test_command: Annotated[str | None, typer.Option(help="Runs the project's tests; {paths} is replaced.")] = None,
    source_root: Annotated[list[str] | None, typer.Option(help="Folder on sys.path, relative to the repository.")] = None,
    ref: Annotated[str | None, typer.Option(help="Commit, tag or branch to look at. Default: the folder as it is.")] = None,
    json_output: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
    apply: Annotated[bool, typer.Option("--apply", help="Write the proven fix and its test into the folder.")] = False,
    branch: Annotated[str | None, typer.Option(help="Commit the proven fix and its test to this new branch.")] = None,
    patch: Annotated[Path | None, typer.Option(help="Write the proven fix and its test to this patch file.")] = None,
    expected_failure: Annotated[
        bool,
        typer.Option(
            "--expected-failure", help="Hand over the test of a crash that was only reproduced, marked as an expected failure."
        ),
    ] = False,
    suite: Annotated[bool, typer.Option("--suite/--no-suite", help="Run the project's other tests before and after.")] = True,
    timeout: Annotated[float, typer.Option(min=1, help="Seconds for the whole triage.")] = 600.0,
) -> None:
    from paramedic.cli.terminal import StageDisplay, consoles
    from paramedic.sessions.document import result_document
    from paramedic.sessions.pipeline import TriageOptions

    out, err = consoles()
    options = TriageOptions(python=python, test_command=test_command, suite=suite, timeout_seconds=timeout)
    read = _read_event(event)
    with StageDisplay(err).running() as display:
        result, tree = _run(read, repo, ref, tuple(source_root or ()), options, display)
    if json_output:
        sys.stdout.write(json.dumps(result_document(result), ensure_ascii=True) + "\n")
    else:
        from paramedic.cli.verdict import show_verdict

        show_verdict(out, read, result)
    _hand_over(err, result, tree, repo, read, expected_failure, apply=apply, branch=branch, patch=patch)


def _run(
    event: Event, repo: Path, ref: str | None, source_roots: tuple[str, ...], options: TriageOptions, progress: Progress
) -> tuple[TriageResult, SourceTree]:
    from paramedic.model.errors import BadInput
    from paramedic.sandbox.choose import choose_sandbox
    from paramedic.sessions.pipeline import run_triage
    from paramedic.settings import load_settings
    from paramedic.source.repository import checkout_of
    from paramedic.source.tree import SourceTree

    if not repo.is_dir():
        raise BadInput(f"--repo {repo} is not a folder.", remedy="Give the path of a checkout.")
    settings = load_settings()
    with checkout_of(repo.resolve(), ref, home=settings.home) as root:
        tree = SourceTree.open(root, source_roots=source_roots)
        result = run_triage(event, tree, lambda: choose_sandbox(settings.paramedic_sandbox), settings.home, options, progress)
        if settings.paramedic_model:
            from paramedic.sessions.agent_alone import go_on_alone

            result = go_on_alone(event, tree, result, settings, options, progress)
    return result, tree


def _read_event(argument: str) -> Event:
    from paramedic.sessions.lookup import find_event

    return find_event(argument, sys.stdin.buffer)


def _hand_over(
    err: Console,
    result: TriageResult,
    tree: SourceTree,
    repo: Path,
    event: Event,
    expected_failure: bool,
    *,
    apply: bool,
    branch: str | None,
    patch: Path | None,
) -> None:
    """Do with a proven fix what the options ask for; say so when there is none to hand over."""
    from paramedic.sessions.handover import apply_to_folder, commit_to_branch, edits_of, pending_test, write_patch

    if not (apply or branch or patch):
        return
    pending = pending_test(result)
    edits = edits_of(result) or (pending if expected_failure else ())
    if not edits:
        err.print(f"Nothing was written: the verdict is {result.verdict.value}, and only a proven fix is handed over.")
        if pending:
            err.print("With --expected-failure its regression test is, marked as one that fails until the crash is fixed.")
        return
    if patch:
        write_patch(edits, patch)
        err.print(f"Wrote {patch}. Apply it with: git apply {patch}")
    if branch:
        sha = commit_to_branch(edits, repo.resolve(), branch, tree.commit, event, result)
        err.print(f"Committed {sha[:12]} to {branch}.")
    if apply:
        apply_to_folder(edits, repo.resolve())
        err.print("Applied: " + ", ".join(edit.path for edit in edits))

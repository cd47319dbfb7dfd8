"""How a session's kept result and its effects look in a terminal: what a yes is to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.text import Text

from paramedic.cli.terminal import printable
from paramedic.cli.verdict import HEADLINES, added_part, show_code, show_diff, show_proof
from paramedic.effects.values import (
    Comment,
    EffectState,
    OpenPullRequest,
    Patch,
    Payload,
    Push,
    Recorded,
)
from paramedic.model.repair import Proof, Run, Verdict
from paramedic.source.edits import unified_diff

if TYPE_CHECKING:
    from paramedic.store.sessions import Session

_RUNS = ("reproduction_before", "reproduction_after", "suite_before", "suite_after")


def show_finding(console: Console, session: Session, *, brief: bool = False) -> bool:
    """Verdict, cause, test, change and proof; without test and change when ``brief``. False when there is no verdict yet."""
    if session.verdict not in set(Verdict) or session.result is None:
        return False
    style, label = HEADLINES[Verdict(session.verdict)]
    console.print(Text(label, style=style), escape(printable(session.summary or "")))
    diagnosis, test, fix, proof = (_part(session.result, name) for name in ("diagnosis", "reproduction", "fix", "proof"))
    if diagnosis:
        console.print(f"[bold]Cause[/] {_line(diagnosis.get('summary'))}")
    if test:
        console.print(f"[bold]Regression test[/] {_line(test.get('node'))}")
        if not brief:
            show_code(console, added_part(str(test.get("source", ""))), "python")
    if fix:
        console.print(f"[bold]Fix[/] {_line(fix.get('rationale'))}")
        if not brief:
            show_diff(console, str(fix.get("diff", "")))
    if proof:
        show_proof(console, _proof(proof))
    return True


def show_effect(console: Console, recorded: Recorded) -> None:
    """What exactly is done, and where."""
    show_state(console, recorded)
    payload = recorded.effect.payload
    console.print(f"  [bold]to[/] {_line(_target(payload))}")
    if isinstance(payload, Push):
        console.print(f"  [bold]commit[/] {_line(payload.message.partition(chr(10))[0])}")
        show_diff(console, unified_diff(payload.edits))
    elif isinstance(payload, Patch):
        show_diff(console, payload.diff)
    elif isinstance(payload, OpenPullRequest):
        console.print(f"  [bold]title[/] {_line(payload.title)} [dim](its text: --json)[/]")
    else:
        show_code(console, payload.text if isinstance(payload, Comment) else payload.message.body, "markdown")


def show_state(console: Console, recorded: Recorded) -> None:
    """One line: which effect, and how it stands."""
    effect, state = recorded.effect, recorded.state
    if state is EffectState.PENDING:
        stands = f"[yellow]waits for a yes[/]: paramedic approve {effect.key[:12]}"
    else:
        by = f" (decided by {_line(recorded.decided_by)})" if recorded.decided_by else ""
        stands = f"[bold]{state.value}[/]{by} {_line(recorded.result or recorded.reason)}".rstrip()
    console.print(f"{effect.key[:12]} {effect.kind.value} for issue {effect.issue_id}: {stands}")


def _target(payload: Payload) -> str:
    if isinstance(payload, Push):
        return f"branch {payload.branch} of {payload.repository}, on {payload.base_commit[:12]}"
    if isinstance(payload, OpenPullRequest):
        return f"{payload.repository}, from {payload.branch} into {payload.base}"
    if isinstance(payload, Comment):
        return f"issue {payload.upstream_issue} in Sentry"
    return f"the file {payload.name} in the home" if isinstance(payload, Patch) else f"the chat {payload.chat}"


def _part(result: Mapping[str, object], name: str) -> Mapping[str, Any]:
    part = result.get(name)
    return part if isinstance(part, Mapping) else {}


def _proof(document: Mapping[str, Any]) -> Proof:
    runs = {name: Run(**document[name]) if document[name] else None for name in _RUNS}
    return Proof(**{**document, **runs})


def _line(text: object) -> str:
    return escape(" ".join(printable(str(text or "")).split()))

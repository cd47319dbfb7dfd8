"""How a verdict looks in a terminal: error first, then cause, proof and diff."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.syntax import Syntax
from rich.text import Text

from paramedic.cli.terminal import printable
from paramedic.model.diagnosis import Diagnosis
from paramedic.model.event import Event
from paramedic.model.repair import Proof, Run, TriageResult, Verdict

HEADLINES = {
    Verdict.PROVEN_FIX: ("bold black on green", " PROVEN FIX "),
    Verdict.REPRODUCED: ("bold black on yellow", " REPRODUCED ONLY "),
    Verdict.DIAGNOSED: ("bold black on yellow", " DIAGNOSED ONLY "),
    Verdict.NO_CODE_FIX: ("bold white on blue", " NO CODE FIX "),
    Verdict.NOT_FOUND: ("bold white on red", " CAUSE NOT FOUND "),
}


def show_verdict(console: Console, event: Event, result: TriageResult) -> None:
    """Print all that an engineer needs in order to act."""
    style, label = HEADLINES[result.verdict]
    console.print()
    console.print(Text(printable(event.title), style="bold red"))
    console.print(Text(label, style=style), escape(printable(result.reason)))
    if result.diagnosis:
        _show_diagnosis(console, result.diagnosis)
    if result.reproduction:
        console.print(f"\n[bold]Regression test[/] {escape(result.reproduction.node)}")
        added = added_part(result.reproduction.source) if result.reproduction.appended else result.reproduction.source
        show_code(console, added, "python")
    if result.fix:
        console.print(f"\n[bold]Fix[/] {escape(printable(result.fix.rationale))}")
        show_diff(console, result.fix.diff)
    if result.proof:
        show_proof(console, result.proof)
    for number, alternative in enumerate(result.alternatives, 1):
        if number > 2 or result.fix:
            break
        console.print(
            f"\n[bold]Alternative {number}[/] ({alternative.kind.value}, not proven) {escape(printable(alternative.rationale))}"
        )
        show_diff(console, alternative.diff)
    total = sum(result.seconds.values())
    console.print(
        f"\n[dim]{'  '.join(f'{stage} {took:.1f} s' for stage, took in result.seconds.items())}  total {total:.1f} s[/]"
    )


def show_diff(console: Console, diff: str) -> None:
    show_code(console, diff, "diff")


def show_code(console: Console, text: str, language: str) -> None:
    """Long lines are wrapped: where the console wraps softly it asks for lines as they are, and cuts code at its edge."""
    code = Syntax(printable(text), language, background_color="default", word_wrap=True)
    console.print(Padding(code, (0, 2)), soft_wrap=False)


def _show_diagnosis(console: Console, diagnosis: Diagnosis) -> None:
    where = diagnosis.location
    console.print(f"\n[bold]Cause[/] {escape(printable(diagnosis.summary))}")
    if where:
        console.print(f"  [cyan]{escape(where.file)}:{where.line}[/] in {escape(where.function or 'the module')}")
    for fact in diagnosis.evidence:
        console.print(
            f"  [dim]{fact.id:<3} {escape(fact.kind):<9}[/] {escape(printable(fact.text))}",
            style="dim" if fact.provenance == "untrusted" else "",
        )


def show_proof(console: Console, proof: Proof) -> None:
    """The runs before and after, and what was not checked."""
    console.print(
        f"\n[bold]Proof[/] at {proof.base_commit[:12] or 'the folder as it is'}, Python {proof.interpreter}, in {proof.sandbox}"
    )
    _show_run(console, "before", proof.reproduction_before)
    _show_run(console, "after", proof.reproduction_after)
    if proof.suite_before and proof.suite_after:
        _show_run(console, "other tests before", proof.suite_before)
        _show_run(console, "other tests after", proof.suite_after)
    for gap in proof.gaps:
        console.print(f"  [yellow]not checked:[/] {escape(printable(gap))}")


def _show_run(console: Console, label: str, run: Run) -> None:
    mark = "[green]passes[/]" if run.exit_code == 0 else "[red]fails[/]"
    counts = f"{run.passed} passed, {run.failed} failed" if run.passed is not None and run.failed is not None else ""
    console.print(f"  {label:<18} {mark} {counts} [dim]{escape(printable(run.command))[:120]}[/]")


def added_part(source: str) -> str:
    """The last top-level block of a test file that grew: the new test."""
    lines = source.rstrip("\n").split("\n")
    starts = [n for n, line in enumerate(lines) if line and not line[0].isspace() and not line.startswith((")", "]", "}", "#"))]
    first = starts[-1] if starts else 0
    while first > 0 and lines[first - 1].startswith("@"):
        first -= 1
    return "\n".join(lines[first:])

"""The table on the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bench.crashes.row import Row

COLUMNS = ("case", "loc", "repro", "verdict", "category", "plaus", "correct", "harmless", "lines", "s", "lost")
WIDEST = 80


def show(console: Console, title: str, rows: Sequence[Row], figures: Mapping[str, Any]) -> None:
    """Every case of a set, then its figures and losses."""
    table = Table(*COLUMNS, title=title)
    table.add_column("why", no_wrap=True, max_width=WIDEST)
    for row in rows:
        table.add_row(*map(escape, _cells(row)), style=style(row))
    console.print(table)
    console.print("  ".join(f"{name} {value}" for name, value in figures.items() if isinstance(value, int | float)))
    for cause, count in figures["losses"].items():
        console.print(f"{count:4} {cause}")


def style(row: Row) -> str:
    """Red is for what must not be."""
    return "bold red" if row.wrong else "red" if row.verdict == "error" else "yellow" if row.claimed and not row.correct else ""


def _cells(row: Row) -> tuple[str, ...]:
    judged = row.proof or row.alternative
    mark = "alt " if row.alternative else ""
    return (
        row.name,
        "" if row.no_fix else "1" if row.located_first else "3" if row.located_three else "-",
        "yes" if row.reproduced else "no",
        row.verdict,
        row.category,
        "" if row.plausibility is None else f"{row.plausibility:.2f}",
        f"{mark}{judged.correct}" if judged else "",
        f"{judged.harmless}" if judged else "",
        f"{row.lines or ''}",
        f"{row.work:.1f}",
        row.loss,
        row.why,
    )

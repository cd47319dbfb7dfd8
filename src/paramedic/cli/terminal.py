"""What the terminal shows: progress on standard error, results on standard output, nothing that could drive a terminal."""

from __future__ import annotations

import time
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console


def printable(text: str) -> str:
    """The text without control, format and surrogate characters: event text must not move a cursor or hide itself."""
    return "".join(c if c in "\n\t" or not unicodedata.category(c).startswith("C") else "\N{REPLACEMENT CHARACTER}" for c in text)


def consoles() -> tuple[Console, Console]:
    """Standard output and standard error, with colour where the terminal has it."""
    from rich.console import Console

    return Console(highlight=False, soft_wrap=True), Console(stderr=True, highlight=False, soft_wrap=True)


class StageDisplay:
    """One line per stage on standard error: a live spinner on a terminal, plain lines elsewhere."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._stage = ""
        self._began = time.monotonic()
        self._status = console.status("") if console.is_terminal else None

    def __call__(self, stage: str, line: str) -> None:
        from rich.markup import escape

        text = escape(printable(line).replace("\n", " ")[:160])
        if stage != self._stage:
            self._finish()
            self._stage, self._began = stage, time.monotonic()
            if self._status is None:
                self._console.print(f"[bold]{stage:<12}[/] {text}")
        if self._status is not None:
            self._status.update(f"[bold]{stage:<12}[/] {text}")

    def _finish(self) -> None:
        if self._stage and self._status is not None:
            self._console.print(f"[green]✓[/] [bold]{self._stage:<12}[/] [dim]{time.monotonic() - self._began:.1f} s[/]")

    @contextmanager
    def running(self) -> Iterator[StageDisplay]:
        if self._status is None:
            yield self
            return
        with self._status:
            yield self
            self._finish()

"""``python -m bench.crashes``: how many real crashes become a fix that equals the developers' own, how often is a "proven"
wrong, and is anything called proven where no change of the code is right (then it ends with 1)."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress

from bench.crashes import page, table
from bench.crashes.captured import captured
from bench.crashes.case import Case, cases_in
from bench.crashes.figures import totals, worse
from bench.crashes.row import Row
from bench.crashes.run import engine_digest, run

HERE = Path(__file__).parent
COMMITTED = HERE / "results.json"
OWN, NO_FIX, OUTSIDE = "own", "no-fix", "outside"


def main() -> int:
    options = _options()
    console = Console(width=None if sys.stdout.isatty() else 240)
    sets = {name: cases for name, cases in _sets(options).items() if cases}
    if not sets:
        console.print("No such case.")
        return 2
    engine = engine_digest()
    rows = dict(zip(sets, _run(list(sets.values()), engine, options), strict=True))
    before = json.loads(COMMITTED.read_text())["sets"] if COMMITTED.exists() else {}
    report = {name: {"totals": totals(found), "worse": _worse(before, name, found)} for name, found in rows.items()}
    _write(options.out, rows, report)
    wrong = sum(_show(console, name, found, report[name]) for name, found in rows.items())
    console.print(f"JSON and charts: {options.out}/crashes.json, {options.out}/crashes.html")
    if engine_digest() != engine:
        console.print("[red]The engine was edited during this run: its figures mix two engines.[/]")
        return 1
    if options.commit:
        _commit(before, rows, report)
    return 1 if wrong else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.crashes", description=__doc__)
    parser.add_argument("--cases", type=Path, default=None, help=f"one more folder of cases: the set {OUTSIDE!r}")
    parser.add_argument("--sets", nargs="+", default=[OWN, NO_FIX, OUTSIDE], choices=[OWN, NO_FIX, OUTSIDE])
    parser.add_argument("--only", nargs="*", default=[], help="names, or parts of them")
    parser.add_argument("-j", "--jobs", type=int, default=2)
    parser.add_argument("--fresh", action="store_true", help="forget kept results")
    parser.add_argument("--twice", action="store_true", help="run each case twice and say where the answers differ")
    parser.add_argument("--capture", action="store_true", help="record the crashes anew, with the capture integration")
    parser.add_argument("--out", type=Path, default=Path("build"), help="folder for crashes.json and crashes.html")
    parser.add_argument("--commit", action="store_true", help=f"write the sets that were run to {COMMITTED.name}")
    options = parser.parse_args()
    if options.commit and options.only:
        parser.error("--commit takes whole sets: leave --only out.")
    if options.commit and options.capture:
        parser.error("The committed table is that of plain events: leave --capture out.")
    return options


def _sets(options: argparse.Namespace) -> dict[str, list[Case]]:
    folders = {OWN: HERE / "cases", NO_FIX: HERE / "nofix", OUTSIDE: options.cases}
    return {name: cases_in(folders[name], tuple(options.only)) for name in options.sets if folders[name]}


def _run(sets: Sequence[Sequence[Case]], engine: str, options: argparse.Namespace) -> list[list[Row]]:
    """All sets in one pool; rows come in the order of the cases, however long each takes."""
    with Progress(console=Console(stderr=True)) as progress, ThreadPoolExecutor(options.jobs) as pool:
        task = progress.add_task("crashes", total=sum(map(len, sets)))

        def one(case: Case) -> Row:
            row = run(captured(case) if options.capture else case, engine, fresh=options.fresh, twice=options.twice)
            progress.advance(task)
            return row

        waiting = [[pool.submit(one, case) for case in cases] for cases in sets]
        return [[future.result() for future in futures] for futures in waiting]


def _worse(before: dict[str, Any], name: str, rows: Sequence[Row]) -> list[str]:
    return worse(rows, before[name]["cases"]) if name in before else []


def _show(console: Console, name: str, rows: Sequence[Row], report: dict[str, Any]) -> int:
    """Print a set; how many cases of it are what must not be."""
    table.show(console, name, rows, report["totals"])
    for sentence in report["worse"]:
        console.print(f"[red]worse than the committed table:[/] {sentence}")
    wrong = [row.name for row in rows if row.wrong]
    differing = [row.name for row in rows if row.repeats is False]
    if wrong:
        console.print(f"[bold red]PROVEN WHERE NO FIX IS RIGHT:[/] {', '.join(wrong)}")
    if differing:
        console.print(f"[red]answered otherwise the second time:[/] {', '.join(differing)}")
    return len(wrong) + len(differing)


def _write(folder: Path, rows: dict[str, list[Row]], report: dict[str, Any]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    sets = {name: {**report[name], "cases": [row.document() | {"loss": row.loss} for row in rows[name]]} for name in rows}
    _dump(folder / "crashes.json", {"sets": sets})
    (folder / "crashes.html").write_text(page.render(rows, report), encoding="utf-8")


def _commit(before: dict[str, Any], rows: dict[str, list[Row]], report: dict[str, Any]) -> None:
    """Replace the sets that were run; the others stay."""
    sets = {
        name: {"totals": report[name]["totals"], "cases": [row.committed(anonymous=name == OUTSIDE) for row in found]}
        for name, found in rows.items()
    }
    _dump(COMMITTED, {"sets": before | sets})


def _dump(path: Path, document: dict[str, Any]) -> None:
    path.write_text(json.dumps(document, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())

"""How long a crash takes from event to verdict, by stage, on the example service with a warm environment.

Usage: python -m bench.triage [--rounds 3]
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from paramedic.sandbox.choose import choose_sandbox
from paramedic.sessions.lookup import read_event
from paramedic.sessions.pipeline import TriageOptions, run_triage
from paramedic.source.repository import Repository
from paramedic.source.tree import SourceTree

EXAMPLE = Path(__file__).parents[1] / "examples" / "storefront"
RELEASE = "v1.4.0"


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.triage", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory(prefix="paramedic-bench-") as name:
        home = Path(name)
        subprocess.run([sys.executable, str(EXAMPLE / "build_history.py"), str(home / "remote.git")], check=True)
        repository = Repository(str(home / "remote.git"), home)
        repository.fetch()
        with repository.worktree(repository.resolve(ref=RELEASE).commit) as root:
            show(measure(root, home, rounds))


def measure(root: Path, home: Path, rounds: int) -> dict[str, tuple[str, dict[str, list[float]]]]:
    """By event: the verdict, and the seconds of each round by stage. The first round warms the environment up."""
    found: dict[str, tuple[str, dict[str, list[float]]]] = {}
    for path in sorted((EXAMPLE / "events").glob("*.json")):
        event = read_event(path.read_bytes(), path.name)
        seconds: dict[str, list[float]] = defaultdict(list)
        verdict = ""
        for number in range(rounds + 1):
            began = time.monotonic()
            result = run_triage(event, SourceTree.open(root), lambda: choose_sandbox("auto"), home, TriageOptions())
            verdict = result.verdict.value
            if number:
                for stage, took in result.seconds.items():
                    seconds[stage].append(took)
                seconds["total"].append(time.monotonic() - began)
        found[path.stem] = (verdict, seconds)
    return found


def show(found: dict[str, tuple[str, dict[str, list[float]]]]) -> None:
    stages = ("diagnose", "environment", "reproduce", "prove", "total")
    table = Table("event", "verdict", *stages, title="median seconds, environment warm")
    for name, (verdict, seconds) in found.items():
        table.add_row(name, verdict, *(f"{statistics.median(seconds[stage]):.2f}" if seconds[stage] else "" for stage in stages))
    console = Console(width=130)
    console.print(table)
    proven = [statistics.median(seconds["total"]) for verdict, seconds in found.values() if verdict == "proven_fix"]
    if proven:
        console.print(f"median from event to proof: {statistics.median(proven):.2f} s over {len(proven)} proven fixes")


if __name__ == "__main__":
    main()

"""``python -m bench.crashes``: how many real crashes become a fix that equals the developers' own, and how often is a
"proven" wrong.

Results are kept by what they depend on (case and engine), so that a run can be cut and go on.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import statistics
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from bench.crashes.case import CACHE, Case, cases_in, source_of
from bench.crashes.judge import document, judge, located, reproduced

ROOT = Path(__file__).parents[2]
OWN = Path(__file__).parent / "cases"
COMMITTED = Path(__file__).parent / "results.json"


def main() -> int:
    options = _options()
    console = Console(width=200)
    cases = cases_in(options.cases, tuple(options.only))[: options.limit]
    if not cases:
        console.print(f"No case in {options.cases}.")
        return 2
    engine = _engine_digest()
    with Progress(console=Console(stderr=True)) as progress, ThreadPoolExecutor(options.jobs) as pool:
        task = progress.add_task("crashes", total=len(cases))
        rows = []
        for row in pool.map(lambda case: _one(case, engine, options), cases):
            rows.append(row)
            progress.advance(task)
    _show(console, rows)
    figures = totals(rows)
    console.print(figures)
    for row in rows:
        if row.get("deterministic") is False:
            console.print(f"[red]differs:[/] {row['name']} answered otherwise the second time")
    _compare_with_committed(console, rows)
    if _engine_digest() != engine:
        console.print("[red]The engine was edited during this run: its figures mix two engines.[/]")
    if options.json:
        options.json.write_text(json.dumps({"totals": figures, "cases": rows}, indent=1, sort_keys=True) + "\n")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.crashes", description=__doc__)
    parser.add_argument("--cases", type=Path, default=OWN, help="folder of cases")
    parser.add_argument("--only", nargs="*", default=[], help="names, or parts of them")
    parser.add_argument("--limit", type=int, default=None)
    parser.add_argument("-j", "--jobs", type=int, default=1)
    parser.add_argument("--fresh", action="store_true", help="forget kept results")
    parser.add_argument("--twice", action="store_true", help="run each case twice and say where the answers differ")
    parser.add_argument("--json", type=Path, default=None, help="write the table to this file")
    return parser.parse_args()


def _engine_digest() -> str:
    """What an answer and its judgement depend on: all that ``triage`` may import, and this bench."""
    package = ROOT / "src" / "paramedic"
    unused = {"web", "intake", "store", "effects"}
    hashed = hashlib.sha256()
    for path in sorted([*package.rglob("*.py"), *Path(__file__).parent.glob("*.py")]):
        if path.is_relative_to(package) and path.relative_to(package).parts[0] in unused:
            continue
        hashed.update(path.read_bytes())
    return hashed.hexdigest()[:16]


def _one(case: Case, engine: str, options: argparse.Namespace) -> dict[str, Any]:
    kept = CACHE / "results" / f"{case.name}-{case.digest}-{engine}.json"
    if kept.exists() and not (options.fresh or options.twice):
        row: dict[str, Any] = json.loads(kept.read_text())
        return row
    row = _judged(case, _triage(case))
    if options.twice:
        again = _triage(case)
        row["deterministic"] = again.get("verdict") == row["verdict"] and (again.get("fix") or {}).get("diff") == row["diff"]
    _keep(kept, row, engine)
    return row


def _keep(kept: Path, row: dict[str, Any], engine: str) -> None:
    """Not an error, which may be the machine's; not an answer of an engine that was edited meanwhile."""
    if row["verdict"] == "error" or _engine_digest() != engine:
        return
    kept.parent.mkdir(parents=True, exist_ok=True)
    partial = kept.with_suffix(".partial")
    partial.write_text(json.dumps(row))
    partial.replace(kept)


def _triage(case: Case) -> dict[str, Any]:
    """What the product answers, given the event and the source alone."""
    command = [sys.executable, "-m", "paramedic", "triage", str(case.event), "--repo", str(source_of(case)), "--json"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    except subprocess.TimeoutExpired:
        return {"verdict": "error", "reason": "timed out"}
    if done.returncode:
        return {"verdict": "error", "reason": done.stderr.strip()[-300:]}
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def _judged(case: Case, answer: dict[str, Any]) -> dict[str, Any]:
    first, three = located(case, (answer.get("diagnosis") or {}).get("suspects", []))
    fix, reproduction = answer.get("fix"), answer.get("reproduction")
    alternatives = answer.get("alternatives") or []
    return {
        "name": case.name,
        "no_fix": case.no_fix,
        "verdict": answer.get("verdict", "error"),
        "reason": answer.get("reason", ""),
        "located_first": first,
        "located_three": three,
        "reproduced": bool(reproduction) and reproduced(case, reproduction),
        "proof": document(judge(case, fix["diff"])) if fix else None,
        "alternative": document(judge(case, alternatives[0])) if alternatives and not fix else None,
        "shape": (fix or {}).get("shape"),
        "diff": (fix or {}).get("diff"),
        "lines": _changed_lines((fix or {}).get("diff") or ""),
        "seconds": answer.get("seconds", {}),
    }


def _changed_lines(diff: str) -> int:
    return sum(line[:1] in "+-" and line[:3] not in ("+++", "---") for line in diff.splitlines() if line)


def totals(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Shares of the cases with a fix; precision is correct among proven; seconds without the environment."""
    fixable = [row for row in rows if not row["no_fix"]]
    proven = [row for row in fixable if row["verdict"] == "proven_fix"]
    correct = [row for row in proven if row["proof"]["correct"]]
    times = sorted(sum(v for k, v in row["seconds"].items() if k != "environment") for row in rows) or [0.0]
    share = lambda part: round(100 * part / max(1, len(fixable)), 1)  # noqa: E731
    return {
        "cases": len(rows),
        "located_first": share(sum(row["located_first"] for row in fixable)),
        "located_three": share(sum(row["located_three"] for row in fixable)),
        "reproduced": share(sum(row["reproduced"] for row in fixable)),
        "proven": share(len(proven)),
        "correct": share(len(correct)),
        "precision": round(100 * len(correct) / max(1, len(proven)), 1),
        "harmless": round(100 * sum(row["proof"]["harmless"] for row in proven) / max(1, len(proven)), 1),
        "first_alternative_correct": share(sum(bool(row["alternative"] and row["alternative"]["correct"]) for row in fixable)),
        "wrong_on_no_fix": sum(row["verdict"] == "proven_fix" for row in rows if row["no_fix"]),
        "median_seconds": round(statistics.median(times), 1),
        "p95_seconds": round(times[min(len(times) - 1, int(0.95 * len(times)))], 1),
    }


def _show(console: Console, rows: list[dict[str, Any]]) -> None:
    table = Table("case", "loc", "repro", "verdict", "correct", "harmless", "s", "why")
    for row in rows:
        judged = row["proof"] or row["alternative"] or {}
        mark = "" if row["proof"] else "alt " if row["alternative"] else ""
        why = judged.get("detail") or row["reason"]
        table.add_row(
            row["name"], "1" if row["located_first"] else "3" if row["located_three"] else "-",
            "yes" if row["reproduced"] else "no",
            row["verdict"], f"{mark}{judged.get('correct', '')}", f"{judged.get('harmless', '')}",
            f"{sum(row['seconds'].values()):.0f}", why[:110],
        )  # fmt: skip
    console.print(table)
    losses = Counter(row["reason"].split(":")[0][:70] for row in rows if row["verdict"] != "proven_fix")
    for reason, count in losses.most_common(10):
        console.print(f"{count:4} {reason}")


def _compare_with_committed(console: Console, rows: list[dict[str, Any]]) -> None:
    """Say which cases are worse than in the table that was committed last."""
    if not COMMITTED.exists():
        return
    before = {row["name"]: row for row in json.loads(COMMITTED.read_text())["cases"]}
    for row in rows:
        old = before.get(row["name"])
        for figure in ("located_three", "reproduced"):
            if old and old[figure] and not row[figure]:
                console.print(f"[red]worse:[/] {row['name']} is no longer {figure}")
        if old and (old["proof"] or {}).get("correct") and not (row["proof"] or {}).get("correct"):
            console.print(f"[red]worse:[/] {row['name']} is no longer correct")


if __name__ == "__main__":
    time.tzset()
    sys.exit(main())

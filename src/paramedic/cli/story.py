"""What the demo shows: the crash, the stages as they happen, and at the end the proofs, the diffs and the branches."""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Mapping
from types import ModuleType, TracebackType
from typing import Any

import httpx2
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from paramedic.cli.stage import EXAMPLE, RELEASE, Stage, branches
from paramedic.cli.terminal import printable
from paramedic.cli.verdict import show_diff
from paramedic.model.repair import Verdict

ROUNDS = 4
MOST_SECONDS = 240.0
COLOURS = ("cyan", "magenta", "yellow", "green", "blue", "bright_red")
BADGES = {
    Verdict.PROVEN_FIX.value: "bold black on green",
    Verdict.NO_CODE_FIX.value: "bold white on blue",
    Verdict.REPRODUCED.value: "bold black on yellow",
    Verdict.DIAGNOSED.value: "bold black on yellow",
    Verdict.NOT_FOUND.value: "bold white on red",
}


class Story:
    """Told once; ``came_out`` says afterwards whether it ended as it should."""

    def __init__(self) -> None:
        self._console = Console(highlight=False, soft_wrap=True)
        self._stage = Stage()
        self._read: dict[str, int] = {}
        self._colours: dict[int, str] = {}
        self._titles: dict[int, str] = {}
        self.came_out = False

    def __enter__(self) -> Story:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stage.close()

    def tell(self) -> None:
        began = time.monotonic()
        self._say("A bare git remote with five releases of the storefront")
        remote = self._stage.build_remote()
        self._say("Paramedic on loopback, on SQLite: one web process, one worker")
        paramedic = self._stage.start_paramedic(remote)
        self._say(f"The storefront {RELEASE} under the real sentry_sdk, with our DSN")
        service = self._stage.start_service(paramedic, remote)
        self._client = httpx2.Client(base_url=paramedic, timeout=30.0)
        traffic = _load("traffic")
        self._say(f"{ROUNDS} rounds of customers: {len(traffic.FINE)} requests that work, {len(traffic.CRASHING)} that do not")
        statuses = traffic.run(service, ROUNDS)
        for path, status in statuses.items():
            self._console.print(f"   [red]{status}[/] {escape(path)}")
        self._say("What becomes of each crash")
        sessions = self._follow(len(statuses))
        self._end(sessions, branches(remote))
        self._address = paramedic
        self._console.print(f"\n[dim]{time.monotonic() - began:.0f} s from an empty folder to here[/]")

    def wait(self) -> None:
        """Leave everything up until a key interrupts."""
        self._console.print(f"Paramedic is up at {self._address} (API under /api/issues). Ctrl-C ends it.")
        try:
            while True:
                time.sleep(3600)
        except KeyboardInterrupt:
            self._console.print("Stopping.")

    def _say(self, line: str) -> None:
        self._console.print(f"[bold green]▸[/] {escape(line)}")

    def _follow(self, expected: int) -> list[dict[str, Any]]:
        """Print what the sessions log, as they log it, until each crash has its verdict."""
        deadline = time.monotonic() + MOST_SECONDS
        while time.monotonic() < deadline:
            self._meet_issues()
            sessions = self._get("/api/sessions")["sessions"]
            for session in reversed(sessions):
                self._follow_log(session)
            over = [session for session in sessions if session["state"] in ("finished", "failed")]
            if len(over) >= expected and len(over) == len(sessions):
                return [self._get(f"/api/sessions/{session['id']}") for session in reversed(sessions)]
            time.sleep(0.3)
        return []

    def _meet_issues(self) -> None:
        for issue in self._get("/api/issues")["issues"]:
            if issue["id"] not in self._colours:
                self._colours[issue["id"]] = COLOURS[len(self._colours) % len(COLOURS)]
                self._titles[issue["id"]] = issue["title"]

    def _follow_log(self, session: Mapping[str, Any]) -> None:
        after = self._read.get(session["id"], 0)
        for line in self._get(f"/api/sessions/{session['id']}/log?after={after}")["lines"]:
            self._read[session["id"]] = line["seq"]
            colour = self._colours.get(session["issue_id"], "white")
            text = printable(line["text"]).replace("\n", " ")[:150]
            self._console.print(f"   [{colour}]#{session['issue_id']} {line['stage']:<11}[/] {escape(text)}")

    def _end(self, sessions: list[dict[str, Any]], pushed: Mapping[str, str]) -> None:
        for session in sessions:
            self._show(session)
        self._say("Branches in the remote")
        for name, commit in pushed.items():
            self._console.print(f"   [bold]{escape(name)}[/] [dim]{commit[:12]}[/]")
        self._summary(sessions)
        verdicts = [session["verdict"] for session in sessions]
        proven = verdicts.count(Verdict.PROVEN_FIX.value)
        on_branches = sum(name.startswith("paramedic/") for name in pushed)
        self.came_out = proven >= 3 and on_branches >= proven and Verdict.NO_CODE_FIX.value in verdicts

    def _show(self, session: Mapping[str, Any]) -> None:
        verdict, result = session["verdict"] or "failed", session["result"] or {}
        diagnosis, fix, proof = (result.get(part) or {} for part in ("diagnosis", "fix", "proof"))
        self._console.rule(style="dim")
        self._console.print(Text(printable(self._titles.get(session["issue_id"], "?")), style="bold red"))
        label = verdict.replace("_", " ").upper()
        self._console.print(
            Text(f" {label} ", style=BADGES.get(verdict, "bold white on red")), escape(printable(str(session["summary"])))
        )
        self._console.print(f"[bold]Cause[/] {escape(printable(str(diagnosis.get('summary', ''))))}")
        if fix:
            show_diff(self._console, fix["diff"])
        for name, run in proof.items():
            if name.startswith(("reproduction_", "suite_")) and run:
                mark = "[green]passes[/]" if run["exit_code"] == 0 else "[red]fails[/] "
                self._console.print(f"   {name.replace('_', ' '):<20} {mark} {run['passed']} passed, {run['failed']} failed")

    def _summary(self, sessions: list[dict[str, Any]]) -> None:
        table = Table(title="Verdicts", title_justify="left")
        for column in ("issue", "crash", "verdict", "seconds"):
            table.add_column(column)
        for session in sessions:
            seconds = sum((session["result"] or {}).get("seconds", {}).values())
            title = escape(printable(self._titles.get(session["issue_id"], "?")))
            table.add_row(f"#{session['issue_id']}", title, session["verdict"] or "failed", f"{seconds:.1f}")
        self._console.print(table)

    def _get(self, path: str) -> Any:
        answer = self._client.get(path)
        answer.raise_for_status()
        return answer.json()


def _load(name: str) -> ModuleType:
    """A module of the example, which is not on the path."""
    found = importlib.util.spec_from_file_location(f"storefront_{name}", EXAMPLE / f"{name}.py")
    if found is None or found.loader is None:
        raise ImportError(name)
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module

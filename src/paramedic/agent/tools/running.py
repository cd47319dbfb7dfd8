"""Run something of the project in the sandbox: no network, a private copy, nothing outlives the call."""

from __future__ import annotations

from pydantic import Field

from paramedic.agent.tools.base import Arguments, Tool, Workshop
from paramedic.model.agent import Outcome
from paramedic.model.errors import SandboxUnavailable
from paramedic.model.execution import Limits
from paramedic.model.repair import Run
from paramedic.model.toolbox import ToolState
from paramedic.sandbox.project import ProjectRunner

_SECONDS = 120.0


class RunCommand(Arguments):
    command: str = Field(min_length=1, max_length=4000, description="A shell line; python is the project's own.")


class RunTests(Arguments):
    nodes: list[str] = Field(description="Test files or node ids; empty for all.", max_length=20)


def _command(shop: Workshop, asked: RunCommand) -> Outcome:
    limits = Limits(wall_seconds=_SECONDS, output_bytes=200_000)
    done = _runner(shop).shell(asked.command, overlay=shop.work.overlay, limits=limits)
    said = [f"exit code {done.exit_code}{', time ran out' if done.timed_out else ''}", done.stdout, done.stderr]
    return Outcome(ToolState.SUCCESS, "\n".join(part for part in said if part))


def _tests(shop: Workshop, asked: RunTests) -> Outcome:
    limits = Limits(wall_seconds=2 * _SECONDS, cpu_seconds=int(2 * _SECONDS))
    run = _runner(shop).tests(
        [node for node in asked.nodes if not node.startswith("-")], overlay=shop.work.overlay, limits=limits
    )
    return Outcome(ToolState.SUCCESS, _told(run))


def _told(run: Run) -> str:
    counts = "" if run.passed is None else f", {run.passed} passed, {run.failed} failed"
    return f"exit code {run.exit_code}{counts}\n{run.problem}\n{run.output}".replace("\n\n", "\n")


def _runner(shop: Workshop) -> ProjectRunner:
    if shop.case.runner is None:
        raise SandboxUnavailable("Nothing of this project can be run here.", remedy="Go on by reading.")
    return shop.case.runner


TOOLS = (
    Tool(
        "run",
        "Run a shell line in the sandbox, on a copy of the work tree with your edits. There is no network.",
        RunCommand,
        _command,
    ),
    Tool("run_tests", "Run tests of the project, with your edits.", RunTests, _tests),
)

"""The operator's or the repository's own commands that prepare an environment, instead of what is detected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from paramedic.model.errors import EnvironmentFailed
from paramedic.model.execution import Command, Mount
from paramedic.sandbox.choose import choose_sandbox
from paramedic.sandbox.copies import copy_file, without_data
from paramedic.sandbox.installation import Installation
from paramedic.sandbox.uv import LIMITS, failure, interpreter_mounts
from paramedic.source.tree import SourceTree

_PROJECT = "/project"


def run_setup(commands: Sequence[str], installation: Installation, tree: SourceTree) -> None:
    """Run each command in a shell in a private copy of the tree, with pip and uv at hand and the environment active.

    In the sandbox, with network and a private cache. Raises ``EnvironmentFailed`` at the first that fails.
    """
    installation.create(seed=True)
    source = installation.scratch / "source"
    for path in without_data(tree):
        copy_file(tree.root / path, source / path, tree.root)
    uv = replace(installation.uv, private=installation.scratch / "uv-cache")
    for command in commands:
        done = choose_sandbox("auto", network=True).run(_command(command, installation, source, uv.environment(Path("/tmp/uv"))))  # noqa: S108
        if done.exit_code:
            raise EnvironmentFailed(f"The setup command {command!r} failed: {failure(done)}", remedy="Correct setup.")


def _command(line: str, installation: Installation, source: Path, settings: dict[str, str]) -> Command:
    folder = installation.folder
    return Command(
        argv=("/bin/sh", "-c", line),
        directory=_PROJECT,
        mounts=(
            *interpreter_mounts(installation.interpreter),
            Mount(installation.uv.binary, "/paramedic/bin/uv"),
            Mount(folder, str(folder), writable=True),
            Mount(source, _PROJECT, writable=True),
        ),
        environment=settings | {"PATH": f"{folder}/bin:/paramedic/bin:/usr/bin:/bin", "VIRTUAL_ENV": str(folder)},
        limits=LIMITS,
    )

"""``.paramedic.toml``: what a repository itself says about how it is set up and tested."""

from __future__ import annotations

from dataclasses import dataclass

from paramedic.model.errors import SourceError
from paramedic.source.roots import parse_toml
from paramedic.source.tree import SourceTree

NAME = ".paramedic.toml"


@dataclass(frozen=True, slots=True)
class ProjectFile:
    """Untrusted like everything in a repository: its commands run in the sandbox only."""

    python: str | None = None
    setup: tuple[str, ...] = ()
    test: str | None = None


def read_project_file(tree: SourceTree) -> ProjectFile:
    """The file's values; empty when there is none. A path as ``python`` is not taken: it would name a program of ours."""
    try:
        raw = parse_toml(tree.text(NAME))
    except SourceError:
        return ProjectFile()
    python, setup, test = raw.get("python"), raw.get("setup"), raw.get("test")
    commands = [setup] if isinstance(setup, str) else setup if isinstance(setup, list) else []
    return ProjectFile(
        python=python if isinstance(python, str) and "/" not in python else None,
        setup=tuple(command for command in commands if isinstance(command, str)),
        test=test if isinstance(test, str) else None,
    )

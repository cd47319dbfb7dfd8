"""Isolated execution: what is run, under which limits, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one run. Memory and file sizes in MiB; ``output_bytes`` bounds each kept stream."""

    wall_seconds: float = 120.0
    cpu_seconds: int = 120
    memory_mib: int = 4096
    processes: int = 256
    file_mib: int = 256
    open_files: int = 1024
    output_bytes: int = 1_000_000


@dataclass(frozen=True, slots=True)
class Mount:
    """A host path made visible inside. Read-only unless ``writable``."""

    source: Path
    target: str
    writable: bool = False


@dataclass(frozen=True, slots=True)
class Command:
    """What to run. Nothing of the host's environment is passed on: ``environment`` is all there is.

    ``files`` are texts placed read-only at absolute paths inside, over whatever is mounted there.
    """

    argv: tuple[str, ...]
    directory: str
    mounts: tuple[Mount, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    limits: Limits = Limits()
    stdin: bytes = b""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a command. ``exit_code`` is 128 + n when signal n ended it; ``timed_out`` when our clock did."""

    exit_code: int
    stdout: str
    stderr: str
    seconds: float
    timed_out: bool = False
    truncated: bool = False


class Sandbox(Protocol):
    """Runs a command in isolation: no network, read-only system, nothing outlives the call.

    Raises ``SandboxUnavailable`` when isolation cannot be had; it never runs without.
    """

    name: str

    def run(self, command: Command) -> Outcome: ...

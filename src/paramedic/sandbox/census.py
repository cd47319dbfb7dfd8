"""How many processes a sandbox holds, and how much memory they have to themselves.

Limits of the kernel per process do not add up: a thousand children below the memory limit are a thousand times the limit,
and the limit on processes does not bind the superuser. Counting from outside binds everybody and needs no privilege.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from paramedic.model.execution import Limits

_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class Census:
    processes: int
    private_bytes: int


def take(pid: int, most: int) -> Census:
    """Count ``pid`` and its descendants, stopping soon after ``most``. A process that has gone counts as nothing."""
    waiting, seen, private = [pid], 0, 0
    while waiting and seen <= most:
        current = waiting.pop()
        seen += 1
        private += _private_bytes(current)
        waiting += _children(current)
    return Census(seen, private)


def _children(pid: int) -> list[int]:
    found: list[int] = []
    try:
        for task in Path(f"/proc/{pid}/task").iterdir():
            found += map(int, (task / "children").read_bytes().split())
    except OSError:
        return found
    return found


def _private_bytes(pid: int) -> int:
    try:
        fields = Path(f"/proc/{pid}/statm").read_bytes().split()
        return (int(fields[1]) - int(fields[2])) * _PAGE
    except (OSError, IndexError, ValueError):
        return 0


def exceeded(pid: int, limits: Limits) -> str | None:
    """Which limit the tree of processes under ``pid`` is over, None when it is within them."""
    census = take(pid, limits.processes)
    if census.processes > limits.processes:
        return f"more than {limits.processes} processes"
    if census.private_bytes > limits.memory_mib * 2**20:
        return f"more than {limits.memory_mib} MiB of memory"
    return None

"""Workers and whether they live. A worker that is silent for ten seconds, or whose process is gone, is dead."""

from __future__ import annotations

import os
import socket
import time
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import sqlalchemy as sa

from paramedic.store.schema import workers

SILENCE_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Worker:
    """``machine`` tells apart process tables: two workers share one exactly when their process ids can be compared."""

    id: str
    machine: str
    pid: int


def this_worker() -> Worker:
    machine = _machine()
    return Worker(f"{socket.gethostname()[:40]}-{os.getpid()}-{uuid4().hex[:8]}", machine, os.getpid())


def beat(connection: sa.Connection, worker: Worker) -> None:
    """Say that ``worker`` lives. The first beat enters it."""
    now = time.time()
    beaten = connection.execute(sa.update(workers).where(workers.c.id == worker.id).values(beat_at=now))
    if beaten.rowcount == 0:
        row = {"id": worker.id, "machine": worker.machine, "pid": worker.pid, "started_at": now, "beat_at": now}
        connection.execute(sa.insert(workers).values(row))


def retire(connection: sa.Connection, worker_id: str) -> None:
    """Say that the worker will not come back; whoever looks next takes over what it left."""
    connection.execute(sa.update(workers).where(workers.c.id == worker_id).values(beat_at=0.0))


def leave(connection: sa.Connection, worker_id: str) -> None:
    connection.execute(sa.delete(workers).where(workers.c.id == worker_id))


def living(connection: sa.Connection) -> tuple[Worker, ...]:
    rows = connection.execute(sa.select(workers.c.id, workers.c.machine, workers.c.pid, workers.c.beat_at)).all()
    return tuple(Worker(row.id, row.machine, row.pid) for row in rows if not _is_dead(row.machine, row.pid, row.beat_at))


def dead(connection: sa.Connection, own: str) -> tuple[str, ...]:
    """Workers that will not come back, ``own`` never among them."""
    rows = connection.execute(sa.select(workers.c.id, workers.c.machine, workers.c.pid, workers.c.beat_at)).all()
    return tuple(row.id for row in rows if row.id != own and _is_dead(row.machine, row.pid, row.beat_at))


def claim_burial(connection: sa.Connection, dead_id: str, heir: str) -> bool:
    """True for the one worker that may take over from ``dead_id``; another may try when that one dies over it."""
    now = time.time()
    free = sa.or_(workers.c.heir.is_(None), workers.c.heir_at < now - SILENCE_SECONDS)
    claimed = connection.execute(sa.update(workers).where(workers.c.id == dead_id, free).values(heir=heir, heir_at=now))
    return claimed.rowcount == 1


def is_known(connection: sa.Connection, worker_id: str) -> bool:
    return connection.execute(sa.select(workers.c.id).where(workers.c.id == worker_id)).first() is not None


def _is_dead(machine: str, pid: int, beat_at: float) -> bool:
    if time.time() - beat_at > SILENCE_SECONDS:
        return True
    return machine == _machine() and not Path(f"/proc/{pid}").exists()


def _machine() -> str:
    """This boot of this machine, and the process table within it: containers may share the first, never both."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot}/{Path('/proc/self/ns/pid').stat().st_ino}"
    except OSError:
        # No such files outside Linux: process ids are then never compared, and silence alone decides.
        return uuid4().hex

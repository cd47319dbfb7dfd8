"""A PostgreSQL server of our own for as long as it is needed: the system's binaries, a fresh cluster, loopback only."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def postgres_binaries() -> Path | None:
    """The folder that holds ``initdb`` and ``pg_ctl``, None when PostgreSQL is not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
    if found:
        return found[0].parent
    path = shutil.which("initdb")
    return Path(path).resolve().parent if path else None


@contextmanager
def running_postgres(folder: Path) -> Iterator[str]:
    """Start a server in ``folder``; its URL. The server refuses to be root, so root starts it as the user postgres."""
    binaries = postgres_binaries()
    if binaries is None:
        raise FileNotFoundError("PostgreSQL is not installed: apt-get install postgresql")
    folder.mkdir(parents=True)
    if os.getuid() == 0:
        _open_way(folder)
    port = _free_port()
    data = str(folder / "data")
    _run(str(binaries / "initdb"), "-D", data, "-U", "paramedic", "--auth=trust", "--no-sync")
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1"
    _run(str(binaries / "pg_ctl"), "-D", data, "-w", "-l", str(folder / "log"), "-o", options, "start")
    try:
        yield f"postgresql://paramedic@127.0.0.1:{port}/postgres"
    finally:
        _run(str(binaries / "pg_ctl"), "-D", data, "-m", "immediate", "stop")


def _open_way(folder: Path) -> None:
    shutil.chown(folder, "postgres", "postgres")
    for parent in folder.parents[:-2]:
        parent.chmod(parent.stat().st_mode | 0o011)


def _run(*command: str) -> None:
    as_postgres = ("runuser", "-u", "postgres", "--") if os.getuid() == 0 else ()
    # The server would keep the pipes of a captured output open.
    subprocess.run([*as_postgres, *command], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

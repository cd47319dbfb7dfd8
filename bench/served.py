"""``paramedic serve`` as a user starts it, in a home of its own and on loopback: one web process, and a worker if wanted."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import httpx2
import sqlalchemy as sa

from paramedic.store.engine import open_engine

START_SECONDS = 180.0
_OURS = ("PARAMEDIC_", "SENTRY_", "GITHUB_", "GITLAB_", "GITEA_", "DATABASE_URL", "WEBHOOK_SECRET", "APP_ENV", "TEST_MODE")


@dataclass(frozen=True)
class Served:
    """Where it is to be reached, and its files."""

    url: str
    home: Path

    @cached_property
    def engine(self) -> sa.Engine:
        return open_engine(f"sqlite:///{self.home / 'paramedic.db'}")

    @property
    def log(self) -> str:
        return (self.home / "serve.log").read_text(encoding="utf-8", errors="replace")


def outside_environment() -> dict[str, str]:
    """Ours without what would point Paramedic at a real system."""
    return {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}


@contextmanager
def serving(home: Path, settings: Mapping[str, str], *, worker: bool = True) -> Iterator[Served]:
    """Start it; ended with SIGTERM, which its worker is given to put its work down."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    ours = {"PARAMEDIC_HOME": str(home), "PARAMEDIC_PORT": str(port), "PARAMEDIC_PUBLIC_URL": url}
    command = [sys.executable, "-m", "paramedic", "serve", *([] if worker else ["--no-worker"])]
    with (home / "serve.log").open("wb") as log:
        process = subprocess.Popen(command, env={**outside_environment(), **settings, **ours}, stdout=log, stderr=log)
    served = Served(url, home)
    try:
        _await(served, process)
        yield served
    finally:
        end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _await(served: Served, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            httpx2.get(f"{served.url}/health", timeout=2.0)
        except httpx2.TransportError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"Paramedic did not start:\n{served.log[-3000:]}")

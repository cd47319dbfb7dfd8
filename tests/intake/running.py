"""The real web process, on loopback, for tests."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import httpx2
import sqlalchemy as sa

from paramedic.store.engine import open_engine

KEY = "0123456789abcdef0123456789abcdef"
SECRET = "our-own-secret"
CONFIGURATION = f'[projects.desk]\nid = 7\npublic_key = "{KEY}"\n'
_OURS = ("PARAMEDIC_", "SENTRY_", "DATABASE_URL", "WEBHOOK_SECRET", "APP_ENV")


@dataclass(frozen=True)
class Web:
    """A running web process. ``dsn`` is what an SDK is given."""

    url: str
    home: Path
    process: subprocess.Popen[bytes]

    @property
    def dsn(self) -> str:
        return self.url.replace("://", f"://{KEY}@") + "/7"

    @property
    def engine(self) -> sa.Engine:
        return open_engine(f"sqlite:///{self.home / 'paramedic.db'}")

    def post(self, path: str, content: bytes = b"", headers: Mapping[str, str] | None = None) -> httpx2.Response:
        return httpx2.post(self.url + path, content=content, headers=dict(headers or {}), timeout=20.0)


@contextmanager
def running_web(home: Path, configuration: str = CONFIGURATION, *, errors: Path | None = None, **settings: str) -> Iterator[Web]:
    """Start it with these environment variables and nothing of ours from outside; what it complains of goes to ``errors``."""
    home.mkdir(parents=True, exist_ok=True)
    (home / "paramedic.toml").write_text(configuration)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
    environment = inherited | {"PARAMEDIC_HOME": str(home), "PARAMEDIC_PORT": str(port), **settings}
    with errors.open("wb") if errors else nullcontext() as log:
        process = subprocess.Popen([sys.executable, "-m", "paramedic.web.server"], env=environment, stderr=log)
    url = f"http://127.0.0.1:{port}"
    try:
        _await(url, process)
        yield Web(url, home, process)
    finally:
        process.kill()
        process.wait()


def _await(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        assert process.poll() is None, "the web process ended"
        try:
            httpx2.get(url + "/metrics")
        except httpx2.TransportError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the web process did not start")

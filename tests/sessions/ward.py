"""A home with a database, a configured repository and an issue, and worker processes on it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.standins.shop import crash_event, git, make_repository

from paramedic.store import sessions as store
from paramedic.store.engine import open_engine, reading
from paramedic.store.events import Sample
from paramedic.store.issues import Sighting, listed, record
from paramedic.store.migrate import upgrade
from paramedic.store.schema import workers
from paramedic.store.sessions import NewSession, SessionState

CONFIGURATION = """
[repositories.shop]
url = "{url}"
forge = "git"

[projects.shop]
repository = "shop"

[effects]
push = "auto"
"""


class Ward:
    """A home with a database, a configured repository, and one issue with a crash in it."""

    def __init__(self, folder: Path, database_url: str | None = None) -> None:
        self.home = folder / "home"
        self.home.mkdir(parents=True)
        self.remote = make_repository(folder)
        (self.home / "paramedic.toml").write_text(CONFIGURATION.format(url=self.remote))
        self.url = database_url or f"sqlite:///{self.home}/paramedic.db"
        self.engine = open_engine(self.url.replace("postgresql://", "postgresql+psycopg://"))
        upgrade(self.engine)
        self.log = folder / "worker.log"

    def add_issue(self, key: str = "a") -> int:
        now = datetime.now(UTC)
        event = crash_event(fingerprint=key)
        sample = Sample(str(event["event_id"]), now, json.dumps(event).encode())
        seen = Sighting("shop", key, "KeyError: 'note'", "shop.rows in note", "error", "python", {"key": key})
        seen.count, seen.first_seen, seen.last_seen, seen.samples = 1, now, now, [sample]
        seen.hours = {int(time.time()) // 3600: 1}
        with self.engine.begin() as connection:
            record(connection, [seen])
            return next(issue.id for issue in listed(connection) if issue.group_key == key)

    def start(self, issue: int) -> str:
        with self.engine.begin() as connection:
            return store.start(connection, NewSession(issue, "shop", "pull_request", None, "a test"))[0]

    def session(self, session_id: str) -> store.Session:
        with reading(self.engine).connect() as connection:
            return store.read(connection, session_id)

    def lines(self, session_id: str) -> list[tuple[int, str, str]]:
        with reading(self.engine).connect() as connection:
            return [(line.seq, line.stage, line.text) for line in store.log_after(connection, session_id)]

    def workers(self) -> list[int]:
        """Process ids of the workers that the database knows."""
        with reading(self.engine).connect() as connection:
            return list(connection.execute(sa.select(workers.c.pid)).scalars())

    def branches(self) -> list[str]:
        return git(self.remote, "for-each-ref", "--format=%(refname:short)", "refs/heads/paramedic").split()

    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name != "PARAMEDIC_SUPERVISOR_PID"}
        return kept | {"PARAMEDIC_HOME": str(self.home), "DATABASE_URL": self.url}

    @contextmanager
    def worker(self) -> Iterator[subprocess.Popen[bytes]]:
        with self.log.open("ab") as log:
            command = [sys.executable, "-m", "paramedic.sessions.worker"]
            process = subprocess.Popen(command, env=self.environment(), stdout=log, stderr=log)
        try:
            yield process
        finally:
            process.kill()
            process.wait()

    def wait(self, until: Callable[[], bool], seconds: float = 200.0) -> float:
        """Seconds until it was so; fails with the worker's log when it never was."""
        began = time.monotonic()
        while not until():
            if time.monotonic() - began > seconds:
                pytest.fail(f"still waiting after {seconds} s:\n{self.log.read_text()[-4000:]}")
            time.sleep(0.05)
        return time.monotonic() - began


def ended(ward: Ward, session_id: str) -> Callable[[], bool]:
    return lambda: ward.session(session_id).state in (SessionState.FINISHED, SessionState.FAILED)

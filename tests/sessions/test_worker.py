"""The worker process from the outside: real database, real repository, real sandbox, and SIGKILL."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.standins.shop import crash_event, make_repository

from paramedic.store import sessions as store
from paramedic.store.engine import open_engine
from paramedic.store.events import Sample
from paramedic.store.issues import Sighting, record
from paramedic.store.migrate import upgrade
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
        self.home.mkdir()
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
            return record(connection, seen)

    def start(self, issue: int) -> str:
        with self.engine.begin() as connection:
            return store.start(connection, NewSession(issue, "shop", "pull_request", None, "a test"))[0]

    def session(self, session_id: str) -> store.Session:
        with self.engine.connect() as connection:
            return store.read(connection, session_id)

    def lines(self, session_id: str) -> list[tuple[int, str, str]]:
        with self.engine.connect() as connection:
            return [(line.seq, line.stage, line.text) for line in store.log_after(connection, session_id)]

    @contextmanager
    def worker(self) -> Iterator[subprocess.Popen[bytes]]:
        environment = {**os.environ, "PARAMEDIC_HOME": str(self.home), "DATABASE_URL": self.url}
        environment.pop("PARAMEDIC_SUPERVISOR_PID", None)
        with self.log.open("ab") as log:
            command = [sys.executable, "-m", "paramedic.sessions.worker"]
            process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            yield process
        finally:
            process.kill()
            process.wait()

    def wait(self, until: Callable[[], bool], seconds: float = 60.0) -> float:
        """Seconds until it was so; fails with the worker's log when it never was."""
        began = time.monotonic()
        while not until():
            if time.monotonic() - began > seconds:
                pytest.fail(f"still waiting after {seconds} s:\n{self.log.read_text()[-4000:]}")
            time.sleep(0.05)
        return time.monotonic() - began


@pytest.fixture
def ward(tmp_path: Path) -> Ward:
    return Ward(tmp_path)


def _ended(ward: Ward, session_id: str) -> Callable[[], bool]:
    return lambda: ward.session(session_id).state in (SessionState.FINISHED, SessionState.FAILED)


@pytest.mark.sandbox
def test_a_session_goes_through_all_stages_and_ends_with_a_verdict(ward: Ward) -> None:
    session_id = ward.start(ward.add_issue())
    with ward.worker() as process:
        ward.wait(_ended(ward, session_id))
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    session = ward.session(session_id)
    assert session.state is SessionState.FINISHED, session.summary
    assert session.verdict in ("proven_fix", "reproduced")
    assert session.result["reproduction"]["exception"] == "KeyError"
    assert set(session.result["seconds"]) >= {"gather", "prepare", "diagnose", "environment", "reproduce", "prove"}
    lines = ward.lines(session_id)
    assert [seq for seq, _stage, _text in lines] == list(range(1, len(lines) + 1))
    assert any("release shop@1.0.0 is tag v1.0.0" in text for _seq, _stage, text in lines)


@pytest.mark.sandbox
def test_a_killed_workers_session_goes_on_from_its_last_finished_stage(ward: Ward) -> None:
    session_id = ward.start(ward.add_issue())
    with ward.worker():
        ward.wait(lambda: ward.session(session_id).stage in ("environment", "reproduce", "prove"))
    with ward.worker():
        taken = ward.wait(_ended(ward, session_id))
    assert ward.session(session_id).state is SessionState.FINISHED
    assert taken < 30
    lines = [text for _seq, stage, text in ward.lines(session_id) if stage in ("gather", "prepare")]
    assert len(lines) == len(set(lines)), "no finished stage speaks twice"


def test_a_stage_that_takes_its_worker_with_it_is_given_up(ward: Ward) -> None:
    session_id = ward.start(ward.add_issue())
    with ward.engine.begin() as connection:
        connection.execute(sa.text("UPDATE sessions SET state = 'running', stage = 'prove', attempts = 5"))
    with ward.worker():
        ward.wait(_ended(ward, session_id))
    session = ward.session(session_id)
    assert session.state is SessionState.FAILED
    assert "prove" in session.summary


def test_a_project_without_a_repository_is_told_what_to_configure(ward: Ward) -> None:
    config = ward.home / "paramedic.toml"
    config.write_text(config.read_text().replace('repository = "shop"', ""))
    session_id = ward.start(ward.add_issue())
    with ward.worker():
        ward.wait(_ended(ward, session_id))
    session = ward.session(session_id)
    assert session.verdict == "not_found"
    assert '[projects."shop"]' in session.summary


def test_an_issue_has_one_live_session_and_a_new_one_is_told_of_the_last(ward: Ward) -> None:
    issue = ward.add_issue()
    first = ward.start(issue)
    assert ward.start(issue) == first
    with ward.engine.begin() as connection:
        store.finish(connection, first, SessionState.FINISHED, verdict="diagnosed", summary="a missing key")
    second = ward.start(issue)
    assert second != first
    with ward.worker():
        ward.wait(_ended(ward, second))
    assert any("a missing key" in text for _seq, _stage, text in ward.lines(second))


def test_a_worker_ends_when_its_supervisor_was_killed(ward: Ward) -> None:
    environment = {**os.environ, "PARAMEDIC_HOME": str(ward.home), "PARAMEDIC_SUPERVISOR_PID": "1"}
    environment.pop("DATABASE_URL", None)
    done = subprocess.run(
        [sys.executable, "-m", "paramedic.sessions.worker"], env=environment, timeout=60, check=False, capture_output=True
    )
    assert done.returncode == 0
    assert b"supervisor_gone" in done.stdout + done.stderr


def test_odd_settings_end_the_worker_with_the_variables_name(ward: Ward) -> None:
    environment = {**os.environ, "PARAMEDIC_HOME": str(ward.home), "DATABASE_URL": "mysql://nowhere"}
    done = subprocess.run(
        [sys.executable, "-m", "paramedic.sessions.worker"], env=environment, timeout=60, check=False, capture_output=True
    )
    assert done.returncode == 2
    assert b"DATABASE_URL" in done.stderr

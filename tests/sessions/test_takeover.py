"""Two workers on one database: one of them falls silent without dying, and the other one takes over."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.sessions.ward import Ward, ended

from bench.postgres import postgres_binaries, running_postgres
from paramedic.store.sessions import SessionState

TAKEOVER_SECONDS = 30.0


@pytest.mark.slow
@pytest.mark.sandbox
@pytest.mark.postgres
def test_a_silent_workers_session_is_taken_over_within_thirty_seconds(tmp_path: Path) -> None:
    if postgres_binaries() is None:
        pytest.skip("PostgreSQL is not installed")
    with running_postgres(tmp_path / "pg") as url:
        ward = Ward(tmp_path / "ward", url)
        session_id = ward.start(ward.add_issue())
        with ward.worker() as silent:
            ward.wait(lambda: ward.session(session_id).stage in ("prepare", "diagnose", "environment", "reproduce"))
            with ward.worker() as heir:
                ward.wait(lambda: heir.pid in ward.workers())
                silent.send_signal(signal.SIGSTOP)
                ward.wait(lambda: silent.pid not in ward.workers(), TAKEOVER_SECONDS)
                ward.wait(ended(ward, session_id))
                silent.send_signal(signal.SIGCONT)
                time.sleep(3)
        assert ward.session(session_id).state is SessionState.FINISHED
        lines = ward.lines(session_id)
        assert [seq for seq, _stage, _text in lines] == list(range(1, len(lines) + 1))
        assert sum(stage == "verdict" for _seq, stage, _text in lines) == 1
        assert len(ward.branches()) == 1


def test_serve_restarts_what_dies_and_takes_its_children_with_it(tmp_path: Path) -> None:
    ward = Ward(tmp_path)
    environment = ward.environment() | {"PARAMEDIC_PORT": "0"}
    command = [sys.executable, "-c", "from paramedic.cli import main; main()", "serve"]
    with ward.log.open("ab") as log:
        serve = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        ward.wait(lambda: len(_children(serve.pid)) == 2)
        ward.wait(lambda: "listening on http://127.0.0.1:" in ward.log.read_text())
        worker = _children(serve.pid)["paramedic.sessions.worker"]
        os.kill(worker, signal.SIGKILL)
        ward.wait(lambda: _children(serve.pid).get("paramedic.sessions.worker", worker) != worker)
        children = _children(serve.pid)
        serve.send_signal(signal.SIGTERM)
        assert serve.wait(40) == 0
        ward.wait(lambda: not any(Path(f"/proc/{pid}").exists() for pid in children.values()), 5)
    finally:
        serve.kill()


def test_serve_with_a_wrong_setting_ends_with_its_name(tmp_path: Path) -> None:
    ward = Ward(tmp_path)
    (ward.home / "paramedic.toml").write_text("[effects]\nfly = 'auto'\n")
    command = [sys.executable, "-c", "from paramedic.cli import main; main()", "serve"]
    environment = ward.environment() | {"PARAMEDIC_PORT": "0"}
    done = subprocess.run(command, env=environment, capture_output=True, timeout=60, check=False)
    assert done.returncode == 2
    assert b"effects.fly" in done.stderr


def test_serve_says_which_address_is_taken_and_ends(tmp_path: Path) -> None:
    ward = Ward(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = _serve(ward, PARAMEDIC_PORT=str(port))
    assert done.returncode == 2
    assert f"The address 127.0.0.1:{port} is taken" in done.stderr
    assert "PARAMEDIC_PORT" in done.stderr
    assert "process_" not in done.stderr


def test_serve_is_not_started_where_strangers_would_be_served(tmp_path: Path) -> None:
    ward = Ward(tmp_path)
    done = _serve(ward, PARAMEDIC_PORT="0", PARAMEDIC_PUBLIC_URL="https://paramedic.acme.example")
    assert done.returncode == 2
    assert "PARAMEDIC_PUBLIC_URL is https://paramedic.acme.example, and PARAMEDIC_API_TOKEN is not set" in done.stderr
    assert "process_started" not in done.stderr


def _serve(ward: Ward, **settings: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "paramedic", "serve", "--no-worker"]
    environment = ward.environment() | settings
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)


def _children(parent: int) -> dict[str, int]:
    found = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            status, command = (entry / "stat").read_text(), (entry / "cmdline").read_bytes().decode().split("\0")
        except OSError:
            continue
        if int(status.rpartition(")")[2].split()[1]) == parent and len(command) > 2:
            found[command[2]] = int(entry.name)
    return found

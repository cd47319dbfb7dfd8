"""The worker process from the outside: real database, real repository, real sandbox, and SIGKILL."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.sessions.ward import Ward, ended

from paramedic.sessions.conversing import terminate
from paramedic.store import sessions as store
from paramedic.store.sessions import SessionState


@pytest.fixture
def ward(tmp_path: Path) -> Ward:
    return Ward(tmp_path)


@pytest.mark.sandbox
def test_a_session_goes_through_all_stages_and_ends_with_a_verdict(ward: Ward) -> None:
    session_id = ward.start(ward.add_issue())
    with ward.worker() as process:
        ward.wait(ended(ward, session_id))
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    session = ward.session(session_id)
    assert session.state is SessionState.FINISHED, session.summary
    assert session.verdict == "proven_fix", session.summary
    assert len(ward.branches()) == 1
    assert session.result["reproduction"]["exception"] == "KeyError"
    assert set(session.result["seconds"]) >= {"gather", "prepare", "diagnose", "environment", "reproduce", "prove"}
    lines = ward.lines(session_id)
    assert [seq for seq, _stage, _text in lines] == list(range(1, len(lines) + 1))
    assert any("release shop@1.0.0 is tag v1.0.0" in text for _seq, _stage, text in lines)


@pytest.mark.sandbox
def test_a_killed_workers_session_goes_on_from_its_last_finished_stage(ward: Ward) -> None:
    session_id = ward.start(ward.add_issue())
    with ward.worker() as killed:
        ward.wait(lambda: ward.session(session_id).stage in ("environment", "reproduce", "prove"))
    with ward.worker():
        ward.wait(lambda: killed.pid not in ward.workers(), 60)
        ward.wait(ended(ward, session_id))
    assert ward.session(session_id).state is SessionState.FINISHED
    lines = [text for _seq, stage, text in ward.lines(session_id) if stage in ("gather", "prepare")]
    assert len(lines) == len(set(lines)), "no finished stage speaks twice"


def test_a_stage_that_takes_its_worker_with_it_is_given_up(ward: Ward) -> None:
    session_id = ward.start(ward.add_issue())
    with ward.engine.begin() as connection:
        connection.execute(sa.text("UPDATE sessions SET state = 'running', stage = 'prove', attempts = 5"))
    with ward.worker():
        ward.wait(ended(ward, session_id))
    session = ward.session(session_id)
    assert session.state is SessionState.FAILED
    assert "prove" in session.summary


def test_a_project_without_a_repository_is_told_what_to_configure(ward: Ward) -> None:
    config = ward.home / "paramedic.toml"
    config.write_text(config.read_text().replace('repository = "shop"', ""))
    session_id = ward.start(ward.add_issue())
    with ward.worker():
        ward.wait(ended(ward, session_id))
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
        ward.wait(ended(ward, second))
    assert any("a missing key" in text for _seq, _stage, text in ward.lines(second))


def test_a_worker_ends_when_its_supervisor_was_killed(ward: Ward) -> None:
    environment = ward.environment() | {"PARAMEDIC_SUPERVISOR_PID": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "paramedic.sessions.worker"], env=environment, timeout=60, check=False, capture_output=True
    )
    assert done.returncode == 0
    assert b"supervisor_gone" in done.stdout + done.stderr


def test_odd_settings_end_the_worker_with_the_variables_name(ward: Ward) -> None:
    environment = ward.environment() | {"DATABASE_URL": "mysql://nowhere"}
    done = subprocess.run(
        [sys.executable, "-m", "paramedic.sessions.worker"], env=environment, timeout=60, check=False, capture_output=True
    )
    assert done.returncode == 2
    assert b"DATABASE_URL" in done.stderr


@pytest.mark.sandbox
def test_a_session_that_is_ended_while_it_runs_does_and_proposes_nothing_more(ward: Ward) -> None:
    session_id = ward.start(ward.add_issue())

    def engine_is_done() -> bool:
        with ward.engine.connect() as connection:
            query = "SELECT status FROM workflow_status WHERE workflow_uuid = '" + session_id + "'"
            return connection.exec_driver_sql(query).scalar() == "SUCCESS"

    with ward.worker():
        ward.wait(lambda: ward.session(session_id).stage in ("prepare", "diagnose", "environment"))
        with ward.engine.begin() as connection:
            assert terminate(connection, session_id, "a test")
            assert not terminate(connection, session_id, "a test")
        ward.wait(engine_is_done)
    ended = ward.session(session_id)
    assert (ended.state, ended.summary, ended.verdict) == (SessionState.CANCELLED, "Ended by a test.", None)
    assert ward.branches() == []
    with ward.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM effects").scalar() == 0

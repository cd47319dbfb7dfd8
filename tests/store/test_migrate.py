"""Going from one release's database to the next loses nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from paramedic.store.engine import open_engine
from paramedic.store.migrate import downgrade, upgrade

MOMENT = datetime(2026, 1, 1, tzinfo=UTC).isoformat(" ")
BEFORE = (
    (
        "INSERT INTO issues (project, group_key, title, level, first_seen, last_seen, grouping)"
        f" VALUES ('p', 'k', 't', 'error', '{MOMENT}', '{MOMENT}', '{{}}')"
    ),
    (
        "INSERT INTO sessions (id, kind, issue_id, state, action, reason, created_at)"
        f" SELECT 's', 'triage', id, 'running', 'fix', 'r', '{MOMENT}' FROM issues"
    ),
    f"INSERT INTO session_log (session_id, seq, key, at, stage, text) VALUES ('s', 1, 'k', '{MOMENT}', 'x', 'a line')",
)


def test_a_table_that_is_built_anew_takes_nothing_with_it(engine: sa.Engine) -> None:
    downgrade(engine, "base")
    upgrade(engine, "0001")
    with engine.begin() as connection:
        for statement in BEFORE:
            connection.exec_driver_sql(statement)
    for move in (lambda: upgrade(engine), lambda: downgrade(engine, "0001"), lambda: upgrade(engine)):
        move()
        with engine.connect() as connection:
            lines = connection.exec_driver_sql("SELECT text FROM session_log").scalars().all()
        assert lines == ["a line"]


def test_references_are_held_again_afterwards(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'a.db'}")
    upgrade(engine)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    engine.dispose()

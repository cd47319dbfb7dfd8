"""The short version of ``make chaos``: the whole path, killed a few times, on both databases."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.chaos import run
from bench.postgres import postgres_binaries, running_postgres

ROUNDS = 4


@pytest.mark.slow
@pytest.mark.sandbox
def test_nothing_is_lost_doubled_or_left_undone_on_sqlite(tmp_path: Path) -> None:
    verdict = run(ROUNDS, 7, None, tmp_path)
    assert verdict.clean, verdict
    assert verdict.sessions == ROUNDS


@pytest.mark.slow
@pytest.mark.sandbox
@pytest.mark.postgres
def test_nothing_is_lost_doubled_or_left_undone_on_postgresql(tmp_path: Path) -> None:
    if postgres_binaries() is None:
        pytest.skip("PostgreSQL is not installed")
    with running_postgres(tmp_path / "pg") as url:
        verdict = run(ROUNDS, 8, url, tmp_path / "town")
    assert verdict.clean, verdict
    assert verdict.sessions == ROUNDS

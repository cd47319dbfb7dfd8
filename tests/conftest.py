"""Databases for tests: SQLite in a file always, PostgreSQL when its server is installed."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from paramedic.store.engine import open_engine
from paramedic.store.migrate import downgrade, upgrade

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parent)]


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a server of our own, on loopback."""
    from bench.postgres import postgres_binaries, running_postgres

    if postgres_binaries() is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    folder = tmp_path_factory.mktemp("postgres") / "server"
    with running_postgres(folder) as url:
        yield url
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[sa.Engine]:
    """An empty database with our tables, of either kind."""
    if request.param == "sqlite":
        opened = open_engine(f"sqlite:///{tmp_path / 'paramedic.db'}")
    else:
        opened = open_engine(request.getfixturevalue("postgres_server").replace("postgresql://", "postgresql+psycopg://"))
    upgrade(opened)
    yield opened
    downgrade(opened, "base")
    opened.dispose()

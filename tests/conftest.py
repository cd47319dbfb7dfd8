"""Databases for tests: SQLite in a file always, PostgreSQL when its server is installed."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from paramedic.store.engine import open_engine

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parent)]

from tests.databases import Databases  # noqa: E402 - found by the path above


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


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Databases:
    """Of SQLite, for tests that are about one kind."""
    return Databases(tmp_path_factory.mktemp("databases"))


@pytest.fixture(scope="session")
def postgres_databases(databases: Databases, postgres_server: str) -> Databases:
    return Databases(databases.folder, postgres_server)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def engine(request: pytest.FixtureRequest, databases: Databases, tmp_path: Path) -> Iterator[sa.Engine]:
    """An empty database with our tables, of either kind."""
    if request.param == "sqlite":
        opened = open_engine(databases.copy_sqlite(tmp_path / "paramedic.db"))
        yield opened
        opened.dispose()
        return
    postgres: Databases = request.getfixturevalue("postgres_databases")
    url = postgres.new_postgres()
    opened = open_engine(url)
    yield opened
    opened.dispose()
    postgres.drop(url)

"""Bringing the database to the version of this release, and back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from paramedic.store.schema import metadata

_LOCK = 0x9A2A3ED1C


def upgrade(engine: sa.Engine, revision: str = "head") -> None:
    """Idempotent; processes that start together wait for each other."""
    with engine.connect() as connection, _rebuilding(connection):
        if connection.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_lock(_LOCK)))
        try:
            command.upgrade(_config(connection), revision)
            connection.commit()
        finally:
            # A failed migration leaves a transaction in which nothing else can be said, and hides why.
            connection.rollback()
            if connection.dialect.name == "postgresql":
                connection.execute(sa.select(sa.func.pg_advisory_unlock(_LOCK)))


def downgrade(engine: sa.Engine, revision: str) -> None:
    """Go back to ``revision``; "base" removes every table of ours, with what is in them."""
    with engine.connect() as connection, _rebuilding(connection):
        command.downgrade(_config(connection), revision)
        connection.commit()


@contextmanager
def _rebuilding(connection: sa.Connection) -> Iterator[None]:
    """SQLite changes a table by building it anew, and dropping the old one would take with it all rows that refer to it."""
    driver: Any = connection.connection.driver_connection
    sqlite = connection.dialect.name == "sqlite"
    if sqlite:
        driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        if sqlite:
            connection.rollback()
            driver.execute("PRAGMA foreign_keys=ON")


def _config(connection: sa.Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    config.attributes["target_metadata"] = metadata
    return config

"""Bringing the database to the version of this release, and back."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from paramedic.store.schema import metadata

_LOCK = 0x9A2A3ED1C


def upgrade(engine: sa.Engine, revision: str = "head") -> None:
    """Idempotent; processes that start together wait for each other."""
    with engine.connect() as connection:
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
    with engine.connect() as connection:
        command.downgrade(_config(connection), revision)
        connection.commit()


def _config(connection: sa.Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    config.attributes["target_metadata"] = metadata
    return config

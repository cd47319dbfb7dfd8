"""Opening the database: SQLite in WAL mode by default, PostgreSQL to scale out, with the same code above."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy as sa

from paramedic.model.errors import BadInput

BUSY_MILLISECONDS = 20_000
_PRAGMAS = (
    # Effective in a new database only: deliveries of many kB take fewer, longer pages.
    "page_size=16384",
    "journal_mode=WAL",
    "synchronous=FULL",
    f"busy_timeout={BUSY_MILLISECONDS}",
    "foreign_keys=ON",
    "cache_size=-64000",
    # A checkpoint stops every writer; one for each 64 MiB instead of each 16.
    "wal_autocheckpoint=4000",
)


def open_engine(url: str) -> sa.Engine:
    """An engine whose commits are durable. Raises ``BadInput`` for a URL of another kind of database."""
    try:
        kind = sa.make_url(url).get_backend_name()
    except sa.exc.ArgumentError as error:
        raise BadInput("DATABASE_URL is not a database URL.", remedy="Use sqlite:///PATH or postgresql://…") from error
    if kind == "sqlite":
        return _sqlite(url)
    if kind == "postgresql":
        return sa.create_engine(url, pool_pre_ping=True, pool_size=5, max_overflow=10)
    raise BadInput(f"DATABASE_URL names {kind}, which is not supported.", remedy="Use sqlite:///PATH or postgresql://…")


def _sqlite(url: str) -> sa.Engine:
    path = sa.make_url(url).database
    if path and path != ":memory:":
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        # What customers sent and people's password hashes are in it: it is its owner's alone, and so are the files beside it.
        Path(path).touch(mode=0o600)
    engine = sa.create_engine(url, connect_args={"timeout": BUSY_MILLISECONDS / 1000, "check_same_thread": False})
    sa.event.listen(engine, "connect", _prepare_connection)
    sa.event.listen(engine, "begin", _begin)
    return engine


def _prepare_connection(connection: Any, _record: object) -> None:
    # The driver's own transaction handling would begin too late, and as a reader that cannot become a writer.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: sa.Connection) -> None:
    """A transaction that may write takes the write lock at once, so that two of them wait instead of failing."""
    read_only = connection.get_execution_options().get("read_only", False)
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")


def reading(engine: sa.Engine) -> sa.Engine:
    """The same database for transactions that only read, which on SQLite never wait for a writer."""
    return engine.execution_options(read_only=True)

"""How much room the database takes."""

from __future__ import annotations

import sqlalchemy as sa


def database_bytes(connection: sa.Connection) -> int:
    """All of it: on SQLite the file without its journal, on PostgreSQL the database that is connected to."""
    if connection.dialect.name == "postgresql":
        return int(connection.exec_driver_sql("SELECT pg_database_size(current_database())").scalar_one())
    pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    return int(pages) * int(connection.exec_driver_sql("PRAGMA page_size").scalar_one())

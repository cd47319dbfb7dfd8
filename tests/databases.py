"""Empty databases with our tables, made by copying one that was migrated once."""

from __future__ import annotations

import secrets
import shutil
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import sqlalchemy as sa

from paramedic.store.engine import open_engine
from paramedic.store.migrate import upgrade


@dataclass
class Databases:
    """``server`` is the address of PostgreSQL. Every test has a database of its own, so that none meets another's leavings."""

    folder: Path
    server: str | None = None

    def copy_sqlite(self, path: Path) -> str:
        shutil.copy(self._sqlite, path)
        return f"sqlite:///{path}"

    @cached_property
    def _sqlite(self) -> Path:
        path = self.folder / "migrated.db"
        _migrate(f"sqlite:///{path}")
        return path

    def new_postgres(self) -> str:
        name = f"test_{secrets.token_hex(6)}"
        self._command(f"CREATE DATABASE {name} TEMPLATE {self._template}")
        return self._address(name)

    def drop(self, url: str) -> None:
        self._command(f"DROP DATABASE {url.rpartition('/')[2]} WITH (FORCE)")

    @cached_property
    def _template(self) -> str:
        self._command("CREATE DATABASE migrated")
        _migrate(self._address("migrated"))
        return "migrated"

    def _address(self, name: str) -> str:
        assert self.server is not None
        return self.server.replace("postgresql://", "postgresql+psycopg://").rpartition("/")[0] + f"/{name}"

    def _command(self, text: str) -> None:
        engine = open_engine(self._address("postgres"))
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(sa.text(text))
        engine.dispose()


def _migrate(url: str) -> None:
    engine = open_engine(url)
    upgrade(engine)
    engine.dispose()

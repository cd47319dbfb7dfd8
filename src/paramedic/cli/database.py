"""The database of this installation, for commands that read or decide."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from paramedic.settings import load_settings
from paramedic.store.engine import open_engine, reading
from paramedic.store.migrate import upgrade


@contextmanager
def opened(*, writing: bool = False) -> Iterator[sa.Connection]:
    """A connection; with ``writing``, a transaction that is committed at the end."""
    engine = open_engine(load_settings().database)
    upgrade(engine)
    if writing:
        with engine.begin() as connection:
            yield connection
        return
    with reading(engine).connect() as connection:
        yield connection

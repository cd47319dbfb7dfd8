"""The database of this installation, for commands that read or decide."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import takewhile

import sqlalchemy as sa

from paramedic.settings import load_settings
from paramedic.store import audit
from paramedic.store.audit import Entry
from paramedic.store.engine import open_engine, reading
from paramedic.store.migrate import upgrade


@contextmanager
def opened(*, writing: bool = False) -> Iterator[sa.Connection]:
    """A connection; with ``writing``, a transaction that is committed at the end, and stands in the audit log."""
    engine = open_engine(load_settings().database)
    upgrade(engine)
    if writing:
        with engine.begin() as connection:
            yield connection
            audit.record(connection, _entry())
        return
    with reading(engine).connect() as connection:
        yield connection


def _entry() -> Entry:
    """The command and what it is about, as typed up to the first option: nothing that is long, or may be secret."""
    words = list(takewhile(lambda word: not word.startswith("-"), sys.argv[1:]))
    return Entry(getpass.getuser(), "command line", " ".join(words[:1]), " ".join(word[:80] for word in words[1:4]))

"""Searching in the titles and culprits of issues: trigrams, by FTS5 on SQLite and pg_trgm on PostgreSQL.

PostgreSQL needs the right to create the extension (it is among those that a database's owner may create); without it the
search gives the same and reads every row.
"""

from __future__ import annotations

import sqlalchemy as sa

from paramedic.store.schema import issues

SHORTEST = 3
_SAID = sa.text("SELECT rowid FROM issue_text WHERE issue_text MATCH :said").columns(sa.column("rowid", sa.Integer))


def containing(connection: sa.Connection, text: str) -> sa.ColumnElement[bool]:
    """The condition that ``text`` stands in an issue's title or culprit, in whatever case."""
    if connection.dialect.name == "postgresql" or len(text) < SHORTEST:
        within = (issues.c[name].icontains(text, autoescape=True) for name in ("title", "culprit"))
        return sa.or_(*within)
    # A NUL would end the query's text in the middle of its quotes.
    quoted = '"' + text.replace("\0", "").replace('"', '""') + '"'
    return issues.c.id.in_(_SAID.bindparams(said=quoted))

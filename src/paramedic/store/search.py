"""Full-text search of playbooks and knowledge in the database of the user: FTS5 on SQLite, tsvector on PostgreSQL.

Both hold the same terms, made by us (``learning/terms.py``), under ``cue`` (what recalls an entry) and ``content`` (all of it).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

MOST_TERMS = 200


@dataclass(frozen=True, slots=True)
class Entry:
    """What is indexed. ``kind`` is playbook or knowledge."""

    kind: str
    source_id: str
    org_id: str
    cue: Sequence[str]
    content: Sequence[str]


@dataclass(frozen=True, slots=True)
class Hit:
    """``score`` orders the hits of one search and means nothing else."""

    kind: str
    source_id: str
    score: float


def put(connection: sa.Connection, entry: Entry) -> None:
    """Index an entry in place of what was known of it."""
    remove(connection, entry.source_id)
    if connection.dialect.name == "postgresql":
        insert = sa.text(
            "INSERT INTO recall_index VALUES (:kind, :source_id, :org_id,"
            " array_to_tsvector(CAST(:cue AS text[])), array_to_tsvector(CAST(:content AS text[])))"
        )
        cue, content = list(entry.cue), list(entry.content)
    else:
        insert = sa.text(
            "INSERT INTO recall_index (kind, source_id, org_id, cue, content) VALUES (:kind, :source_id, :org_id, :cue, :content)"
        )
        cue, content = " ".join(entry.cue), " ".join(entry.content)  # type: ignore[assignment]
    connection.execute(
        insert, {"kind": entry.kind, "source_id": entry.source_id, "org_id": entry.org_id, "cue": cue, "content": content}
    )


def remove(connection: sa.Connection, source_id: str) -> None:
    connection.execute(sa.text("DELETE FROM recall_index WHERE source_id = :source_id"), {"source_id": source_id})


def search(
    connection: sa.Connection,
    org_id: str,
    words: Sequence[str],
    *,
    kind: str | None = None,
    by_cue: bool = False,
    limit: int = 50,
) -> tuple[Hit, ...]:
    """Entries of the organisation with any of ``words``, the best first; ``by_cue`` looks only at what recalls them."""
    if not words:
        return ()
    column = "cue" if by_cue else "content"
    query = _POSTGRESQL if connection.dialect.name == "postgresql" else _SQLITE
    wanted = (_tsquery if connection.dialect.name == "postgresql" else _fts5)(words[:MOST_TERMS], column)
    values = {"wanted": wanted, "org_id": org_id, "kind": kind, "limit": limit}
    rows = connection.execute(sa.text(query.format(column=column)), values)
    return tuple(Hit(row.kind, row.source_id, float(row.score)) for row in rows)


_POSTGRESQL = (
    "SELECT kind, source_id, ts_rank({column}, CAST(:wanted AS tsquery)) AS score FROM recall_index"
    " WHERE {column} @@ CAST(:wanted AS tsquery) AND org_id = :org_id AND kind = coalesce(CAST(:kind AS varchar), kind)"
    " ORDER BY score DESC, source_id LIMIT :limit"
)
_SQLITE = (
    "SELECT kind, source_id, -bm25(recall_index) AS score FROM recall_index"
    " WHERE recall_index MATCH :wanted AND org_id = :org_id AND kind = coalesce(:kind, kind)"
    " ORDER BY score DESC, source_id LIMIT :limit"
)


def _tsquery(words: Sequence[str], _column: str) -> str:
    return " | ".join("'" + word.replace("\\", "\\\\").replace("'", "''") + "'" for word in words)


def _fts5(words: Sequence[str], column: str) -> str:
    return f"{column} : (" + " OR ".join('"' + word.replace('"', '""') + '"' for word in words) + ")"

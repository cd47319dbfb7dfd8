"""What came in."""

from __future__ import annotations

import sqlalchemy as sa

from paramedic.store.schema.base import BigId, metadata

deliveries = sa.Table(
    "deliveries",
    metadata,
    sa.Column("id", BigId, primary_key=True, autoincrement=True),
    sa.Column("key", sa.String(80), nullable=False, unique=True),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("project", sa.String(200)),
    sa.Column("resource", sa.String(40)),
    sa.Column("encoding", sa.String(16), nullable=False, server_default=""),
    sa.Column("body", sa.LargeBinary),
    sa.Column("received_at", sa.Float, nullable=False),
    sa.Column("state", sa.String(12), nullable=False, server_default="received"),
    sa.Column("reason", sa.String(500)),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("processed_at", sa.Float),
    comment="The inbox. received_at and processed_at are epoch seconds; body is NULL once its event is in a sample.",
)
sa.Index(
    "ix_deliveries_waiting",
    deliveries.c.id,
    sqlite_where=sa.text("state = 'received'"),
    postgresql_where=sa.text("state = 'received'"),
)

for _name, _state in (("failed", "state = 'failed'"), ("hooks", "kind = 'hook'"), ("legacy", "kind = 'legacy'")):
    _rows = sa.text(_state)
    sa.Index(f"ix_deliveries_{_name}", deliveries.c.id, sqlite_where=_rows, postgresql_where=_rows)

organisations = sa.Table(
    "organisations",
    metadata,
    sa.Column("installation", sa.String(64), primary_key=True),
    sa.Column("slug", sa.String(120), nullable=False),
    comment="Issue hooks carry only the installation; the slug is learnt from whatever names it.",
)

"""Playbooks, knowledge, and what sessions recalled of them."""

from __future__ import annotations

import sqlalchemy as sa

from paramedic.store.schema.base import Moment, metadata

playbooks = sa.Table(
    "playbooks",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("org_id", sa.String(80), nullable=False),
    sa.Column("macro", sa.String(80)),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("created_by", sa.String(200), nullable=False),
    sa.Column("removed_at", Moment),
)
_KEPT = sa.text("removed_at IS NULL")
sa.Index("uq_playbooks_macro", playbooks.c.org_id, playbooks.c.macro, unique=True, sqlite_where=_KEPT, postgresql_where=_KEPT)

playbook_versions = sa.Table(
    "playbook_versions",
    metadata,
    sa.Column("playbook_id", sa.String(40), sa.ForeignKey("playbooks.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("title", sa.String(300), nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("output_schema", sa.JSON),
    sa.Column("at", Moment, nullable=False),
    sa.Column("author", sa.String(200), nullable=False),
    comment="Never changed: an edit adds the next version.",
)

knowledge = sa.Table(
    "knowledge",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("org_id", sa.String(80), nullable=False, index=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("created_by", sa.String(200), nullable=False),
    sa.Column("removed_at", Moment),
)

knowledge_versions = sa.Table(
    "knowledge_versions",
    metadata,
    sa.Column("knowledge_id", sa.String(40), sa.ForeignKey("knowledge.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("name", sa.String(300), nullable=False),
    sa.Column("trigger", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("pinned_to", sa.String(200)),
    sa.Column("folder", sa.String(200)),
    sa.Column("enabled", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.Column("at", Moment, nullable=False),
    sa.Column("author", sa.String(200), nullable=False),
    comment="Never changed: an edit adds the next version. pinned_to is all, owner/repository, or NULL.",
)

recalls = sa.Table(
    "recalls",
    metadata,
    sa.Column("session_id", sa.String(32), sa.ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("label", sa.String(8), primary_key=True),
    sa.Column("kind", sa.String(12), nullable=False),
    sa.Column("source_id", sa.String(40), nullable=False, index=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("why", sa.String(500), nullable=False),
    sa.Column("cited", sa.Boolean),
    comment="Playbooks and knowledge that a session was given, under the label that its answer cites; cited is NULL before.",
)

"""Sessions, what was asked of them, who asks, and who works."""

from __future__ import annotations

import sqlalchemy as sa

from paramedic.store.schema.base import BigId, Moment, metadata

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("issue_id", BigId, sa.ForeignKey("issues.id", ondelete="CASCADE"), index=True),
    sa.Column("project", sa.String(200)),
    sa.Column("state", sa.String(12), nullable=False, index=True),
    sa.Column("turn", sa.Integer, nullable=False, server_default="0"),
    sa.Column("action", sa.String(16), nullable=False),
    sa.Column("rule", sa.String(120)),
    sa.Column("reason", sa.String(500), nullable=False),
    sa.Column("event_id", sa.String(64)),
    sa.Column("earlier", sa.String(32)),
    sa.Column("stage", sa.String(20)),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("started_at", Moment),
    sa.Column("finished_at", Moment),
    sa.Column("verdict", sa.String(20)),
    sa.Column("summary", sa.Text),
    sa.Column("result", sa.JSON),
    sa.Column("cause", sa.String(64), index=True),
)
_LIVE = sa.text("state IN ('queued', 'running')")
sa.Index("uq_sessions_live_issue", sessions.c.issue_id, unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE)

session_log = sa.Table(
    "session_log",
    metadata,
    sa.Column("session_id", sa.String(32), sa.ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True),
    sa.Column("key", sa.String(32), nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("stage", sa.String(20), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.UniqueConstraint("session_id", "key"),
)

service_users = sa.Table(
    "service_users",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("org_id", sa.String(80), nullable=False),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("permissions", sa.JSON, nullable=False),
    sa.Column("token_hash", sa.String(64), nullable=False, unique=True),
    sa.Column("token_end", sa.String(4), nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("revoked_at", Moment),
    comment="Who may use the sessions API. A token is random, so its SHA-256 keeps it; the token itself is nowhere.",
)

requests = sa.Table(
    "requests",
    metadata,
    sa.Column("session_id", sa.String(32), sa.ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("org_id", sa.String(80), nullable=False, index=True),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("origin", sa.String(16), nullable=False),
    sa.Column("asked_by", sa.String(200), nullable=False),
    sa.Column("title", sa.String(500)),
    sa.Column("prompt", sa.Text, nullable=False),
    sa.Column("playbook_id", sa.String(40)),
    sa.Column("options", sa.JSON, nullable=False),
    comment="What a session was asked for, by the API or the command line. Sessions that rules started have none.",
)

request_names = sa.Table(
    "request_names",
    metadata,
    sa.Column("org_id", sa.String(80), primary_key=True),
    sa.Column("name", sa.String(200), primary_key=True),
    sa.Column("session_id", sa.String(32), nullable=False, index=True),
    comment="Names that callers chose for sessions, and hashes of what was asked: each stands for one session.",
)

session_tags = sa.Table(
    "session_tags",
    metadata,
    sa.Column("session_id", sa.String(32), sa.ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("tag", sa.String(200), primary_key=True, index=True),
)

messages = sa.Table(
    "messages",
    metadata,
    sa.Column("session_id", sa.String(32), sa.ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True),
    sa.Column("at", Moment, nullable=False),
    sa.Column("source", sa.String(8), nullable=False),
    sa.Column("author", sa.String(200), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    comment="What a person and a session said to each other; source is user or devin, as in the API.",
)

attachments = sa.Table(
    "attachments",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("org_id", sa.String(80), nullable=False, index=True),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("content_type", sa.String(100), nullable=False),
    sa.Column("data", sa.LargeBinary, nullable=False),
    sa.Column("created_by", sa.String(200), nullable=False),
    sa.Column("created_at", Moment, nullable=False, index=True),
    comment="Files that callers of the sessions API sent. Those that are old are forgotten.",
)

schedules = sa.Table(
    "schedules",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("org_id", sa.String(80), nullable=False, index=True),
    sa.Column("document", sa.JSON, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("updated_at", Moment, nullable=False),
    sa.Column("created_by", sa.String(200), nullable=False),
)

workers = sa.Table(
    "workers",
    metadata,
    sa.Column("id", sa.String(120), primary_key=True),
    sa.Column("machine", sa.String(120), nullable=False),
    sa.Column("pid", sa.Integer, nullable=False),
    sa.Column("started_at", sa.Float, nullable=False),
    sa.Column("beat_at", sa.Float, nullable=False),
    sa.Column("heir", sa.String(120)),
    sa.Column("heir_at", sa.Float),
    comment="Times are epoch seconds.",
)

"""The ledger, what became of what was done, and what chats were told."""

from __future__ import annotations

import sqlalchemy as sa

from paramedic.store.schema.base import BigId, Moment, metadata

effects = sa.Table(
    "effects",
    metadata,
    sa.Column("key", sa.String(64), primary_key=True),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("state", sa.String(12), nullable=False, index=True),
    sa.Column("issue_id", BigId, sa.ForeignKey("issues.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("session_id", sa.String(32), nullable=False),
    sa.Column("cause", sa.String(64), nullable=False, index=True),
    sa.Column("requires", sa.JSON, nullable=False),
    sa.Column("payload", sa.JSON, nullable=False),
    sa.Column("proposed_at", Moment, nullable=False),
    sa.Column("expires_at", Moment),
    sa.Column("decided_by", sa.String(200)),
    sa.Column("decided_at", Moment),
    sa.Column("claimed_by", sa.String(120)),
    sa.Column("not_before", Moment),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("result", sa.Text),
    sa.Column("reason", sa.Text),
)
sa.Index("ix_effects_session_id", effects.c.session_id)
sa.Index("ix_effects_kind_proposed_at", effects.c.kind, effects.c.proposed_at)

alert_logs = sa.Table(
    "alert_logs",
    metadata,
    sa.Column("id", BigId, primary_key=True, autoincrement=True),
    sa.Column("issue_id", BigId, sa.ForeignKey("issues.id", ondelete="CASCADE"), nullable=False),
    sa.Column("state", sa.String(12), nullable=False),
    sa.Column("occasion", sa.String(250), nullable=False),
    sa.Column("reason", sa.String(500), nullable=False),
    sa.Column("noticed_at", Moment, nullable=False),
    sa.Column("outcome", sa.String(12), nullable=False, index=True),
    sa.Column("settled_at", Moment),
    sa.UniqueConstraint("issue_id", "state", "occasion"),
    comment="Once per issue and state; occasion is the release of a regression, the session of a question, else empty.",
)

chat_posts = sa.Table(
    "chat_posts",
    metadata,
    sa.Column("issue_id", BigId, sa.ForeignKey("issues.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("chat", sa.String(20), primary_key=True),
    sa.Column("posted_by", sa.String(64), nullable=False),
    sa.Column("last", sa.String(64), nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("shown", sa.String(64), nullable=False),
    sa.Column("posted_at", Moment, nullable=False),
    sa.Column("at", Moment, nullable=False, index=True),
    comment="The message of an issue in a chat: posted_by and last are keys of effects, shown is the hash of what it tells.",
)

outcomes = sa.Table(
    "outcomes",
    metadata,
    sa.Column("effect", sa.String(64), sa.ForeignKey("effects.key", ondelete="CASCADE"), primary_key=True),
    sa.Column("issue_id", BigId, sa.ForeignKey("issues.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("session_id", sa.String(32), nullable=False, index=True),
    sa.Column("repository", sa.String(200), nullable=False),
    sa.Column("branch", sa.String(250), nullable=False),
    sa.Column("number", sa.Integer),
    sa.Column("url", sa.Text),
    sa.Column("fate", sa.String(12), nullable=False),
    sa.Column("fate_at", Moment, nullable=False),
    sa.Column("fate_by", sa.String(200), nullable=False, server_default=""),
    sa.Column("commit", sa.String(64)),
    sa.Column("opened_at", Moment, nullable=False),
    sa.Column("forge_at", Moment),
    sa.Column("comments_at", Moment),
    sa.Column("next_look_at", Moment, index=True),
    sa.Column("failures", sa.Integer, nullable=False, server_default="0"),
    sa.Column("problem", sa.String(500)),
    sa.Column("silence", sa.String(12)),
    sa.Column("release", sa.String(250)),
    sa.Column("basis", sa.String(8)),
    sa.Column("released_at", Moment),
    sa.Column("per_hour", sa.Float, nullable=False, server_default="0"),
    sa.Column("expected", sa.Float, nullable=False, server_default="0"),
    sa.Column("seen", sa.Integer, nullable=False, server_default="0"),
    sa.Column("judged_at", Moment),
    sa.Column("regressed_at", Moment),
    sa.Column("regressed_release", sa.String(250)),
    sa.Column("regressed_event", sa.String(64)),
    comment="What became of each pull request, or of a branch without one; next_look_at is when it is looked at again.",
)

outcome_comments = sa.Table(
    "outcome_comments",
    metadata,
    sa.Column("effect", sa.String(64), sa.ForeignKey("outcomes.effect", ondelete="CASCADE"), primary_key=True),
    sa.Column("id", sa.String(80), primary_key=True),
    sa.Column("author", sa.String(200), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("url", sa.Text, nullable=False, server_default=""),
    sa.Column("path", sa.Text, nullable=False, server_default=""),
)

chat_listeners = sa.Table(
    "chat_listeners",
    metadata,
    sa.Column("chat", sa.String(20), primary_key=True),
    sa.Column("holder", sa.String(120)),
    sa.Column("cursor", sa.BigInteger, nullable=False),
    sa.Column("moved_at", Moment),
    sa.Column("asked_at", Moment),
    sa.Column("error", sa.String(500)),
    comment="Chats that are asked for what people said: the worker that asks, and the number of the last news that was read.",
)

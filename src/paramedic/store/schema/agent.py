"""What the agent did and spent, and the tools of outside servers."""

from __future__ import annotations

import sqlalchemy as sa

from paramedic.store.schema.base import Moment, metadata

mcp_offers = sa.Table(
    "mcp_offers",
    metadata,
    sa.Column("server", sa.String(24), primary_key=True),
    sa.Column("seen_at", Moment, nullable=False),
    sa.Column("about", sa.String(200), nullable=False, server_default=""),
    sa.Column("error", sa.String(1000)),
    sa.Column("tools", sa.JSON, nullable=False),
    comment="What each MCP server offered when it was last asked, for people to look at; error when it could not be asked.",
)

mcp_pins = sa.Table(
    "mcp_pins",
    metadata,
    sa.Column("server", sa.String(24), primary_key=True),
    sa.Column("tool", sa.String(200), primary_key=True),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("approved_by", sa.String(200), nullable=False),
    sa.Column("approved_at", Moment, nullable=False),
    comment="Tools as a person approved them: digest is that of name, description, schema and annotations.",
)

agent_steps = sa.Table(
    "agent_steps",
    metadata,
    sa.Column("session_id", sa.String(32), sa.ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("kind", sa.String(12), nullable=False),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("data", sa.LargeBinary, nullable=False),
    sa.Column("micro_dollars", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("tokens", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("seconds", sa.Float, nullable=False, server_default="0"),
    sa.Column("at", Moment, nullable=False),
    comment="What a model or a tool said, so that it is not asked twice. data is zlib of JSON.",
)

budgets = sa.Table(
    "budgets",
    metadata,
    sa.Column("scope", sa.String(120), primary_key=True),
    sa.Column("micro_dollars", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("tokens", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("raised_to", sa.BigInteger),
    comment="Spent and set aside, by session, by issue and day, and by day. raised_to is a cap of its own, in micro-dollars.",
)

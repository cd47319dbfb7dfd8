"""The tables of accounts: users, how they come in, and the audit log."""

from __future__ import annotations

import sqlalchemy as sa

from paramedic.store.schema.base import BigId, Moment, metadata

users = sa.Table(
    "users",
    metadata,
    sa.Column("id", BigId, primary_key=True, autoincrement=True),
    sa.Column("name", sa.String(80), nullable=False, unique=True),
    sa.Column("email", sa.String(254)),
    sa.Column("password_hash", sa.String(200)),
    sa.Column("subject", sa.String(500), unique=True),
    sa.Column("role", sa.String(12), nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("created_by", sa.String(200), nullable=False),
    sa.Column("signed_in_at", Moment),
    sa.Column("disabled_at", Moment),
    comment="People. password_hash is argon2id, subject is that of OIDC. Nobody is deleted: the log names them.",
)

invitations = sa.Table(
    "invitations",
    metadata,
    sa.Column("token_hash", sa.String(64), primary_key=True),
    sa.Column("user_id", BigId, sa.ForeignKey("users.id", ondelete="CASCADE")),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("expires_at", Moment, nullable=False),
    comment="One-time links to set a password; without a user, to become the first administrator. Used ones are deleted.",
)

chat_people = sa.Table(
    "chat_people",
    metadata,
    sa.Column("who", sa.String(80), primary_key=True),
    sa.Column("user_id", BigId, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("added_at", Moment, nullable=False),
    sa.Column("added_by", sa.String(200), nullable=False),
    comment="People in chats, as the chat knows them, and the users that they are: slack:MEMBERID, telegram:USERID.",
)

user_tokens = sa.Table(
    "user_tokens",
    metadata,
    sa.Column("id", BigId, primary_key=True, autoincrement=True),
    sa.Column("user_id", BigId, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("name", sa.String(120), nullable=False),
    sa.Column("role", sa.String(12), nullable=False),
    sa.Column("token_hash", sa.String(64), nullable=False, unique=True),
    sa.Column("token_end", sa.String(4), nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("used_at", Moment),
    sa.Column("revoked_at", Moment),
    comment="What people's own programs use the API with; never more than the user may.",
)

sittings = sa.Table(
    "sittings",
    metadata,
    sa.Column("key_hash", sa.String(64), primary_key=True),
    sa.Column("user_id", BigId, sa.ForeignKey("users.id", ondelete="CASCADE"), index=True),
    sa.Column("address", sa.String(64), nullable=False),
    sa.Column("began_at", Moment, nullable=False),
    sa.Column("ends_at", Moment, nullable=False),
    comment="Browsers that are signed in; without a user, by the API token.",
)

oidc_starts = sa.Table(
    "oidc_starts",
    metadata,
    sa.Column("state_hash", sa.String(64), primary_key=True),
    sa.Column("browser", sa.String(64), nullable=False),
    sa.Column("nonce", sa.String(64), nullable=False),
    sa.Column("verifier", sa.String(128), nullable=False),
    sa.Column("next", sa.String(500), nullable=False),
    sa.Column("ends_at", Moment, nullable=False),
    comment="Sign-ins that are under way at the OIDC provider; each is taken once.",
)

keys = sa.Table(
    "keys",
    metadata,
    sa.Column("name", sa.String(40), primary_key=True),
    sa.Column("value", sa.String(128), nullable=False),
    comment="Random keys that all web processes share.",
)

audit_log = sa.Table(
    "audit_log",
    metadata,
    sa.Column("id", BigId, primary_key=True, autoincrement=True),
    sa.Column("at", Moment, nullable=False, index=True),
    sa.Column("who", sa.String(200), nullable=False),
    sa.Column("way", sa.String(20), nullable=False),
    sa.Column("address", sa.String(64), nullable=False),
    sa.Column("action", sa.String(80), nullable=False),
    sa.Column("target", sa.String(300), nullable=False),
    sa.Column("outcome", sa.String(20), nullable=False),
    sa.Column("detail", sa.String(1000), nullable=False),
    comment="Who did what, from where. Rows are added and never changed.",
)

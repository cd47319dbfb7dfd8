"""Alerts, and the messages in chats that tell of them."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "alert_logs",
        sa.Column("id", _BIG_ID, autoincrement=True, nullable=False),
        sa.Column("issue_id", _BIG_ID, nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("occasion", sa.String(length=250), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("noticed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["issue_id"], ["issues.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_logs")),
        sa.UniqueConstraint("issue_id", "state", "occasion", name=op.f("uq_alert_logs_issue_id_state_occasion")),
        comment="Once per issue and state; occasion is the release of a regression, the session of a question, else empty.",
    )
    op.create_index(op.f("ix_alert_logs_outcome"), "alert_logs", ["outcome"])
    op.create_table(
        "chat_posts",
        sa.Column("issue_id", _BIG_ID, nullable=False),
        sa.Column("chat", sa.String(length=20), nullable=False),
        sa.Column("posted_by", sa.String(length=64), nullable=False),
        sa.Column("last", sa.String(length=64), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("shown", sa.String(length=64), nullable=False),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["issues.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("issue_id", "chat", name=op.f("pk_chat_posts")),
        comment="The message of an issue in a chat: posted_by and last are keys of effects, shown is the hash of what it tells.",
    )
    op.create_index(op.f("ix_chat_posts_at"), "chat_posts", ["at"])


def downgrade() -> None:
    op.drop_table("chat_posts")
    op.drop_table("alert_logs")

"""Who asks a chat for what people said there."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "chat_listeners",
        sa.Column("chat", sa.String(length=20), nullable=False),
        sa.Column("holder", sa.String(length=120), nullable=True),
        sa.Column("cursor", sa.BigInteger(), nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(length=500), nullable=True),
        sa.PrimaryKeyConstraint("chat", name=op.f("pk_chat_listeners")),
        comment="Chats that are asked for what people said: the worker that asks, and the number of the last news that was read.",
    )


def downgrade() -> None:
    op.drop_table("chat_listeners")

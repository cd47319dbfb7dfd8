"""Which user somebody in a chat is."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "chat_people",
        sa.Column("who", sa.String(length=80), nullable=False),
        sa.Column("user_id", _BIG_ID, nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("who", name=op.f("pk_chat_people")),
        comment="People in chats, as the chat knows them, and the users that they are: slack:MEMBERID, telegram:USERID.",
    )
    op.create_index(op.f("ix_chat_people_user_id"), "chat_people", ["user_id"])


def downgrade() -> None:
    op.drop_table("chat_people")

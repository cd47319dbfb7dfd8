"""What MCP servers offer, and what of it a person approved."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mcp_offers",
        sa.Column("server", sa.String(length=24), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("about", sa.String(length=200), server_default="", nullable=False),
        sa.Column("error", sa.String(length=1000), nullable=True),
        sa.Column("tools", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("server", name=op.f("pk_mcp_offers")),
        comment="What each MCP server offered when it was last asked, for people to look at; error when it could not be asked.",
    )
    op.create_table(
        "mcp_pins",
        sa.Column("server", sa.String(length=24), nullable=False),
        sa.Column("tool", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("approved_by", sa.String(length=200), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("server", "tool", name=op.f("pk_mcp_pins")),
        comment="Tools as a person approved them: digest is that of name, description, schema and annotations.",
    )


def downgrade() -> None:
    op.drop_table("mcp_pins")
    op.drop_table("mcp_offers")

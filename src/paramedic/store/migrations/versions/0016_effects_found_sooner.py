"""Indexes by which the effects of a session, and those of one kind, are found."""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_effects_session_id", "effects", ["session_id"])
    op.create_index("ix_effects_kind_proposed_at", "effects", ["kind", "proposed_at"])


def downgrade() -> None:
    op.drop_index("ix_effects_kind_proposed_at", "effects")
    op.drop_index("ix_effects_session_id", "effects")

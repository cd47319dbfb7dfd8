"""Issues by the short id that Sentry shows."""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_issues_short_id", "issues", ["short_id"])


def downgrade() -> None:
    op.drop_index("ix_issues_short_id", "issues")

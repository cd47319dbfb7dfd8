"""What the overview asks of a night or a week: new issues with most events, and those that came back."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_REGRESSED = sa.text("state = 'regressed'")


def upgrade() -> None:
    op.drop_index("ix_issues_first_seen", "issues")
    op.create_index("ix_issues_first_seen", "issues", ["first_seen", "count"])
    op.create_index("ix_issues_regressed", "issues", ["last_seen"], sqlite_where=_REGRESSED, postgresql_where=_REGRESSED)


def downgrade() -> None:
    op.drop_index("ix_issues_regressed", "issues")
    op.drop_index("ix_issues_first_seen", "issues")
    op.create_index("ix_issues_first_seen", "issues", ["first_seen"])

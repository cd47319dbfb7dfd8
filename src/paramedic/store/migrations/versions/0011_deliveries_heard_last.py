"""Deliveries of which few are looked for among many: those that were given up, and hooks."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_INDEXES = {
    "ix_deliveries_failed": sa.text("state = 'failed'"),
    "ix_deliveries_hooks": sa.text("kind = 'hook'"),
    "ix_deliveries_legacy": sa.text("kind = 'legacy'"),
}


def upgrade() -> None:
    for name, rows in _INDEXES.items():
        op.create_index(name, "deliveries", ["id"], sqlite_where=rows, postgresql_where=rows)


def downgrade() -> None:
    for name in _INDEXES:
        op.drop_index(name, "deliveries")

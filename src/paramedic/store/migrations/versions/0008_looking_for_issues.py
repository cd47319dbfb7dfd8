"""What the list of issues is sorted by and asked for most."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_INDEXES = {
    "ix_issues_first_seen": ["first_seen"],
    "ix_issues_count": ["count"],
    "ix_issues_users": ["users"],
    "ix_issues_project_last_seen": ["project", "last_seen"],
    "ix_issues_first_release": ["first_release"],
    "ix_issues_last_release": ["last_release"],
}


def upgrade() -> None:
    for name, columns in _INDEXES.items():
        op.create_index(name, "issues", columns)


def downgrade() -> None:
    for name in _INDEXES:
        op.drop_index(name, "issues")

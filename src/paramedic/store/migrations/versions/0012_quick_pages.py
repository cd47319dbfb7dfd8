"""What lets pages answer at once: the sum of all issues by hour, text by trigrams, and an index."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

# A later migration that builds `issues` anew on SQLite takes these with it, and has to make them again.
_TRIGGERS = {
    "issue_text_added": (
        "AFTER INSERT ON issues BEGIN INSERT INTO issue_text (rowid, title, culprit) VALUES (new.id, new.title, new.culprit); END"
    ),
    "issue_text_changed": (
        "AFTER UPDATE OF title, culprit ON issues WHEN old.title IS NOT new.title OR old.culprit IS NOT new.culprit BEGIN"
        " INSERT INTO issue_text (issue_text, rowid, title, culprit) VALUES ('delete', old.id, old.title, old.culprit);"
        " INSERT INTO issue_text (rowid, title, culprit) VALUES (new.id, new.title, new.culprit); END"
    ),
    "issue_text_removed": (
        "AFTER DELETE ON issues BEGIN"
        " INSERT INTO issue_text (issue_text, rowid, title, culprit) VALUES ('delete', old.id, old.title, old.culprit); END"
    ),
}


def upgrade() -> None:
    op.create_table(
        "all_hours",
        sa.Column("hour", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hour", name=op.f("pk_all_hours")),
        comment="Events of all issues per hour; hour is epoch seconds // 3600.",
    )
    op.execute("INSERT INTO all_hours (hour, count) SELECT hour, sum(count) FROM issue_hours GROUP BY hour")
    op.create_index("ix_issues_status_last_seen", "issues", ["status", "last_seen"])
    if op.get_bind().dialect.name == "postgresql":
        _index_on_postgresql(op.get_bind())
    else:
        _index_on_sqlite()


def _index_on_sqlite() -> None:
    op.execute(
        "CREATE VIRTUAL TABLE issue_text USING fts5(title, culprit, content='issues', content_rowid='id', tokenize='trigram')"
    )
    op.execute("INSERT INTO issue_text (issue_text) VALUES ('rebuild')")
    for name, what in _TRIGGERS.items():
        op.execute(f"CREATE TRIGGER {name} {what}")


def _index_on_postgresql(connection: sa.Connection) -> None:
    """The search works without the index, only slower, where the extension may not be created."""
    try:
        with connection.begin_nested():
            op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    except sa.exc.DBAPIError:
        return
    for column in ("title", "culprit"):
        op.execute(f"CREATE INDEX ix_issues_{column}_trigrams ON issues USING gin ({column} gin_trgm_ops)")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for column in ("title", "culprit"):
            op.execute(f"DROP INDEX IF EXISTS ix_issues_{column}_trigrams")
    else:
        for name in _TRIGGERS:
            op.execute(f"DROP TRIGGER IF EXISTS {name}")
        op.execute("DROP TABLE issue_text")
    op.drop_index("ix_issues_status_last_seen", "issues")
    op.drop_table("all_hours")

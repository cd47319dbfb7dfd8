"""Sessions that are asked for, by whom, and with which playbooks and knowledge."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "knowledge",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("org_id", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=200), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_knowledge")),
    )
    with op.batch_alter_table("knowledge", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_knowledge_org_id"), ["org_id"], unique=False)

    op.create_table(
        "playbooks",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("org_id", sa.String(length=80), nullable=False),
        sa.Column("macro", sa.String(length=80), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=200), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_playbooks")),
    )
    with op.batch_alter_table("playbooks", schema=None) as batch_op:
        batch_op.create_index(
            "uq_playbooks_macro",
            ["org_id", "macro"],
            unique=True,
            sqlite_where=sa.text("removed_at IS NULL"),
            postgresql_where=sa.text("removed_at IS NULL"),
        )

    op.create_table(
        "request_names",
        sa.Column("org_id", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("session_id", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("org_id", "name", name=op.f("pk_request_names")),
        comment="Names that callers chose for sessions, and hashes of what was asked: each stands for one session.",
    )
    with op.batch_alter_table("request_names", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_request_names_session_id"), ["session_id"], unique=False)

    op.create_table(
        "schedules",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("org_id", sa.String(length=80), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schedules")),
    )
    with op.batch_alter_table("schedules", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_schedules_org_id"), ["org_id"], unique=False)

    op.create_table(
        "service_users",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("org_id", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("permissions", sa.JSON(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("token_end", sa.String(length=4), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_users")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_service_users_token_hash")),
        comment="Who may use the sessions API. A token is random, so its SHA-256 keeps it; the token itself is nowhere.",
    )
    op.create_table(
        "knowledge_versions",
        sa.Column("knowledge_id", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("trigger", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("pinned_to", sa.String(length=200), nullable=True),
        sa.Column("folder", sa.String(length=200), nullable=True),
        sa.Column("enabled", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("author", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["knowledge_id"], ["knowledge.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("knowledge_id", "version", name=op.f("pk_knowledge_versions")),
        comment="Never changed: an edit adds the next version. pinned_to is all, owner/repository, or NULL.",
    )
    op.create_table(
        "playbook_versions",
        sa.Column("playbook_id", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("output_schema", sa.JSON(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("author", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["playbook_id"], ["playbooks.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("playbook_id", "version", name=op.f("pk_playbook_versions")),
        comment="Never changed: an edit adds the next version.",
    )
    op.create_table(
        "messages",
        sa.Column("session_id", sa.String(length=32), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.String(length=8), nullable=False),
        sa.Column("author", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("session_id", "seq", name=op.f("pk_messages")),
        comment="What a person and a session said to each other; source is user or devin, as in the API.",
    )
    op.create_table(
        "recalls",
        sa.Column("session_id", sa.String(length=32), nullable=False),
        sa.Column("label", sa.String(length=8), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("source_id", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("why", sa.String(length=500), nullable=False),
        sa.Column("cited", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("session_id", "label", name=op.f("pk_recalls")),
        comment="Playbooks and knowledge that a session was given, under the label that its answer cites; cited is NULL before.",
    )
    with op.batch_alter_table("recalls", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recalls_source_id"), ["source_id"], unique=False)

    op.create_table(
        "requests",
        sa.Column("session_id", sa.String(length=32), nullable=False),
        sa.Column("org_id", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("origin", sa.String(length=16), nullable=False),
        sa.Column("asked_by", sa.String(length=200), nullable=False),
        sa.Column("title", sa.String(length=500), nullable=True),
        sa.Column("prompt", sa.Text(), nullable=False),
        sa.Column("playbook_id", sa.String(length=40), nullable=True),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_requests")),
        comment="What a session was asked for, by the API or the command line. Sessions that rules started have none.",
    )
    with op.batch_alter_table("requests", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_requests_org_id"), ["org_id"], unique=False)

    op.create_table(
        "session_tags",
        sa.Column("session_id", sa.String(length=32), nullable=False),
        sa.Column("tag", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("session_id", "tag", name=op.f("pk_session_tags")),
    )
    with op.batch_alter_table("session_tags", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_session_tags_tag"), ["tag"], unique=False)

    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("turn", sa.Integer(), server_default="0", nullable=False))
        batch_op.alter_column("issue_id", existing_type=sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)

    _add_search()


def downgrade() -> None:
    op.drop_table("recall_index")
    op.execute("DELETE FROM sessions WHERE issue_id IS NULL")
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.alter_column("issue_id", existing_type=sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False)
        batch_op.drop_column("turn")

    with op.batch_alter_table("session_tags", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_session_tags_tag"))

    op.drop_table("session_tags")
    with op.batch_alter_table("requests", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_requests_org_id"))

    op.drop_table("requests")
    with op.batch_alter_table("recalls", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_recalls_source_id"))

    op.drop_table("recalls")
    op.drop_table("messages")
    op.drop_table("playbook_versions")
    op.drop_table("knowledge_versions")
    op.drop_table("service_users")
    with op.batch_alter_table("schedules", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_schedules_org_id"))

    op.drop_table("schedules")
    with op.batch_alter_table("request_names", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_request_names_session_id"))

    op.drop_table("request_names")
    with op.batch_alter_table("playbooks", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_playbooks_macro", sqlite_where=sa.text("removed_at IS NULL"), postgresql_where=sa.text("removed_at IS NULL")
        )

    op.drop_table("playbooks")
    with op.batch_alter_table("knowledge", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_knowledge_org_id"))

    op.drop_table("knowledge")


def _add_search() -> None:
    """Full-text search has no portable form; both tables have the same columns, and store/search.py speaks to either."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE TABLE recall_index (kind varchar(12) NOT NULL, source_id varchar(40) NOT NULL, org_id varchar(80) NOT NULL,"
            " cue tsvector NOT NULL, content tsvector NOT NULL, PRIMARY KEY (source_id))"
        )
        op.execute("CREATE INDEX ix_recall_index_cue ON recall_index USING gin (cue)")
        op.execute("CREATE INDEX ix_recall_index_content ON recall_index USING gin (content)")
    else:
        op.execute(
            "CREATE VIRTUAL TABLE recall_index USING fts5(kind UNINDEXED, source_id UNINDEXED, org_id UNINDEXED, cue, content)"
        )

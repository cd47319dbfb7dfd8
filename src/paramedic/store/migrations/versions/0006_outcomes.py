"""What becomes of pull requests, the releases that were seen, and what people wrote on a change."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "outcomes",
        sa.Column("effect", sa.String(length=64), nullable=False),
        sa.Column("issue_id", _BIG_ID, nullable=False),
        sa.Column("session_id", sa.String(length=32), nullable=False),
        sa.Column("repository", sa.String(length=200), nullable=False),
        sa.Column("branch", sa.String(length=250), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("fate", sa.String(length=12), nullable=False),
        sa.Column("fate_at", _MOMENT, nullable=False),
        sa.Column("fate_by", sa.String(length=200), server_default="", nullable=False),
        sa.Column("commit", sa.String(length=64), nullable=True),
        sa.Column("opened_at", _MOMENT, nullable=False),
        sa.Column("forge_at", _MOMENT, nullable=True),
        sa.Column("comments_at", _MOMENT, nullable=True),
        sa.Column("next_look_at", _MOMENT, nullable=True),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("problem", sa.String(length=500), nullable=True),
        sa.Column("silence", sa.String(length=12), nullable=True),
        sa.Column("release", sa.String(length=250), nullable=True),
        sa.Column("basis", sa.String(length=8), nullable=True),
        sa.Column("released_at", _MOMENT, nullable=True),
        sa.Column("per_hour", sa.Float(), server_default="0", nullable=False),
        sa.Column("expected", sa.Float(), server_default="0", nullable=False),
        sa.Column("seen", sa.Integer(), server_default="0", nullable=False),
        sa.Column("judged_at", _MOMENT, nullable=True),
        sa.Column("regressed_at", _MOMENT, nullable=True),
        sa.Column("regressed_release", sa.String(length=250), nullable=True),
        sa.Column("regressed_event", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["effect"], ["effects.key"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["issue_id"], ["issues.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("effect", name=op.f("pk_outcomes")),
        comment="What became of each pull request, or of a branch without one; next_look_at is when it is looked at again.",
    )
    for column in ("issue_id", "session_id", "next_look_at"):
        op.create_index(op.f(f"ix_outcomes_{column}"), "outcomes", [column])
    op.create_table(
        "outcome_comments",
        sa.Column("effect", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("author", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("url", sa.Text(), server_default="", nullable=False),
        sa.Column("path", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["effect"], ["outcomes.effect"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("effect", "id", name=op.f("pk_outcome_comments")),
    )
    op.create_table(
        "releases",
        sa.Column("project", sa.String(length=200), nullable=False),
        sa.Column("version", sa.String(length=250), nullable=False),
        sa.Column("first_at", _MOMENT, nullable=False),
        sa.Column("last_at", _MOMENT, nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("project", "version", name=op.f("pk_releases")),
        comment="Releases that events of a project came from; those that were not heard of for long are forgotten.",
    )
    op.create_index(op.f("ix_releases_last_at"), "releases", ["last_at"])
    op.create_table(
        "issue_releases",
        sa.Column("issue_id", _BIG_ID, nullable=False),
        sa.Column("version", sa.String(length=250), nullable=False),
        sa.Column("first_at", _MOMENT, nullable=False),
        sa.Column("last_at", _MOMENT, nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("event", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["issues.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("issue_id", "version", name=op.f("pk_issue_releases")),
        comment="Releases that events of an issue came from, since a fix of it is followed; event is the newest one's id.",
    )


def downgrade() -> None:
    for table in ("issue_releases", "releases", "outcome_comments", "outcomes"):
        op.drop_table(table)

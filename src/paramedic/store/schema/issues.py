"""Issues, their events and counts, and the releases that they were seen in."""

from __future__ import annotations

import sqlalchemy as sa

from paramedic.store.schema.base import BigId, Moment, metadata

issues = sa.Table(
    "issues",
    metadata,
    sa.Column("id", BigId, primary_key=True, autoincrement=True),
    sa.Column("project", sa.String(200), nullable=False),
    sa.Column("group_key", sa.String(80), nullable=False),
    sa.Column("upstream_id", sa.String(64), index=True),
    sa.Column("short_id", sa.String(80)),
    sa.Column("url", sa.String(500)),
    sa.Column("title", sa.String(500), nullable=False),
    sa.Column("culprit", sa.String(300), nullable=False, server_default=""),
    sa.Column("level", sa.String(10), nullable=False),
    sa.Column("platform", sa.String(40), nullable=False, server_default="other"),
    sa.Column("environment", sa.String(120)),
    sa.Column("status", sa.String(20), nullable=False, server_default="unresolved"),
    sa.Column("state", sa.String(12), nullable=False, server_default="new"),
    sa.Column("first_release", sa.String(250)),
    sa.Column("last_release", sa.String(250)),
    sa.Column("resolved_release", sa.String(250)),
    sa.Column("first_seen", Moment, nullable=False),
    sa.Column("last_seen", Moment, nullable=False, index=True),
    sa.Column("count", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("users", sa.Integer, nullable=False, server_default="0"),
    sa.Column("grouping", sa.JSON, nullable=False),
    sa.Column("priority", sa.Integer, nullable=False, server_default="0"),
    sa.Column("needs_rules", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.Column("action", sa.String(16)),
    sa.Column("rule", sa.String(120)),
    sa.Column("decision", sa.String(500)),
    sa.Column("decided_at", Moment),
    sa.UniqueConstraint("project", "group_key"),
)
# Lists are shown by last_seen whatever they are narrowed to.
sa.Index("ix_issues_status_last_seen", issues.c.status, issues.c.last_seen)
sa.Index("ix_issues_need_rules", issues.c.id, sqlite_where=sa.text("needs_rules"), postgresql_where=sa.text("needs_rules"))

# What the list of issues is sorted by and asked for most.
sa.Index("ix_issues_first_seen", issues.c.first_seen, issues.c.count)
sa.Index("ix_issues_count", issues.c.count)
sa.Index("ix_issues_short_id", issues.c.short_id)
sa.Index("ix_issues_users", issues.c.users)
sa.Index("ix_issues_project_last_seen", issues.c.project, issues.c.last_seen)
sa.Index("ix_issues_first_release", issues.c.first_release)
sa.Index("ix_issues_last_release", issues.c.last_release)

_REGRESSED = sa.text("state = 'regressed'")
sa.Index("ix_issues_regressed", issues.c.last_seen, sqlite_where=_REGRESSED, postgresql_where=_REGRESSED)

issue_hours = sa.Table(
    "issue_hours",
    metadata,
    sa.Column("issue_id", BigId, sa.ForeignKey("issues.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("hour", sa.Integer, primary_key=True),
    sa.Column("count", sa.Integer, nullable=False),
    comment="Events per hour; hour is epoch seconds // 3600.",
)

all_hours = sa.Table(
    "all_hours",
    metadata,
    sa.Column("hour", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("count", sa.BigInteger, nullable=False),
    comment="Events of all issues per hour; hour is epoch seconds // 3600.",
)

issue_users = sa.Table(
    "issue_users",
    metadata,
    sa.Column("issue_id", BigId, sa.ForeignKey("issues.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("user_hash", sa.String(16), primary_key=True),
    comment="Who was affected, as a keyless hash; exact up to a bound per issue, then the count stops growing.",
)

events = sa.Table(
    "events",
    metadata,
    sa.Column("issue_id", BigId, sa.ForeignKey("issues.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("slot", sa.Integer, primary_key=True),
    sa.Column("event_id", sa.String(64), nullable=False, index=True),
    sa.Column("at", Moment, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    comment="A bounded sample: slot 0 is the first event, 1 the latest, the others a uniform sample. body is zlib of JSON.",
)

releases = sa.Table(
    "releases",
    metadata,
    sa.Column("project", sa.String(200), primary_key=True),
    sa.Column("version", sa.String(250), primary_key=True),
    sa.Column("first_at", Moment, nullable=False),
    sa.Column("last_at", Moment, nullable=False, index=True),
    sa.Column("count", sa.BigInteger, nullable=False),
    comment="Releases that events of a project came from; those that were not heard of for long are forgotten.",
)

issue_releases = sa.Table(
    "issue_releases",
    metadata,
    sa.Column("issue_id", BigId, sa.ForeignKey("issues.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("version", sa.String(250), primary_key=True),
    sa.Column("first_at", Moment, nullable=False),
    sa.Column("last_at", Moment, nullable=False),
    sa.Column("count", sa.BigInteger, nullable=False),
    sa.Column("event", sa.String(64), nullable=False),
    comment="Releases that events of an issue came from, since a fix of it is followed; event is the newest one's id.",
)

ignores = sa.Table(
    "ignores",
    metadata,
    sa.Column("id", BigId, primary_key=True, autoincrement=True),
    sa.Column("issue_id", BigId, sa.ForeignKey("issues.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("by", sa.String(200), nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("until", sa.String(12), nullable=False),
    sa.Column("until_at", Moment),
    sa.Column("releases", sa.JSON, nullable=False),
    sa.Column("ended_at", Moment),
    sa.Column("ended_by", sa.String(300)),
    comment="An issue is ignored while it has a row that has not ended; releases are those it was known in.",
)

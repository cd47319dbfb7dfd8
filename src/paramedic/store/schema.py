"""All tables. Times are aware UTC, except where a float is said to be epoch seconds (hot paths: no conversion there)."""

from __future__ import annotations

import sqlalchemy as sa

metadata = sa.MetaData(
    naming_convention={"ix": "ix_%(column_0_label)s", "uq": "uq_%(table_name)s_%(column_0_N_name)s", "pk": "pk_%(table_name)s"}
)

Moment = sa.DateTime(timezone=True)
BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

deliveries = sa.Table(
    "deliveries",
    metadata,
    sa.Column("id", BigId, primary_key=True, autoincrement=True),
    sa.Column("key", sa.String(80), nullable=False, unique=True),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("project", sa.String(200)),
    sa.Column("resource", sa.String(40)),
    sa.Column("encoding", sa.String(16), nullable=False, server_default=""),
    sa.Column("body", sa.LargeBinary),
    sa.Column("received_at", sa.Float, nullable=False),
    sa.Column("state", sa.String(12), nullable=False, server_default="received"),
    sa.Column("reason", sa.String(500)),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("processed_at", sa.Float),
    comment="The inbox. received_at and processed_at are epoch seconds; body is NULL once its event is in a sample.",
)
sa.Index(
    "ix_deliveries_waiting",
    deliveries.c.id,
    sqlite_where=sa.text("state = 'received'"),
    postgresql_where=sa.text("state = 'received'"),
)

for _name, _state in (("failed", "state = 'failed'"), ("hooks", "kind = 'hook'"), ("legacy", "kind = 'legacy'")):
    _rows = sa.text(_state)
    sa.Index(f"ix_deliveries_{_name}", deliveries.c.id, sqlite_where=_rows, postgresql_where=_rows)

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

organisations = sa.Table(
    "organisations",
    metadata,
    sa.Column("installation", sa.String(64), primary_key=True),
    sa.Column("slug", sa.String(120), nullable=False),
    comment="Issue hooks carry only the installation; the slug is learnt from whatever names it.",
)

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("issue_id", BigId, sa.ForeignKey("issues.id", ondelete="CASCADE"), index=True),
    sa.Column("project", sa.String(200)),
    sa.Column("state", sa.String(12), nullable=False, index=True),
    sa.Column("turn", sa.Integer, nullable=False, server_default="0"),
    sa.Column("action", sa.String(16), nullable=False),
    sa.Column("rule", sa.String(120)),
    sa.Column("reason", sa.String(500), nullable=False),
    sa.Column("event_id", sa.String(64)),
    sa.Column("earlier", sa.String(32)),
    sa.Column("stage", sa.String(20)),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("started_at", Moment),
    sa.Column("finished_at", Moment),
    sa.Column("verdict", sa.String(20)),
    sa.Column("summary", sa.Text),
    sa.Column("result", sa.JSON),
    sa.Column("cause", sa.String(64), index=True),
)
_LIVE = sa.text("state IN ('queued', 'running')")
sa.Index("uq_sessions_live_issue", sessions.c.issue_id, unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE)

session_log = sa.Table(
    "session_log",
    metadata,
    sa.Column("session_id", sa.String(32), sa.ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True),
    sa.Column("key", sa.String(32), nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("stage", sa.String(20), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.UniqueConstraint("session_id", "key"),
)

service_users = sa.Table(
    "service_users",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("org_id", sa.String(80), nullable=False),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("permissions", sa.JSON, nullable=False),
    sa.Column("token_hash", sa.String(64), nullable=False, unique=True),
    sa.Column("token_end", sa.String(4), nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("revoked_at", Moment),
    comment="Who may use the sessions API. A token is random, so its SHA-256 keeps it; the token itself is nowhere.",
)

requests = sa.Table(
    "requests",
    metadata,
    sa.Column("session_id", sa.String(32), sa.ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("org_id", sa.String(80), nullable=False, index=True),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("origin", sa.String(16), nullable=False),
    sa.Column("asked_by", sa.String(200), nullable=False),
    sa.Column("title", sa.String(500)),
    sa.Column("prompt", sa.Text, nullable=False),
    sa.Column("playbook_id", sa.String(40)),
    sa.Column("options", sa.JSON, nullable=False),
    comment="What a session was asked for, by the API or the command line. Sessions that rules started have none.",
)

request_names = sa.Table(
    "request_names",
    metadata,
    sa.Column("org_id", sa.String(80), primary_key=True),
    sa.Column("name", sa.String(200), primary_key=True),
    sa.Column("session_id", sa.String(32), nullable=False, index=True),
    comment="Names that callers chose for sessions, and hashes of what was asked: each stands for one session.",
)

session_tags = sa.Table(
    "session_tags",
    metadata,
    sa.Column("session_id", sa.String(32), sa.ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("tag", sa.String(200), primary_key=True, index=True),
)

messages = sa.Table(
    "messages",
    metadata,
    sa.Column("session_id", sa.String(32), sa.ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True),
    sa.Column("at", Moment, nullable=False),
    sa.Column("source", sa.String(8), nullable=False),
    sa.Column("author", sa.String(200), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    comment="What a person and a session said to each other; source is user or devin, as in the API.",
)

attachments = sa.Table(
    "attachments",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("org_id", sa.String(80), nullable=False, index=True),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("content_type", sa.String(100), nullable=False),
    sa.Column("data", sa.LargeBinary, nullable=False),
    sa.Column("created_by", sa.String(200), nullable=False),
    sa.Column("created_at", Moment, nullable=False, index=True),
    comment="Files that callers of the sessions API sent. Those that are old are forgotten.",
)

playbooks = sa.Table(
    "playbooks",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("org_id", sa.String(80), nullable=False),
    sa.Column("macro", sa.String(80)),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("created_by", sa.String(200), nullable=False),
    sa.Column("removed_at", Moment),
)
_KEPT = sa.text("removed_at IS NULL")
sa.Index("uq_playbooks_macro", playbooks.c.org_id, playbooks.c.macro, unique=True, sqlite_where=_KEPT, postgresql_where=_KEPT)

playbook_versions = sa.Table(
    "playbook_versions",
    metadata,
    sa.Column("playbook_id", sa.String(40), sa.ForeignKey("playbooks.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("title", sa.String(300), nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("output_schema", sa.JSON),
    sa.Column("at", Moment, nullable=False),
    sa.Column("author", sa.String(200), nullable=False),
    comment="Never changed: an edit adds the next version.",
)

knowledge = sa.Table(
    "knowledge",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("org_id", sa.String(80), nullable=False, index=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("created_by", sa.String(200), nullable=False),
    sa.Column("removed_at", Moment),
)

knowledge_versions = sa.Table(
    "knowledge_versions",
    metadata,
    sa.Column("knowledge_id", sa.String(40), sa.ForeignKey("knowledge.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("name", sa.String(300), nullable=False),
    sa.Column("trigger", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("pinned_to", sa.String(200)),
    sa.Column("folder", sa.String(200)),
    sa.Column("enabled", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.Column("at", Moment, nullable=False),
    sa.Column("author", sa.String(200), nullable=False),
    comment="Never changed: an edit adds the next version. pinned_to is all, owner/repository, or NULL.",
)

recalls = sa.Table(
    "recalls",
    metadata,
    sa.Column("session_id", sa.String(32), sa.ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("label", sa.String(8), primary_key=True),
    sa.Column("kind", sa.String(12), nullable=False),
    sa.Column("source_id", sa.String(40), nullable=False, index=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("why", sa.String(500), nullable=False),
    sa.Column("cited", sa.Boolean),
    comment="Playbooks and knowledge that a session was given, under the label that its answer cites; cited is NULL before.",
)

schedules = sa.Table(
    "schedules",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("org_id", sa.String(80), nullable=False, index=True),
    sa.Column("document", sa.JSON, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("updated_at", Moment, nullable=False),
    sa.Column("created_by", sa.String(200), nullable=False),
)

effects = sa.Table(
    "effects",
    metadata,
    sa.Column("key", sa.String(64), primary_key=True),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("state", sa.String(12), nullable=False, index=True),
    sa.Column("issue_id", BigId, sa.ForeignKey("issues.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("session_id", sa.String(32), nullable=False),
    sa.Column("cause", sa.String(64), nullable=False, index=True),
    sa.Column("requires", sa.JSON, nullable=False),
    sa.Column("payload", sa.JSON, nullable=False),
    sa.Column("proposed_at", Moment, nullable=False),
    sa.Column("expires_at", Moment),
    sa.Column("decided_by", sa.String(200)),
    sa.Column("decided_at", Moment),
    sa.Column("claimed_by", sa.String(120)),
    sa.Column("not_before", Moment),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("result", sa.Text),
    sa.Column("reason", sa.Text),
)
sa.Index("ix_effects_session_id", effects.c.session_id)
sa.Index("ix_effects_kind_proposed_at", effects.c.kind, effects.c.proposed_at)

workers = sa.Table(
    "workers",
    metadata,
    sa.Column("id", sa.String(120), primary_key=True),
    sa.Column("machine", sa.String(120), nullable=False),
    sa.Column("pid", sa.Integer, nullable=False),
    sa.Column("started_at", sa.Float, nullable=False),
    sa.Column("beat_at", sa.Float, nullable=False),
    sa.Column("heir", sa.String(120)),
    sa.Column("heir_at", sa.Float),
    comment="Times are epoch seconds.",
)

mcp_offers = sa.Table(
    "mcp_offers",
    metadata,
    sa.Column("server", sa.String(24), primary_key=True),
    sa.Column("seen_at", Moment, nullable=False),
    sa.Column("about", sa.String(200), nullable=False, server_default=""),
    sa.Column("error", sa.String(1000)),
    sa.Column("tools", sa.JSON, nullable=False),
    comment="What each MCP server offered when it was last asked, for people to look at; error when it could not be asked.",
)

mcp_pins = sa.Table(
    "mcp_pins",
    metadata,
    sa.Column("server", sa.String(24), primary_key=True),
    sa.Column("tool", sa.String(200), primary_key=True),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("approved_by", sa.String(200), nullable=False),
    sa.Column("approved_at", Moment, nullable=False),
    comment="Tools as a person approved them: digest is that of name, description, schema and annotations.",
)

agent_steps = sa.Table(
    "agent_steps",
    metadata,
    sa.Column("session_id", sa.String(32), sa.ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("kind", sa.String(12), nullable=False),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("data", sa.LargeBinary, nullable=False),
    sa.Column("micro_dollars", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("tokens", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("seconds", sa.Float, nullable=False, server_default="0"),
    sa.Column("at", Moment, nullable=False),
    comment="What a model or a tool said, so that it is not asked twice. data is zlib of JSON.",
)

budgets = sa.Table(
    "budgets",
    metadata,
    sa.Column("scope", sa.String(120), primary_key=True),
    sa.Column("micro_dollars", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("tokens", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("raised_to", sa.BigInteger),
    comment="Spent and set aside, by session, by issue and day, and by day. raised_to is a cap of its own, in micro-dollars.",
)

alert_logs = sa.Table(
    "alert_logs",
    metadata,
    sa.Column("id", BigId, primary_key=True, autoincrement=True),
    sa.Column("issue_id", BigId, sa.ForeignKey("issues.id", ondelete="CASCADE"), nullable=False),
    sa.Column("state", sa.String(12), nullable=False),
    sa.Column("occasion", sa.String(250), nullable=False),
    sa.Column("reason", sa.String(500), nullable=False),
    sa.Column("noticed_at", Moment, nullable=False),
    sa.Column("outcome", sa.String(12), nullable=False, index=True),
    sa.Column("settled_at", Moment),
    sa.UniqueConstraint("issue_id", "state", "occasion"),
    comment="Once per issue and state; occasion is the release of a regression, the session of a question, else empty.",
)

chat_posts = sa.Table(
    "chat_posts",
    metadata,
    sa.Column("issue_id", BigId, sa.ForeignKey("issues.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("chat", sa.String(20), primary_key=True),
    sa.Column("posted_by", sa.String(64), nullable=False),
    sa.Column("last", sa.String(64), nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("shown", sa.String(64), nullable=False),
    sa.Column("posted_at", Moment, nullable=False),
    sa.Column("at", Moment, nullable=False, index=True),
    comment="The message of an issue in a chat: posted_by and last are keys of effects, shown is the hash of what it tells.",
)

outcomes = sa.Table(
    "outcomes",
    metadata,
    sa.Column("effect", sa.String(64), sa.ForeignKey("effects.key", ondelete="CASCADE"), primary_key=True),
    sa.Column("issue_id", BigId, sa.ForeignKey("issues.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("session_id", sa.String(32), nullable=False, index=True),
    sa.Column("repository", sa.String(200), nullable=False),
    sa.Column("branch", sa.String(250), nullable=False),
    sa.Column("number", sa.Integer),
    sa.Column("url", sa.Text),
    sa.Column("fate", sa.String(12), nullable=False),
    sa.Column("fate_at", Moment, nullable=False),
    sa.Column("fate_by", sa.String(200), nullable=False, server_default=""),
    sa.Column("commit", sa.String(64)),
    sa.Column("opened_at", Moment, nullable=False),
    sa.Column("forge_at", Moment),
    sa.Column("comments_at", Moment),
    sa.Column("next_look_at", Moment, index=True),
    sa.Column("failures", sa.Integer, nullable=False, server_default="0"),
    sa.Column("problem", sa.String(500)),
    sa.Column("silence", sa.String(12)),
    sa.Column("release", sa.String(250)),
    sa.Column("basis", sa.String(8)),
    sa.Column("released_at", Moment),
    sa.Column("per_hour", sa.Float, nullable=False, server_default="0"),
    sa.Column("expected", sa.Float, nullable=False, server_default="0"),
    sa.Column("seen", sa.Integer, nullable=False, server_default="0"),
    sa.Column("judged_at", Moment),
    sa.Column("regressed_at", Moment),
    sa.Column("regressed_release", sa.String(250)),
    sa.Column("regressed_event", sa.String(64)),
    comment="What became of each pull request, or of a branch without one; next_look_at is when it is looked at again.",
)

outcome_comments = sa.Table(
    "outcome_comments",
    metadata,
    sa.Column("effect", sa.String(64), sa.ForeignKey("outcomes.effect", ondelete="CASCADE"), primary_key=True),
    sa.Column("id", sa.String(80), primary_key=True),
    sa.Column("author", sa.String(200), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("url", sa.Text, nullable=False, server_default=""),
    sa.Column("path", sa.Text, nullable=False, server_default=""),
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

chat_listeners = sa.Table(
    "chat_listeners",
    metadata,
    sa.Column("chat", sa.String(20), primary_key=True),
    sa.Column("holder", sa.String(120)),
    sa.Column("cursor", sa.BigInteger, nullable=False),
    sa.Column("moved_at", Moment),
    sa.Column("asked_at", Moment),
    sa.Column("error", sa.String(500)),
    comment="Chats that are asked for what people said: the worker that asks, and the number of the last news that was read.",
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

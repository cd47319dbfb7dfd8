"""All tables. Times are aware UTC, except where a float is said to be epoch seconds (hot paths: no conversion there)."""

from __future__ import annotations

from paramedic.store.schema.accounts import (
    audit_log,
    chat_people,
    invitations,
    keys,
    oidc_starts,
    sittings,
    user_tokens,
    users,
)
from paramedic.store.schema.agent import (
    agent_steps,
    budgets,
    mcp_offers,
    mcp_pins,
)
from paramedic.store.schema.base import metadata
from paramedic.store.schema.effects import (
    alert_logs,
    chat_listeners,
    chat_posts,
    effects,
    outcome_comments,
    outcomes,
)
from paramedic.store.schema.inbox import (
    deliveries,
    organisations,
)
from paramedic.store.schema.issues import (
    all_hours,
    events,
    ignores,
    issue_hours,
    issue_releases,
    issue_users,
    issues,
    releases,
)
from paramedic.store.schema.library import (
    knowledge,
    knowledge_versions,
    playbook_versions,
    playbooks,
    recalls,
)
from paramedic.store.schema.sessions import (
    attachments,
    messages,
    request_names,
    requests,
    schedules,
    service_users,
    session_log,
    session_tags,
    sessions,
    workers,
)

__all__ = [
    "agent_steps",
    "alert_logs",
    "all_hours",
    "attachments",
    "audit_log",
    "budgets",
    "chat_listeners",
    "chat_people",
    "chat_posts",
    "deliveries",
    "effects",
    "events",
    "ignores",
    "invitations",
    "issue_hours",
    "issue_releases",
    "issue_users",
    "issues",
    "keys",
    "knowledge",
    "knowledge_versions",
    "mcp_offers",
    "mcp_pins",
    "messages",
    "metadata",
    "oidc_starts",
    "organisations",
    "outcome_comments",
    "outcomes",
    "playbook_versions",
    "playbooks",
    "recalls",
    "releases",
    "request_names",
    "requests",
    "schedules",
    "service_users",
    "session_log",
    "session_tags",
    "sessions",
    "sittings",
    "user_tokens",
    "users",
    "workers",
]

"""How the running system is: what waits, who works, how large it has grown, and each integration as it was last heard of.

The health page, ``/health`` and ``paramedic doctor`` all tell it from here. No outside system is asked.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from paramedic.effects.values import EffectKind
from paramedic.settings import Configuration, Settings
from paramedic.store import deliveries, effects, mcp, sessions, workers
from paramedic.store.engine import reading
from paramedic.store.sessions import SessionState
from paramedic.store.size import database_bytes
from paramedic.store.workers import Worker

_FORGE = (EffectKind.PUSH, EffectKind.PULL_REQUEST)


@dataclass(frozen=True, slots=True)
class Condition:
    """``status`` is ok, degraded (no worker lives, or the inbox is over its bound) or down (no database).

    ``unreadable`` counts deliveries that were given up; ``last_received`` has epoch seconds by kind of delivery."""

    status: str
    database: str
    inbox: int = 0
    unreadable: int = 0
    queued: int = 0
    running: int = 0
    effects: int = 0
    workers: tuple[Worker, ...] = ()
    last_received: Mapping[str, float] = field(default_factory=dict)
    database_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Integration:
    """``configured`` is whether its settings are there. ``error`` is None when it worked again since."""

    name: str
    configured: bool
    last_seen: datetime | None = None
    error: str | None = None
    error_at: datetime | None = None
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Disk:
    """Of the home; in bytes."""

    free: int
    total: int

    @property
    def is_short(self) -> bool:
        return self.free < 2 * 2**30


def condition(engine: sa.Engine, settings: Settings) -> Condition:
    """How it is at this moment."""
    try:
        with reading(engine).connect() as connection:
            return _measured(connection, settings)
    except sa.exc.SQLAlchemyError as error:
        return Condition("down", type(error).__name__)


def disk(settings: Settings) -> Disk | None:
    """None where there is no home yet."""
    home: Path = settings.home
    if not home.is_dir():
        return None
    usage = shutil.disk_usage(home)
    return Disk(usage.free, usage.total)


def integrations(connection: sa.Connection, settings: Settings, configuration: Configuration) -> Iterator[Integration]:
    """What comes in first, then what goes out."""
    last, refused = deliveries.last_received(connection), deliveries.last_failed(connection)
    secret, legacy = settings.webhook_signing_secret is not None, settings.paramedic_legacy_token is not None
    dsn = any(project.id and project.public_key for project in configuration.projects.values())
    for name, is_set, kinds, setting, test in (
        ("Sentry webhook", secret, ("hook",), "Set SENTRY_CLIENT_SECRET.", "Send a test from the integration's alert rule."),
        ("SDK events", dsn, ("envelope", "event"), "Give a project id and public_key.", "Let an SDK send one event to its DSN."),
        ("Legacy plugin", legacy, ("legacy",), "Set PARAMEDIC_LEGACY_TOKEN.", "Press Test Configuration in the plugin."),
    ):
        yield _incoming(name, is_set, [last[kind] for kind in kinds if kind in last], refused, kinds, setting, test)
    yield _outgoing(
        connection, "Sentry comments", settings.sentry_auth_token is not None, (EffectKind.COMMENT,), "SENTRY_AUTH_TOKEN"
    )
    forges = bool(configuration.repositories)
    yield _outgoing(connection, "Forges", forges, _FORGE, "a [repositories.NAME] table in the configuration file")
    yield _outgoing(
        connection, "Chats", _has_chat(settings), (EffectKind.MESSAGE,), "SLACK_BOT_TOKEN, TELEGRAM_BOT_TOKEN or APPRISE_URLS"
    )
    offered = {server.server: server for server in mcp.offered(connection)}
    for name in configuration.mcp:
        server = offered.get(name)
        if server is None or not server.error:
            yield Integration(f"MCP server {name}", True, server.seen_at if server else None)
        else:
            remedy = "See that it runs, then: paramedic doctor"
            yield Integration(f"MCP server {name}", True, None, server.error, server.seen_at, remedy)
    yield _model(settings)


def _measured(connection: sa.Connection, settings: Settings) -> Condition:
    waiting, alive = deliveries.depth(connection), workers.living(connection)
    degraded = not alive or waiting > settings.paramedic_backlog_limit
    counted = sessions.counted(connection)
    return Condition(
        status="degraded" if degraded else "ok",
        database=connection.dialect.name,
        inbox=waiting,
        unreadable=deliveries.given_up(connection),
        queued=counted.get(SessionState.QUEUED, 0),
        running=counted.get(SessionState.RUNNING, 0),
        effects=effects.counted(connection, "approved") + effects.counted(connection, "performing"),
        workers=alive,
        last_received=deliveries.last_received(connection),
        database_bytes=database_bytes(connection),
    )


def _incoming(
    name: str,
    is_set: bool,
    received: list[float],
    refused: Mapping[str, tuple[float, str]],
    kinds: tuple[str, ...],
    setting: str,
    test: str,
) -> Integration:
    seen = datetime.fromtimestamp(max(received), UTC) if received else None
    failed = max((refused[kind] for kind in kinds if kind in refused), default=None)
    if not is_set:
        return Integration(name, False, seen, remedy=setting)
    if failed is None or (received and failed[0] < max(received)):
        return Integration(name, True, seen, remedy="" if seen else f"Nothing has come yet. {test}")
    at = datetime.fromtimestamp(failed[0], UTC)
    return Integration(name, True, seen, failed[1], at, "After an upgrade, feed it again: paramedic replay")


def _outgoing(connection: sa.Connection, name: str, is_set: bool, kinds: tuple[EffectKind, ...], setting: str) -> Integration:
    done, failed = (effects.newest(connection, kinds, state) for state in ("done", "failed"))
    seen = _when(done) if done else None
    if not is_set:
        return Integration(name, False, seen, remedy=f"Set {setting}.")
    if failed is None or (seen and _when(failed) < seen):
        return Integration(name, True, seen)
    return Integration(
        name, True, seen, failed.reason or failed.result or "failed", _when(failed), "Ask it now: paramedic doctor"
    )


def _when(row: effects.EffectRow) -> datetime:
    return row.decided_at or row.proposed_at


def _has_chat(settings: Settings) -> bool:
    chats = (settings.slack_webhook_url, settings.slack_bot_token, settings.telegram_bot_token, settings.apprise_urls)
    return any(chat is not None for chat in chats)


def _model(settings: Settings) -> Integration:
    remedy = "" if settings.paramedic_model else "Set PARAMEDIC_MODEL. The engine works without one."
    return Integration("Language model", settings.paramedic_model is not None, remedy=remedy)

"""A database with issues and sessions in it, a Slack on loopback, and the two chores that make messages of them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from tests.databases import Databases
from tests.effects.findings import proven
from tests.standins.slack import CHANNEL, HOOK, TOKEN, SlackStandIn
from tests.standins.telegram import TelegramStandIn

from paramedic.effects import ledger
from paramedic.effects.perform import perform_ready
from paramedic.effects.performers import Tools
from paramedic.effects.values import Effect, OpenPullRequest, Push
from paramedic.integrations.slack.messages import document
from paramedic.model.repair import TriageResult
from paramedic.sessions.alerting import tell
from paramedic.sessions.document import result_document
from paramedic.sessions.news import news_of
from paramedic.sessions.starting import start_sessions
from paramedic.settings import Configuration, Settings
from paramedic.settings.file import Action, NotificationsConfig, Policy, Rule
from paramedic.store import alerts, issues, sessions
from paramedic.store.engine import open_engine
from paramedic.store.issues import Sighting, StatusChange
from paramedic.store.schema import alert_logs, chat_posts, effects
from paramedic.store.sessions import NewSession, SessionState

APPROVER = "slack:U0LEAD"


class Ward:
    """Issues come in, sessions come to verdicts, ``tick`` does what the worker does every two seconds."""

    def __init__(self, engine: sa.Engine, home: Path, **settings: object) -> None:
        self.engine = engine
        self.settings = Settings(paramedic_home=home, paramedic_public_url="https://paramedic.example", **settings)
        observe = Rule(name="observe", action=Action.OBSERVE)
        self.configuration = Configuration(
            rules=(observe,), notifications=NotificationsConfig(approvers=(APPROVER, "telegram:42"))
        )

    def configure(self, **changes: object) -> None:
        changed = self.configuration.notifications.model_copy(update=changes)
        self.configuration = self.configuration.model_copy(update={"notifications": changed})

    def crash(
        self, key: str = "a", *, count: int = 60, level: str = "error", title: str = "KeyError: 'sku'", release: str = ""
    ) -> int:
        now = datetime.now(UTC)
        seen = Sighting("shop", key, title, "shop.cart in total", level, "python", {}, environment="production")
        seen.upstream_id, seen.short_id, seen.url = f"47{key}", f"SHOP-{key}", "https://acme.sentry.io/issues/4711/"
        seen.count, seen.first_seen, seen.last_seen, seen.release = count, now, now, release or None
        seen.hours, seen.users = {int(time.time()) // 3600: count}, {"someone"}
        with self.engine.begin() as connection:
            issues.record(connection, [seen])
            found = next(issue.id for issue in issues.listed(connection, limit=5000) if issue.group_key == key)
        start_sessions(self.engine, self.configuration)
        return found

    def resolve(self, key: str = "a") -> None:
        seen = Sighting("shop", key, "KeyError: 'sku'", "", "error", "python", {})
        with self.engine.begin() as connection:
            issues.change_status(connection, StatusChange(replace(seen, last_seen=datetime.now(UTC)), status="resolved"))

    def conclude(self, issue: int, result: TriageResult | None = None) -> str:
        """A session that comes to a verdict, and asks for a pull request; the key of what it asks for."""
        result = result or proven()
        with self.engine.begin() as connection:
            session, _fresh = sessions.start(connection, NewSession(issue, "shop", "pull_request", None, "a test"))
            pull = OpenPullRequest("shop", f"paramedic/{session}", "main", "Fix it", "body")
            effect = Effect(pull, issue, session)
            ledger.propose(connection, effect, Policy.ASK, 72)
            document = result_document(result)
            sessions.finish(
                connection, session, SessionState.FINISHED, verdict=result.verdict.value, summary=result.reason, result=document
            )
        return effect.key

    def conclude_in_two(self, issue: int) -> tuple[str, str]:
        """As ``conclude``, with a branch that the pull request needs; the keys of both."""
        pull = self.conclude(issue)
        with self.engine.begin() as connection:
            session = ledger.find(connection, pull).effect.session_id
            push = Effect(Push("shop", f"paramedic/{session}", "c" * 40, (), "Fix it", 0), issue, session)
            pulled = OpenPullRequest("shop", f"paramedic/{session}", "main", "Fix both", "body")
            opened = Effect(pulled, issue, session, "", (push.key,))
            for effect in (push, opened):
                ledger.propose(connection, effect, Policy.ASK, 72)
        return push.key, opened.key

    def shown(self, key: str) -> Any:
        """The message on the issue that the effect is for, as Slack gets it."""
        with self.engine.begin() as connection:
            issue = ledger.find(connection, key).effect.issue_id
            standing = alerts.standings(connection, [issue])[issue]
            return document(news_of(connection, issue, standing, self.settings, self.configuration))

    def tick(self) -> None:
        start_sessions(self.engine, self.configuration)
        tell(self.engine, self.settings, self.configuration)
        perform_ready(Tools(self.settings, self.configuration, self.engine, "worker-1"))

    def later(self, minutes: int) -> None:
        """What happened so far was so long ago."""
        past = timedelta(minutes=minutes)
        with self.engine.begin() as connection:
            for table, columns in ((alert_logs, ("noticed_at", "settled_at")), (chat_posts, ("posted_at", "at"))):
                for row in connection.execute(sa.select(table)).mappings().all():
                    keys = [column == row[column.name] for column in table.primary_key]
                    moved = {name: row[name] - past for name in columns if row[name]}
                    connection.execute(sa.update(table).where(*keys).values(moved))

    def outcomes(self, issue: int) -> list[tuple[str, str]]:
        with self.engine.begin() as connection:
            return [(state, outcome) for state, _occasion, outcome in alerts.listed(connection, issue)]

    def message_effects(self) -> list[Any]:
        with self.engine.begin() as connection:
            return list(connection.execute(sa.select(effects).where(effects.c.kind == "message").order_by(effects.c.proposed_at)))


@pytest.fixture
def engine(databases: Databases, tmp_path: Path) -> Iterator[sa.Engine]:
    """SQLite alone: what chats are told depends on no database."""
    opened = open_engine(databases.copy_sqlite(tmp_path / "paramedic.db"))
    yield opened
    opened.dispose()


@pytest.fixture
def telegram() -> Iterator[TelegramStandIn]:
    with TelegramStandIn().running() as standin:
        assert isinstance(standin, TelegramStandIn)
        yield standin


@pytest.fixture
def slack() -> Iterator[SlackStandIn]:
    with SlackStandIn().running() as standin:
        assert isinstance(standin, SlackStandIn)
        yield standin


@pytest.fixture
def hooked(engine: sa.Engine, tmp_path: Path, slack: SlackStandIn) -> Ward:
    """A team with an incoming webhook."""
    return Ward(engine, tmp_path, slack_webhook_url=slack.url + HOOK)


@pytest.fixture
def ward(engine: sa.Engine, tmp_path: Path, slack: SlackStandIn) -> Ward:
    """A team with a bot."""
    return Ward(
        engine, tmp_path, slack_bot_token=TOKEN, slack_channel=CHANNEL, slack_api_url=f"{slack.url}/api", slack_signing_secret="s"
    )

"""From what is worth telling to messages: once per issue and state, together in a storm, not in the night, then edited.

Each message is an effect in the ledger, entered in the transaction that settles its alert: told at most once, whoever dies.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from paramedic.effects import ledger
from paramedic.effects.values import Effect, EffectState, Say
from paramedic.integrations.chats import open_chats
from paramedic.model.chat import Chat, ChatMessage
from paramedic.model.event import Level
from paramedic.model.outcome import Fate
from paramedic.sessions.news import left_behind, news_of, nudge_of, storm_of
from paramedic.settings import Configuration, Settings
from paramedic.settings.file import NotificationsConfig, Policy, State
from paramedic.store import alerts
from paramedic.store import effects as rows
from paramedic.store.alerts import Alert, Outcome, Post, Standing
from paramedic.store.engine import reading
from paramedic.store.issues import Issue
from paramedic.triage.importance import importance, is_quiet

FOLLOWED = timedelta(days=14)
"""A message that has not changed for so long is left as it is."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What telling takes; ``chats`` are those that are set up."""

    settings: Settings
    configuration: Configuration
    chats: tuple[Chat, ...]

    @property
    def config(self) -> NotificationsConfig:
        return self.configuration.notifications


def consider(connection: sa.Connection, issue: Issue, configuration: Configuration) -> None:
    """Note the issue when it is important. A state that was told of is not told of again."""
    found = importance(
        Level(issue.level), State(issue.state), issue.status, issue.count, issue.users, configuration.notifications
    )
    if found is not None:
        occasion = (issue.last_release or "") if found.state != "open" else ""
        alerts.note(connection, issue.id, found.state, found.reason, occasion)


def tell(engine: sa.Engine, settings: Settings, configuration: Configuration) -> None:
    """Turn what waits into messages, and bring messages up to date. Raises ``NotConfigured`` for a chat set up by half."""
    desk = Desk(settings, configuration, open_chats(settings))
    with reading(engine).connect() as connection:
        questions = alerts.unasked(connection) if desk.chats else ()
        waits = alerts.has_waiting(connection) or bool(questions)
        stale = _stale(connection, desk)
    if not waits and not stale:
        return
    with engine.begin() as connection:
        for issue_id, session_id in questions:
            alerts.note(connection, issue_id, alerts.QUESTION, "a change waits for a yes", session_id)
        _tell_waiting(connection, desk, datetime.now(UTC))
        for post, standing in stale:
            _bring_up_to_date(connection, desk, post, standing)


def _tell_waiting(connection: sa.Connection, desk: Desk, now: datetime) -> None:
    due = alerts.waiting(connection)
    if not desk.chats:
        alerts.settle(connection, due, Outcome.UNSENT)
        return
    if is_quiet(now, desk.config):
        due = tuple(alert for alert in due if alert.level == Level.FATAL.value)
    window = now - timedelta(minutes=desk.config.storm_minutes)
    _ask(connection, desk, [alert for alert in due if alert.state == alerts.QUESTION], window, now)
    _report(connection, desk, [alert for alert in due if alert.state != alerts.QUESTION], window, now)


def _ask(connection: sa.Connection, desk: Desk, due: Sequence[Alert], window: datetime, now: datetime) -> None:
    """Each question has a message of its own, also in a storm: one without buttons could not be answered. Those that are too
    many for the window wait for the next."""
    free = desk.config.storm_issues - alerts.sent_since(connection, window, Outcome.SENT, questions=True)
    for alert in due[: max(0, free)]:
        _tell(connection, desk, alert, now)


def _report(connection: sa.Connection, desk: Desk, due: Sequence[Alert], window: datetime, now: datetime) -> None:
    if not due or alerts.sent_since(connection, window, Outcome.BATCHED):
        return
    recent = alerts.sent_since(connection, window, Outcome.SENT)
    if recent + len({alert.issue_id for alert in due}) > desk.config.storm_issues:
        _tell_together(connection, desk, due)
        return
    for alert in due:
        _tell(connection, desk, alert, now)


def _tell_together(connection: sa.Connection, desk: Desk, due: Sequence[Alert]) -> None:
    """One message for a storm; those that come while its window is open wait for the next."""
    first, message = storm_of(connection, due, desk.settings, desk.config)
    for chat in desk.chats:
        _say(connection, first, Say(chat.name, f"storm {due[0].id}", message))
    alerts.settle(connection, due, Outcome.BATCHED)


def _tell(connection: sa.Connection, desk: Desk, alert: Alert, now: datetime) -> None:
    standing = alerts.standings(connection, [alert.issue_id])[alert.issue_id]
    cooling = now - timedelta(minutes=desk.config.cooldown_minutes)
    told = [_post(connection, desk, chat, alert, standing, cooling) for chat in desk.chats]
    alerts.settle(connection, [alert], Outcome.SENT if any(told) else Outcome.COOLDOWN)


def _post(connection: sa.Connection, desk: Desk, chat: Chat, alert: Alert, standing: Standing, cooling: datetime) -> bool:
    """False when the issue has a fresh message in this chat, which will be edited. A question is said beside it."""
    before = alerts.post_of(connection, alert.issue_id, chat.name)
    asks = alert.state == alerts.QUESTION
    if before is None or before.posted_at <= cooling or _is_lost(connection, before):
        _post_anew(connection, desk, chat, alert.issue_id, standing, f"alert {alert.id}")
        return True
    if asks and chat.edits:
        message = nudge_of(_fitting(chat, _news(connection, desk, alert.issue_id, standing)))
        word = Say(chat.name, f"alert {alert.id}", message, under=before.posted_by)
        _say(connection, alert.issue_id, word, (before.posted_by,))
    elif asks and before.shown != shown(chat, standing):
        _post_anew(connection, desk, chat, alert.issue_id, standing, f"alert {alert.id}")
    return asks


def _post_anew(connection: sa.Connection, desk: Desk, chat: Chat, issue_id: int, standing: Standing, occasion: str) -> None:
    message = _fitting(chat, _news(connection, desk, issue_id, standing))
    before = alerts.post_of(connection, issue_id, chat.name)
    key = _say(connection, issue_id, Say(chat.name, occasion, message))
    if before is not None and chat.edits and not _is_lost(connection, before):
        rows.move(connection, before.last, [EffectState.APPROVED.value], EffectState.SUPERSEDED.value)
        left = Say(chat.name, f"{occasion}, left behind", left_behind(message), before.posted_by)
        _say(connection, issue_id, left, (before.posted_by,))
    now = datetime.now(UTC)
    alerts.keep_post(connection, Post(issue_id, chat.name, key, key, 0, shown(chat, standing), now, now))


def _news(connection: sa.Connection, desk: Desk, issue_id: int, standing: Standing) -> ChatMessage:
    return news_of(connection, issue_id, standing, desk.settings, desk.configuration)


def _bring_up_to_date(connection: sa.Connection, desk: Desk, post: Post, standing: Standing) -> None:
    chat = next(chat for chat in desk.chats if chat.name == post.chat)
    current = alerts.post_of(connection, post.issue_id, post.chat)
    if current != post:
        return
    number = post.revision + 1
    occasion = f"issue {post.issue_id}, {post.posted_by[:12]}, edit {number}"
    if not chat.edits or _is_lost(connection, post):
        _post_anew(connection, desk, chat, post.issue_id, standing, occasion)
        return
    message = _fitting(chat, _news(connection, desk, post.issue_id, standing))
    if post.last != post.posted_by:
        # An older edit that still waits would put yesterday's words over today's.
        rows.move(connection, post.last, [EffectState.APPROVED.value], EffectState.SUPERSEDED.value)
    key = _say(connection, post.issue_id, Say(post.chat, occasion, message, post.posted_by), (post.posted_by,))
    changed = replace(post, last=key, revision=number, shown=shown(chat, standing), at=datetime.now(UTC))
    alerts.keep_post(connection, changed)


def _stale(connection: sa.Connection, desk: Desk) -> list[tuple[Post, Standing]]:
    """Messages that no longer tell how things stand."""
    chats = {chat.name: chat for chat in desk.chats}
    posts = [post for post in alerts.posts(connection, datetime.now(UTC) - FOLLOWED) if post.chat in chats]
    standings = alerts.standings(connection, [post.issue_id for post in posts])
    pairs = [(post, standings[post.issue_id]) for post in posts if post.issue_id in standings]
    return [(post, standing) for post, standing in pairs if shown(chats[post.chat], standing) != post.shown]


def shown(chat: Chat, standing: Standing) -> str:
    """The hash of what a message tells. Where messages cannot be edited, a new one is worth a new verdict and nothing less."""
    newest = next(iter(standing.sessions), None)
    # One that was only opened is told of by its effect.
    fixes = tuple(one for one in standing.fixes if one[1] != Fate.OPEN.value)
    tells = (standing, newest, *fixes) if chat.edits else next((one[::2] for one in standing.sessions if one[2]), None)
    return hashlib.sha256(repr(tells).encode()).hexdigest()


def _is_lost(connection: sa.Connection, post: Post) -> bool:
    row = rows.read(connection, post.posted_by)
    return row is None or (EffectState(row.state).final and row.state != EffectState.DONE)


def _fitting(chat: Chat, message: ChatMessage) -> ChatMessage:
    return message if chat.answers else replace(message, buttons=())


def _say(connection: sa.Connection, issue_id: int, payload: Say, requires: tuple[str, ...] = ()) -> str:
    effect = Effect(payload, issue_id, "", requires=requires)
    ledger.propose(connection, effect, Policy.AUTO, 1)
    return effect.key

"""What each message would look like, made of a made-up issue in the way of real ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from paramedic.model.chat import ChatMessage
from paramedic.reports.notification import StormIssue, storm_message
from paramedic.sessions.news import Counts, Scene, message_on
from paramedic.settings import Configuration, Settings
from paramedic.store.effects import EffectRow
from paramedic.store.issues import Issue
from paramedic.store.sessions import Session, SessionState

_NOW = datetime(2026, 11, 20, 3, 12, tzinfo=UTC)
_ISSUE = Issue(
    id=42,
    project="shop",
    group_key="preview",
    upstream_id=None,
    short_id="SHOP-1A",
    url=None,
    title="KeyError: 'sku'",
    culprit="shop.cart in total",
    level="error",
    platform="python",
    environment="production",
    status="unresolved",
    state="new",
    first_release="shop@1.4.0",
    last_release="shop@1.4.0",
    first_seen=_NOW - timedelta(minutes=25),
    last_seen=_NOW,
    count=212,
    users=57,
    grouping={},
    priority=70,
    action=None,
    rule=None,
    decision=None,
    decided_at=None,
)
_SESSION = Session(
    id="preview",
    kind="triage",
    issue_id=42,
    project="shop",
    state=SessionState.FINISHED,
    turn=0,
    action="pull_request",
    rule="default",
    reason="new",
    event_id=None,
    earlier=None,
    stage=None,
    attempts=0,
    created_at=_NOW,
    started_at=_NOW,
    finished_at=_NOW,
    verdict="proven_fix",
    summary="",
    result={
        "diagnosis": {"summary": "`find_row()` returns a row without `sku` for gift cards.", "confidence": 0.9},
        "fix": {"files": ["shop/cart.py"], "rationale": "The default that the invoice uses for the same rows."},
        "proof": {"compared": "the 212 tests of the project are no worse"},
    },
    cause=None,
)
_QUESTION = EffectRow("ab" * 32, "pull_request", "pending", 42, "preview", "", (), {}, _NOW)
_DECIDED = replace(_QUESTION, decided_by="ada, dashboard from 10.1.2.3", decided_at=_NOW + timedelta(minutes=6))


@dataclass(frozen=True, slots=True)
class Preview:
    occasion: str
    message: ChatMessage


def previews(settings: Settings, configuration: Configuration) -> Iterator[Preview]:
    """One for each occasion that there is a message for."""
    scene = Scene(_ISSUE, Counts(180, 212), "open", None, (), may_answer=True)
    working = replace(_SESSION, state=SessionState.RUNNING, verdict=None, result=None)
    unproven = replace(_SESSION, verdict="diagnosed", result={"diagnosis": (_SESSION.result or {})["diagnosis"]})
    found = replace(scene, session=_SESSION)
    scenes = {
        "a new issue": scene,
        "it is looked into": replace(scene, session=working),
        "a fix that waits for a yes": replace(found, effects=(_QUESTION,)),
        "approved and done": replace(
            found, effects=(replace(_DECIDED, state="done", result="https://github.com/acme/shop/pull/7"),)
        ),
        "rejected": replace(found, effects=(replace(_DECIDED, state="rejected", reason="Not during the freeze"),)),
        "nobody answered": replace(found, effects=(replace(_QUESTION, state="expired"),)),
        "a newer change took its place": replace(found, effects=(replace(_QUESTION, state="superseded"),)),
        "no proven fix": replace(scene, session=unproven),
        "it came back": replace(scene, alert="regressed"),
    }
    for occasion, one in scenes.items():
        yield Preview(occasion, message_on(one, settings, configuration))
    yield Preview("a storm", _storm(settings, configuration))


def _storm(settings: Settings, configuration: Configuration) -> ChatMessage:
    config = configuration.notifications
    struck = (("KeyError: 'sku'", 212, 57), ("TimeoutError: pool", 90, 31))
    top = [StormIssue(error, "shop", count, users) for error, count, users in struck]
    return storm_message(37, config.storm_minutes, top, config.templates, f"{settings.paramedic_public_url}/issues")

"""The prompt workflow: one turn of a conversation. Who answers is given by the worker; here is when, and that it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import sqlalchemy as sa
import structlog
from dbos import DBOS

from paramedic.model.errors import NotConfigured
from paramedic.model.library import Recalled
from paramedic.sessions import library
from paramedic.sessions.asking import NEEDS_MODEL
from paramedic.sessions.desk import Desk
from paramedic.sessions.workflow import attend, checkpointed
from paramedic.store import messages, recalls, requests
from paramedic.store import sessions as store
from paramedic.store.engine import reading
from paramedic.store.messages import Message, Source
from paramedic.store.requests import Request

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Conversation:
    """All that was said so far, the last message being the one to answer, and what was recalled for it: an answer cites
    that by its labels."""

    request: Request
    said: tuple[Message, ...]
    recalled: tuple[Recalled, ...] = ()


@dataclass(frozen=True, slots=True)
class Reply:
    """``text`` is shown to whoever asked; ``output`` is what a structured answer was asked for."""

    text: str
    output: Mapping[str, object] | None = None


class Answerer(Protocol):
    """The agent, as a prompt session sees it. It may be called again for the same turn after a crash, so it keeps its own
    steps; it asks ``desk`` whether the session is still wanted."""

    def __call__(self, desk: Desk, conversation: Conversation) -> Reply: ...


class _Work:
    answerer: Answerer | None = None


def open_for_work(answerer: Answerer | None = None) -> None:
    """Must be called before the engine is launched; without an answerer every prompt is told what is missing."""
    _Work.answerer = answerer


@DBOS.workflow(name="prompt", max_recovery_attempts=None)
def prompt(session_id: str) -> str:
    """Answer the last message of a session, then wait for the next."""
    return attend(session_id, _turn)


def _turn(desk: Desk) -> str:
    heard = checkpointed(desk, "listen", lambda: _listen(desk))
    reply = checkpointed(desk, "answer", lambda: _answer(desk, heard))
    with desk.house.engine.begin() as connection:
        if store.rest(connection, desk.session_id, reply.text, reply.output):
            messages.add(connection, desk.session_id, Source.SESSION, "paramedic", reply.text)
            library.note_citations(connection, desk.session_id, reply.text)
            _wake_if_more(connection, desk.session_id, heard)
    log.info("session_answered", session_id=desk.session_id)
    return "answered"


def _listen(desk: Desk) -> Conversation:
    with reading(desk.house.engine).connect() as connection:
        request = requests.read(connection, [desk.session_id])[desk.session_id]
        return Conversation(request, messages.after(connection, desk.session_id), recalls.of(connection, desk.session_id))


def _answer(desk: Desk, heard: Conversation) -> Reply:
    if _Work.answerer is None:
        raise NotConfigured(NEEDS_MODEL)
    return _Work.answerer(desk, heard)


def _wake_if_more(connection: sa.Connection, session_id: str, heard: Conversation) -> None:
    """What was said while the answer was being found is answered next."""
    more = messages.after(connection, session_id, heard.said[-1].seq)
    if any(message.source is Source.USER for message in more):
        store.wake(connection, session_id)

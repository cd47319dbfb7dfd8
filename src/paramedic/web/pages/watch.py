"""What has happened for the pages that are open: one look at the database a second for all of them, whatever their number."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import sqlalchemy as sa
import structlog

from paramedic.store import budgets, hours, issues, logs, sessions, watching
from paramedic.store.engine import reading
from paramedic.web.pages.rendering import piece
from paramedic.web.pages.stages import stages_of

log = structlog.get_logger()

POLL_SECONDS = 1.0
MOST_LINES = 300
"""Lines of a session that are kept for listeners; one that is further behind is told to load its page anew."""


@dataclass(frozen=True, slots=True)
class Topic:
    """``kind`` is session, issue or overview; ``name`` the id of what is followed, "" for the overview."""

    kind: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """``version`` differs when the page is to be made anew; ``parts`` are pieces of it by their ids, which change more often;
    ``lines`` are a session's last, numbered and rendered."""

    version: str
    parts: Mapping[str, str] = field(default_factory=dict)
    lines: tuple[tuple[int, str], ...] = ()


class Watch:
    """Looks only while somebody listens, and beside the event loop, in one thread at a time."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._topics: Counter[Topic] = Counter()
        self._since: dict[str, int] = {}
        self._seen: dict[Topic, Seen] = {}
        self._looked = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.closed = False

    @property
    def listeners(self) -> int:
        return self._topics.total()

    def follow(self, topic: Topic, line: int) -> None:
        """Look at ``topic`` from now on; of a session, at its lines after ``line``."""
        self._topics[topic] += 1
        if topic.kind == "session" and (topic.name not in self._since or line < self._since[topic.name]):
            self._since[topic.name] = line
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._look_on())

    def leave(self, topic: Topic) -> None:
        self._topics[topic] -= 1
        if self._topics[topic] <= 0:
            del self._topics[topic]
            self._seen.pop(topic, None)
            self._since.pop(topic.name, None)

    async def news(self, topic: Topic) -> Seen | None:
        """What there is after the next look; None when there is no such thing."""
        looked = self._looked
        await looked.wait()
        return self._seen.get(topic)

    def close(self) -> None:
        """The process is to end: whoever listens goes home."""
        self.closed = True
        self._looked.set()

    async def _look_on(self) -> None:
        while self._topics and not self.closed:
            try:
                self._seen = await asyncio.to_thread(self._look, tuple(self._topics), dict(self._since))
            except sa.exc.SQLAlchemyError as error:
                log.warning("watch_failed", reason=type(error).__name__)
            looked, self._looked = self._looked, asyncio.Event()
            looked.set()
            await asyncio.sleep(POLL_SECONDS)

    def _look(self, topics: tuple[Topic, ...], since: Mapping[str, int]) -> dict[Topic, Seen]:
        runs = [topic.name for topic in topics if topic.kind == "session"]
        numbers = [int(topic.name) for topic in topics if topic.kind == "issue"]
        found: dict[Topic, Seen] = {}
        with reading(self._engine).connect() as connection:
            if runs:
                found |= _sessions(connection, runs, since, self._seen)
            if numbers:
                found |= _issues(connection, numbers)
            if Topic("overview") in topics:
                found[Topic("overview")] = Seen(watching.overview_at(connection))
        return found


def version_of(connection: sa.Connection, topic: Topic) -> str:
    """What a page carries, so that nothing is missed between its making and its listening; "" for what is not there."""
    if topic.kind == "session":
        return watching.sessions_at(connection, [topic.name]).get(topic.name, "")
    if topic.kind == "issue":
        return watching.issues_at(connection, [int(topic.name)]).get(int(topic.name), "")
    return watching.overview_at(connection)


def _sessions(
    connection: sa.Connection, ids: list[str], since: Mapping[str, int], before: Mapping[Topic, Seen]
) -> dict[Topic, Seen]:
    versions, last = watching.sessions_at(connection, ids), watching.last_lines(connection, ids)
    spent = budgets.dollars_of(connection, ids)
    found = {}
    for session in sessions.read_many(connection, list(versions)):
        topic = Topic("session", session.id)
        known = before[topic].lines if topic in before else ()
        have = known[-1][0] if known else since.get(session.id, 0)
        lines = known
        if last.get(session.id, 0) > have:
            fresh = sessions.log_after(connection, session.id, have, limit=MOST_LINES)
            lines = (*known, *((line.seq, piece("log_line", line)) for line in fresh))[-MOST_LINES:]
        stages = stages_of(session, logs.stage_times(connection, session.id))
        parts = {"status": piece("session_status", session, stages, spent.get(session.id, 0.0))}
        found[topic] = Seen(versions[session.id], parts, lines)
    return found


def _issues(connection: sa.Connection, ids: list[int]) -> dict[Topic, Seen]:
    versions = watching.issues_at(connection, ids)
    found = {}
    for number, version in versions.items():
        issue = issues.read(connection, number)
        counted = hours.of_issue(connection, number, int(time.time()) // 3600 - 23)
        parts = {"since": piece("issue_since", issue), "for": piece("issue_for", issue, sum(count for _hour, count in counted))}
        found[Topic("issue", str(number))] = Seen(version, parts)
    return found

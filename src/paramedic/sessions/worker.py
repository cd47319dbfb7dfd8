"""The worker process: digests the inbox, starts sessions, does approved effects, and takes over from workers that died."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import FrameType

import sqlalchemy as sa
import structlog

from paramedic.effects import ledger
from paramedic.effects.perform import perform_ready
from paramedic.effects.performers import Tools
from paramedic.integrations.chats import open_chats
from paramedic.log import configure_log
from paramedic.model.errors import BadInput
from paramedic.sessions import answering, durable, prompting, workflow
from paramedic.sessions.alerting import tell
from paramedic.sessions.deciding import Terms
from paramedic.sessions.desk import House
from paramedic.sessions.digest import digest
from paramedic.sessions.following import Follower, follow
from paramedic.sessions.ignoring import heed_lapsed
from paramedic.sessions.listening import listen, polls
from paramedic.sessions.starting import start_sessions
from paramedic.sessions.supervisor import SUPERVISOR_VARIABLE
from paramedic.settings import Configuration, Settings, load_configuration, load_settings
from paramedic.settings.place import configuration_path
from paramedic.store import attachments, deliveries, releases, workers
from paramedic.store import sessions as store
from paramedic.store.engine import open_engine, reading
from paramedic.store.migrate import upgrade
from paramedic.store.sessions import SessionState

log = structlog.get_logger()

BEAT_SECONDS = 2.0
LOOK_AROUND_SECONDS = 2.0
ENQUEUE_SECONDS = 0.3
EFFECTS_SECONDS = 1.0
TELL_SECONDS = 2.0
LISTEN_SECONDS = 5.0
FOLLOW_SECONDS = 5.0
FORGET_EVERY_SECONDS = 600.0
KEEP_DELIVERIES_SECONDS = 7 * 86_400.0
"""Within it a repeated delivery is known by its key, and ``replay`` can feed what still has a body."""
KEEP_RELEASES = timedelta(days=120)
RECONCILE_SECONDS = 15.0
HEED_SECONDS = 30.0
LEFTOVER_SECONDS = 6 * 3600
EXIT_HUNG = 70
GRACE_SECONDS = 20


@dataclass(slots=True)
class Worker:
    """One worker. ``run`` returns when ``stop`` is called or a signal asks for it."""

    settings: Settings
    configuration: Configuration
    engine: sa.Engine
    identity: workers.Worker = field(default_factory=workers.this_worker)
    _stopping: threading.Event = field(default_factory=threading.Event)
    _enqueued: set[store.Turn] = field(default_factory=set)

    def run(self) -> None:
        house = House(self.settings, self.configuration, self.engine, self.identity.id)
        workflow.open_for_work(house)
        prompting.open_for_work(answering.answer if self.settings.paramedic_model else None)
        self._beat()
        durable.launch(self.settings.database, self.identity.id, self.settings.paramedic_worker_concurrency)
        log.info("worker_started", worker=self.identity.id)
        chores = [
            self._chore("beat", BEAT_SECONDS, self._beat),
            self._chore("enqueue", ENQUEUE_SECONDS, self._enqueue),
            self._chore("look_around", LOOK_AROUND_SECONDS, self._look_around),
            self._chore("effects", EFFECTS_SECONDS, self._do_effects),
            self._chore("tell", TELL_SECONDS, self._tell),
            self._chore("digest", 0.1, self._digest),
            self._chore("start_sessions", 0.2, self._start),
            self._chore("follow", FOLLOW_SECONDS, self._follow),
            self._chore("heed", HEED_SECONDS, self._heed),
            self._chore("forget", FORGET_EVERY_SECONDS, self._forget),
            self._chore("reconcile", RECONCILE_SECONDS, self._reconcile),
        ]
        if polls(self.settings):
            # Not waited for at the end: it may be cut off anywhere.
            self._chore("listen", LISTEN_SECONDS, self._listen)
        self._stopping.wait()
        self._end(chores)

    def stop(self) -> None:
        self._stopping.set()

    def stop_on_signals(self) -> None:
        """SIGTERM and SIGINT let running stages end; a second one does not wait."""

        def asked(number: int, _frame: FrameType | None) -> None:
            if self._stopping.is_set():
                raise SystemExit(128 + number)
            self.stop()

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, asked)

    def _chore(self, name: str, seconds: float, work: Callable[[], bool | None]) -> threading.Thread:
        """Do ``work`` again and again, at once when it returns True, else after ``seconds``."""

        def forever() -> None:
            while not self._stopping.is_set():
                try:
                    again = work()
                except Exception as error:  # process edge: recorded, and tried again after a pause
                    log.exception("chore_failed", chore=name, reason=str(error))
                    again = False
                    self._stopping.wait(1.0)
                if not again:
                    self._stopping.wait(seconds)

        thread = threading.Thread(target=forever, name=name, daemon=True)
        thread.start()
        return thread

    def _end(self, chores: list[threading.Thread]) -> None:
        log.info("worker_stopping", worker=self.identity.id)
        for chore in chores:
            chore.join(timeout=5.0)
        durable.stop(GRACE_SECONDS)
        with self.engine.begin() as connection:
            # The row stays, and leads another worker to stages that were cut off.
            workers.retire(connection, self.identity.id)
        log.info("worker_stopped", worker=self.identity.id)

    def _beat(self) -> None:
        parent = os.environ.get(SUPERVISOR_VARIABLE)
        if parent is not None and os.getppid() != int(parent):
            log.warning("supervisor_gone", worker=self.identity.id)
            self.stop()
        with self.engine.begin() as connection:
            workers.beat(connection, self.identity)

    def _forget(self) -> None:
        """Let settled deliveries go, so that what is stored grows with issues and not with events."""
        with self.engine.begin() as connection:
            deliveries.purge(connection, time.time() - KEEP_DELIVERIES_SECONDS)
            attachments.forget(connection)
            releases.forget(connection, datetime.now(UTC) - KEEP_RELEASES)

    def _heed(self) -> None:
        heed_lapsed(self.engine)

    def _digest(self) -> bool:
        return digest(self.engine) > 0

    def _start(self) -> bool:
        return start_sessions(self.engine, self.configuration)

    def _do_effects(self) -> None:
        with self.engine.begin() as connection:
            ledger.close_expired(connection)
        perform_ready(Tools(self.settings, self.configuration, self.engine, self.identity.id))

    def _tell(self) -> None:
        tell(self.engine, self.settings, self.configuration)

    def _listen(self) -> bool:
        return listen(self.engine, Terms(self.settings, self.configuration), self.identity.id)

    def _follow(self) -> None:
        follow(Follower(self.settings, self.configuration, self.engine))

    def _enqueue(self) -> None:
        """Hand new sessions to the engine, those included that a crash left between our tables and its own."""
        with reading(self.engine).connect() as connection:
            waiting = store.queued(connection)
        for turn in waiting:
            if turn not in self._enqueued:
                durable.enqueue(turn)
        self._enqueued = set(waiting)

    def _look_around(self) -> None:
        """Take over from the dead, and end with a stage that hangs."""
        with reading(self.engine).connect() as connection:
            dead = workers.dead(connection, self.identity.id)
        for dead_id in dead:
            self._bury(dead_id)
        if (hung := workflow.overdue(time.monotonic())) is not None:
            log.critical("stage_hangs", session_id=hung[0], stage=hung[1])
            # Only the end of the process ends the thread. Whoever takes over counts one more start of this stage.
            os._exit(EXIT_HUNG)

    def _reconcile(self) -> None:
        """Sessions that are live in our tables and over, or nobody's, in the engine's."""
        with reading(self.engine).connect() as connection:
            live = store.running(connection)
        for turn in live:
            known = durable.find(durable.workflow_of(turn))
            if known is None:
                durable.enqueue(turn)
            elif known.over:
                summary = "The engine gave it up."
                with self.engine.begin() as connection:
                    store.finish(connection, turn.session_id, SessionState.FAILED, verdict=None, summary=summary)
            elif known.executor and not self._is_known(known.executor):
                durable.resume((durable.workflow_of(turn),))

    def _is_known(self, worker_id: str) -> bool:
        with reading(self.engine).connect() as connection:
            return workers.is_known(connection, worker_id)

    def _bury(self, dead_id: str) -> None:
        with self.engine.begin() as connection:
            if not workers.claim_burial(connection, dead_id, self.identity.id):
                return
        resumed = durable.resume_work_of(dead_id)
        with self.engine.begin() as connection:
            workers.leave(connection, dead_id)
        log.warning("worker_taken_over", dead=dead_id, sessions=list(resumed))


def work(settings: Settings) -> None:
    """``paramedic worker``: run until a signal asks to stop, or the supervisor that started this process is gone."""
    configuration = load_configuration(configuration_path(settings))
    open_chats(settings)
    engine = open_engine(settings.database)
    upgrade(engine)
    _remove_leftovers(settings)
    worker = Worker(settings, configuration, engine)
    worker.stop_on_signals()
    worker.run()


def _remove_leftovers(settings: Settings) -> None:
    """Work trees of sessions whose worker was killed; those of the last hours may be in use by another worker."""
    for folder in (settings.home / "worktrees").glob("*"):
        with suppress(OSError):
            if folder.is_dir() and time.time() - folder.stat().st_mtime > LEFTOVER_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)


def main() -> None:
    try:
        settings = load_settings()
        configure_log(settings.log_level)
        work(settings)
    except BadInput as error:
        sys.stderr.write(f"error: {error}\n")
        sys.exit(2)


if __name__ == "__main__":
    main()

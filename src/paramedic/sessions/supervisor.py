"""``paramedic serve``: the web process and the worker process, each watched, and started again when it dies."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from types import FrameType

import structlog

from paramedic.settings import Settings
from paramedic.store.engine import open_engine
from paramedic.store.migrate import upgrade

log = structlog.get_logger()

SUPERVISOR_VARIABLE = "PARAMEDIC_SUPERVISOR_PID"
"""Tells a child whose child it is, so that it can end when its parent was killed."""
FIRST_PAUSE_SECONDS = 0.3
LONGEST_PAUSE_SECONDS = 30.0
STEADY_SECONDS = 5.0
STOP_SECONDS = 30.0
_BAD_INPUT = 2
"""The exit code of a process whose settings are wrong: starting it again would change nothing."""

WEB = (sys.executable, "-m", "paramedic.web.server")
WORKER = (sys.executable, "-m", "paramedic.sessions.worker")


@dataclass(slots=True)
class Child:
    """A process that is kept alive by a thread."""

    name: str
    command: tuple[str, ...]
    environment: dict[str, str]
    stopping: threading.Event
    refused: int | None = None
    """The exit code, when the child said that it cannot run with these settings."""
    _process: subprocess.Popen[bytes] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def keep_alive(self) -> None:
        pause = FIRST_PAUSE_SECONDS
        while (process := self._start()) is not None:
            began = time.monotonic()
            code = process.wait()
            if self.stopping.is_set():
                return
            if code == _BAD_INPUT:
                self.refused = code
                self.stopping.set()
                return
            steady = time.monotonic() - began > STEADY_SECONDS
            pause = FIRST_PAUSE_SECONDS if steady else pause
            log.error("process_died", process=self.name, exit_code=code, restart_in_seconds=pause)
            self.stopping.wait(pause)
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    def stop(self, deadline: float) -> None:
        """Ask it to end, and make it end at ``deadline`` (monotonic seconds)."""
        with self._lock:
            process = self._process
        if process is None or process.poll() is not None:
            return
        process.terminate()
        try:
            process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()

    def _start(self) -> subprocess.Popen[bytes] | None:
        with self._lock:
            if self.stopping.is_set():
                return None
            self._process = subprocess.Popen(self.command, env=self.environment, stdin=subprocess.DEVNULL)
            log.info("process_started", process=self.name, pid=self._process.pid)
            return self._process


def supervise(settings: Settings, *, with_worker: bool) -> None:
    """Run until SIGTERM or SIGINT, or until a child refuses its settings; then exits with the child's code."""
    settings.home.mkdir(parents=True, exist_ok=True)
    upgrade(open_engine(settings.database))
    stopping = threading.Event()
    environment = _environment(settings)
    children = [Child("web", WEB, environment, stopping)]
    if with_worker:
        children.append(Child("worker", WORKER, environment, stopping))
    _stop_on_signals(stopping)
    threads = [threading.Thread(target=child.keep_alive, name=child.name, daemon=True) for child in children]
    for thread in threads:
        thread.start()
    stopping.wait()
    deadline = time.monotonic() + STOP_SECONDS
    for child in children:
        child.stop(deadline)
    for thread in threads:
        thread.join(timeout=2.0)
    refused = next((child.refused for child in children if child.refused), 0)
    sys.exit(refused)


def _environment(settings: Settings) -> dict[str, str]:
    """The children read the same variables; what the command line changed is passed on in them."""
    return os.environ | {
        SUPERVISOR_VARIABLE: str(os.getpid()),
        "PARAMEDIC_HOST": settings.paramedic_host,
        "PARAMEDIC_PORT": str(settings.paramedic_port),
    }


def _stop_on_signals(stopping: threading.Event) -> None:
    def asked(_number: int, _frame: FrameType | None) -> None:
        stopping.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, asked)

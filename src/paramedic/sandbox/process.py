"""A child process under a clock, with bounded memory for what it prints."""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

_CHUNK = 65_536
_TICK_SECONDS = 0.05
_DRAIN_SECONDS = 2.0

Inspect = Callable[[bytes], str | None]
"""Called some twenty times a second with the status lines so far; a string stops the process and says why."""


@dataclass(slots=True)
class Stream:
    """The beginning and the end of a stream, at most ``limit`` bytes together; the rest is counted and thrown away."""

    limit: int
    head: bytearray = field(default_factory=bytearray)
    tail: deque[bytes] = field(default_factory=deque)
    tail_size: int = 0
    total: int = 0

    def feed(self, chunk: bytes) -> None:
        self.total += len(chunk)
        room = self.limit // 2 - len(self.head)
        if room > 0:
            self.head += chunk[:room]
            chunk = chunk[room:]
        if chunk:
            self.tail.append(chunk)
            self.tail_size += len(chunk)
        while self.tail and self.tail_size - len(self.tail[0]) >= self.limit // 2:
            self.tail_size -= len(self.tail.popleft())

    @property
    def truncated(self) -> bool:
        return self.total > self.limit

    def text(self) -> str:
        tail = b"".join(self.tail)
        if not self.truncated:
            return (bytes(self.head) + tail).decode("utf-8", errors="replace")
        kept = tail[-(self.limit // 2) :]
        left_out = self.total - len(self.head) - len(kept)
        return f"{self.head.decode('utf-8', 'replace')}\n[… {left_out} bytes left out …]\n{kept.decode('utf-8', 'replace')}"


@dataclass(frozen=True, slots=True)
class Finished:
    """``exit_code`` is 128 + n after signal n; ``stopped`` says why we ended it, "" when it ended by itself."""

    exit_code: int
    stdout: Stream
    stderr: Stream
    status: bytes
    seconds: float
    timed_out: bool
    stopped: str


def run_bounded(
    argv: Sequence[str],
    *,
    wall_seconds: float,
    output_bytes: int,
    stdin: bytes = b"",
    environment: dict[str, str] | None = None,
    status_option: str | None = None,
    hidden: tuple[str, bytes] | None = None,
    inspect: Inspect = lambda _status: None,
) -> Finished:
    """Run ``argv`` in a session of its own and wait.

    ``status_option`` and the name of ``hidden`` are options put after the program, each with the number of a descriptor: to
    the first the child writes its status, from the second it reads those bytes.

    Guarantees: returns within ``wall_seconds`` plus some two seconds; keeps at most ``output_bytes`` per stream.
    """
    read_status, write_status = os.pipe()
    with _as_file(stdin) as stdin_file, _as_file(hidden[1] if hidden else b"") as hidden_file:
        status = (status_option, str(write_status)) if status_option else ()
        options = (*status, *((hidden[0], str(hidden_file)) if hidden else ()))
        started = time.monotonic()
        try:
            process = subprocess.Popen(
                [argv[0], *options, *argv[1:]],
                stdin=stdin_file,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env={} if environment is None else environment,
                pass_fds=tuple(int(option) for option in options[1::2]),
                start_new_session=True,
            )
        except OSError:
            os.close(read_status)
            raise
        finally:
            os.close(write_status)
    return _Reader(process, read_status, output_bytes, started, wall_seconds, inspect).finish()


def _as_file(content: bytes) -> _File:
    return _File(content)


class _File:
    """Bytes as an open descriptor: no writer thread, and no deadlock when the child does not read."""

    def __init__(self, content: bytes) -> None:
        self.descriptor = os.memfd_create("input")
        view = memoryview(content)
        while view:
            view = view[os.write(self.descriptor, view) :]
        os.lseek(self.descriptor, 0, os.SEEK_SET)

    def __enter__(self) -> int:
        return self.descriptor

    def __exit__(self, *_: object) -> None:
        os.close(self.descriptor)


class _Reader:
    """Reads the three streams of one process until it is over, or ends it."""

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        status: int,
        output_bytes: int,
        started: float,
        wall_seconds: float,
        inspect: Inspect,
    ) -> None:
        self.process = process
        self.started = started
        self.deadline = started + wall_seconds
        self.inspect = inspect
        self.stdout, self.stderr, self.status = Stream(output_bytes), Stream(output_bytes), Stream(_CHUNK)
        self.status_descriptor = status
        self.timed_out = False
        self.stopped = ""

    def finish(self) -> Finished:
        process = self.process
        assert process.stdout is not None  # noqa: S101 (pipes were asked for)
        assert process.stderr is not None  # noqa: S101
        try:
            with selectors.DefaultSelector() as selector, process.stdout, process.stderr:
                selector.register(process.stdout.fileno(), selectors.EVENT_READ, self.stdout)
                selector.register(process.stderr.fileno(), selectors.EVENT_READ, self.stderr)
                selector.register(self.status_descriptor, selectors.EVENT_READ, self.status)
                self._pump(selector)
        finally:
            kill_session(process)
            os.close(self.status_descriptor)
        code = process.wait()
        seconds = time.monotonic() - self.started
        exit_code = 128 - code if code < 0 else code
        status = bytes(self.status.head)
        return Finished(exit_code, self.stdout, self.stderr, status, seconds, self.timed_out, self.stopped)

    def _pump(self, selector: selectors.BaseSelector) -> None:
        next_look = self.started + _TICK_SECONDS
        ended: float | None = None
        while selector.get_map():
            for key, _ in selector.select(_TICK_SECONDS):
                chunk = os.read(key.fd, _CHUNK)
                key.data.feed(chunk)
                if not chunk:
                    selector.unregister(key.fd)
            now = time.monotonic()
            if ended is None and self.process.poll() is not None:
                ended = now
            if ended is not None and now > ended + _DRAIN_SECONDS:
                return
            if ended is None and (now > self.deadline or now > next_look):
                next_look = now + _TICK_SECONDS
                self._look(now)

    def _look(self, now: float) -> None:
        self.timed_out = self.timed_out or now > self.deadline
        self.stopped = self.stopped or self.inspect(bytes(self.status.head)) or ""
        if self.timed_out or self.stopped:
            kill_session(self.process)


def kill_session(process: subprocess.Popen[bytes]) -> None:
    """SIGKILL to the process and its group, unless it was already waited for."""
    if process.poll() is not None:
        return
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        process.kill()

"""``make chaos``: the whole path under SIGKILL. Crashes are sent while the web or the worker process is killed at random
points; afterwards nothing may be lost, counted twice, pushed, opened or commented twice, or left unfinished."""

from __future__ import annotations

import argparse
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import sqlalchemy as sa

from bench.postgres import running_postgres
from bench.town import FIRST_ISSUE, Town
from paramedic.store.engine import open_engine, reading
from paramedic.store.schema import deliveries, effects, issues, sessions

MODULES = {"web": "paramedic.web.server", "worker": "paramedic.sessions.worker"}
SERVE = "from paramedic.cli import main; main()"
SETTLE_SECONDS = 120.0
ENDED = ("finished", "failed")
_TOLD = ("deliveries", "sessions", "proven", "kills")


@dataclass
class Sent:
    """Distinct events by crash that were answered 2xx in the end; ``kills`` by process."""

    events: Counter[int] = field(default_factory=Counter)
    kills: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)


@dataclass(frozen=True)
class _Left:
    """What is still under way."""

    deliveries: int = 0
    undecided: int = 0
    sessions: int = 0
    effects: int = 0
    unknown_issues: int = 0


@dataclass(frozen=True)
class Verdict:
    """What the end of a run looks like; every number but those of ``_TOLD`` has to be 0."""

    lost: int
    twice: int
    duplicate_branches: int
    duplicate_pull_requests: int
    duplicate_comments: int
    duplicate_sessions: int
    unfinished: int
    failed: int
    missing_effects: int
    deliveries: int
    sessions: int
    proven: int
    kills: int

    @property
    def clean(self) -> bool:
        return not any(getattr(self, name) for name in self.__dataclass_fields__ if name not in _TOLD)


def run(rounds: int, seed: int, database_url: str | None, folder: Path) -> Verdict:
    """Send one crash per round and kill something in it. Raises ``TimeoutError`` when the work never comes to rest."""
    dice = random.Random(seed)
    town, sent = Town(folder, rounds), Sent()
    url = database_url or f"sqlite:///{town.home}/paramedic.db"
    with ExitStack() as stack:
        stack.enter_context(town.github.running())
        stack.enter_context(town.sentry.running())
        port = _free_port()
        parent = stack.enter_context(_served(town, port, database_url))
        base = f"http://127.0.0.1:{port}"
        _await_web(base, town)
        senders = [_round(number, town, sent, base, parent, dice) for number in range(rounds)]
        for sender in senders:
            sender.join(60)
        engine = reading(open_engine(url.replace("postgresql://", "postgresql+psycopg://")))
        _await_rest(engine, sent)
        return _judge(engine, town, sent)


def _round(number: int, town: Town, sent: Sent, base: str, parent: int, dice: random.Random) -> threading.Thread:
    sender = threading.Thread(target=_send, args=(number, town, sent, base, dice.randrange(2**32)), daemon=True)
    sender.start()
    time.sleep(dice.uniform(0.2, 4.0))
    victims = dice.choice((("worker",), ("worker",), ("web",), ("web", "worker")))
    killed = [victim for victim in victims if _kill(parent, MODULES[victim])]
    sent.kills.update(killed)
    _show(f"  round {number + 1}: killed {' and '.join(killed) or 'nothing, it was just starting'}")
    return sender


def _send(number: int, town: Town, sent: Sent, base: str, seed: int) -> None:
    """A few events of one crash, some of them twice, each until it is answered 2xx."""
    dice = random.Random(seed)
    make = town.by_hook if number % 2 == 0 else town.by_sdk
    for _ in range(dice.randint(2, 6)):
        event_id = uuid.UUID(int=dice.getrandbits(128)).hex
        for _again in range(dice.choice((1, 1, 2))):
            _until_accepted(base, *make(number, event_id))
        with sent.lock:
            sent.events[number] += 1
        time.sleep(dice.uniform(0, 0.3))


def _until_accepted(base: str, path: str, body: bytes, headers: dict[str, str]) -> None:
    while True:
        with suppress(httpx2.HTTPError):
            answer = httpx2.post(base + path, content=body, headers=headers, timeout=5)
            if answer.is_success:
                return
            if answer.status_code < 500 and answer.status_code != 429:
                raise AssertionError(f"{path} answered {answer.status_code}: {answer.text}")
        time.sleep(0.1)


def _await_rest(engine: sa.Engine, sent: Sent) -> None:
    """Until nothing is under way any more; gives up when nothing has changed for a long time."""
    before, changed_at = None, time.monotonic()
    while True:
        with engine.connect() as connection:
            left = _Left(
                deliveries=_count(connection, deliveries, deliveries.c.state == "received"),
                undecided=_count(connection, issues, issues.c.needs_rules),
                sessions=_count(connection, sessions, sessions.c.state.not_in(ENDED)),
                effects=_count(connection, effects, effects.c.state.in_(("approved", "performing"))),
                unknown_issues=len(sent.events) - _count(connection, issues, sa.true()),
            )
        if left == _Left():
            return
        if left != before:
            before, changed_at = left, time.monotonic()
        if time.monotonic() - changed_at > SETTLE_SECONDS:
            raise TimeoutError(f"nothing moves any more: {left}")
        time.sleep(0.5)


def _judge(engine: sa.Engine, town: Town, sent: Sent) -> Verdict:
    with engine.connect() as connection:
        rows = connection.execute(sa.select(issues.c.grouping, issues.c.count)).all()
        found = connection.execute(sa.select(sessions.c.issue_id, sessions.c.state, sessions.c.verdict)).all()
        pushes = connection.execute(sa.select(effects.c.kind, effects.c.state)).all()
    counted = {_crash(row.grouping["components"][0]): row.count for row in rows}
    # The name of a branch is its issue's name and a hash: two of one issue differ in the hash alone.
    branches = Counter(branch.rpartition("-")[0] for branch in town.branches())
    pulls = Counter(str(pull["head"]["ref"]) for pull in town.github.pulls)
    comments = Counter(str(comment["issue"]) for comment in town.sentry.comments)
    proven = sum(row.verdict == "proven_fix" for row in found)
    hooks = sum(1 for number in sent.events if number % 2 == 0)
    missing = max(0, proven - len(branches)) + max(0, proven - len(pulls)) + max(0, hooks - len(comments))
    return Verdict(
        lost=sum(max(0, count - counted.get(number, 0)) for number, count in sent.events.items()),
        twice=sum(max(0, counted.get(number, 0) - count) for number, count in sent.events.items()),
        duplicate_branches=_surplus(branches),
        duplicate_pull_requests=_surplus(pulls),
        duplicate_comments=_surplus(comments),
        duplicate_sessions=_surplus(Counter(row.issue_id for row in found)),
        unfinished=sum(row.state not in ENDED for row in found),
        failed=sum(row.state == "failed" for row in found) + sum(row.state == "failed" for row in pushes),
        missing_effects=missing,
        deliveries=sum(sent.events.values()),
        sessions=len(found),
        proven=proven,
        kills=sum(sent.kills.values()),
    )


def _crash(component: str) -> int:
    """The number of the crash, from Sentry's issue id or from our fingerprint."""
    return int(component) - FIRST_ISSUE if component.isdigit() else int(component.removeprefix("shelf-"))


def _surplus(found: Counter[object]) -> int:
    return sum(count - 1 for count in found.values())


def _count(connection: sa.Connection, table: sa.Table, condition: sa.ColumnElement[bool]) -> int:
    return int(connection.execute(sa.select(sa.func.count()).select_from(table).where(condition)).scalar_one())


@contextmanager
def _served(town: Town, port: int, database_url: str | None) -> Iterator[int]:
    """``paramedic serve`` as a child; its process id. What it started ends with it."""
    environment = os.environ | town.environment(port, database_url)
    with (town.folder / "serve.log").open("ab") as log:
        parent = subprocess.Popen([sys.executable, "-c", SERVE, "serve"], env=environment, stdout=log, stderr=log)
    try:
        yield parent.pid
    finally:
        parent.terminate()
        try:
            parent.wait(40)
        except subprocess.TimeoutExpired:
            parent.kill()


def _kill(parent: int, module: str) -> bool:
    """SIGKILL the child that runs ``module``; False when there is none at this moment."""
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            status = (entry / "stat").read_text()
            command = (entry / "cmdline").read_bytes().decode("utf-8", "replace").split("\0")
            if module in command and int(status.rpartition(")")[2].split()[1]) == parent:
                os.kill(int(entry.name), signal.SIGKILL)
                return True
    return False


def _await_web(base: str, town: Town) -> None:
    for _ in range(300):
        with suppress(httpx2.HTTPError):
            if httpx2.get(f"{base}/health", timeout=2).status_code < 500:
                return
        time.sleep(0.1)
    raise TimeoutError(f"the web process does not answer:\n{(town.folder / 'serve.log').read_text()[-3000:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _show(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=100, help="kills on each database")
    parser.add_argument("--seed", type=int, default=20261120)
    parser.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    options = parser.parse_args()
    chosen = ("sqlite", "postgresql") if options.database == "both" else (options.database,)
    clean = True
    for name in chosen:
        _show(f"{name}: {options.rounds} rounds")
        began = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="paramedic-chaos-") as folder, ExitStack() as stack:
            url = stack.enter_context(running_postgres(Path(folder) / "pg")) if name == "postgresql" else None
            verdict = run(options.rounds, options.seed, url, Path(folder) / "town")
        for field_name in verdict.__dataclass_fields__:
            _show(f"  {field_name.replace('_', ' '):24} {getattr(verdict, field_name)}")
        _show(f"  {'clean' if verdict.clean else 'NOT CLEAN'} after {time.monotonic() - began:.0f} s")
        clean = clean and verdict.clean
    sys.exit(0 if clean else 1)


if __name__ == "__main__":
    main()

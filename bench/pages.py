"""How long the server takes for each page with a year's worth of issues in the database, and how heavy the pages are.

Fills a database (100,000 issues with 5,000,000 counted events unless told otherwise), serves it from a process of its own on
loopback, and asks for every page that the application has, one after the other over one connection. Beside each page stands
its time as a multiple of the page that says that there is no such playbook.

Usage: python -m bench.pages [--issues 100000] [--events 5000000] [--rounds 40] [--keep FOLDER] [--postgres] [--json]
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import httpx2
import sqlalchemy as sa

from bench.crowd import fill
from bench.postgres import running_postgres
from paramedic.store.engine import open_engine
from paramedic.store.migrate import upgrade
from paramedic.store.schema import issues
from paramedic.web.pages.routes import page_routes

EVENT = Path(__file__).parents[1] / "examples" / "storefront" / "events"
FLOOR = "/playbooks/none"
SEARCHED = (
    "/issues?q=order",
    "/issues?q=zzz-nothing",
    "/issues?status=ignored",
    "/issues?verdict=proven_fix",
    "/issues?project=billing",
)
_SAMPLES = {"issue": "1", "session": f"{1:032x}", "key": f"{1:064x}", "name": "triage"}


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds at the server's door, and kilobytes as sent to a browser that takes gzip."""

    path: str
    status: int
    p50: float
    p95: float
    kilobytes: float


def paths() -> list[str]:
    """Every page, with a sample for each name in its address; and searches."""
    shown = [route.path for route in page_routes() if "GET" in (route.methods or ()) and not _is_no_page(route.path)]
    return [FLOOR, *(_filled(path) for path in shown), *SEARCHED]


def _is_no_page(path: str) -> bool:
    """A file, or a stream that does not end."""
    return path.startswith("/assets") or path.endswith("/live")


def _filled(path: str) -> str:
    for name, value in _SAMPLES.items():
        path = path.replace(f"{{{name}}}", value)
    return path


def timed(client: httpx2.Client, path: str, rounds: int) -> Timing:
    """The first request warms up what a running server has warm."""
    answer = client.get(path)
    took = []
    for _ in range(rounds):
        began = time.perf_counter()
        client.get(path)
        took.append(1000 * (time.perf_counter() - began))
    took.sort()
    size = len(gzip.compress(answer.content, 6)) / 1000
    return Timing(path, answer.status_code, took[len(took) // 2], took[min(int(len(took) * 0.95), len(took) - 1)], size)


@contextmanager
def serving(home: Path, database: str) -> Iterator[httpx2.Client]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    environment = os.environ | {
        "PARAMEDIC_HOME": str(home),
        "PARAMEDIC_PORT": str(port),
        "DATABASE_URL": database,
        "LOG_LEVEL": "warning",
    }
    web = subprocess.Popen([sys.executable, "-m", "paramedic.web.server"], env=environment)
    try:
        with httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            for _ in range(600):
                try:
                    client.get("/health")
                    break
                except httpx2.TransportError:
                    time.sleep(0.1)
            yield client
    finally:
        web.send_signal(signal.SIGTERM)
        web.wait()


def prepare(database: str, count: int, counted: int) -> None:
    engine = open_engine(database)
    upgrade(engine)
    with engine.connect() as connection:
        known = connection.execute(sa.select(sa.func.count()).select_from(issues)).scalar_one()
    if known < count:
        began = time.monotonic()
        fill(engine, next(iter(sorted(EVENT.glob("*.json")))).read_bytes(), count, counted)
        with engine.begin() as connection:
            connection.execute(sa.text("ANALYZE"))
        print(f"filled in {time.monotonic() - began:.0f} s", file=sys.stderr)
    engine.dispose()


def show(timings: list[Timing]) -> None:
    floor = next(timing.p50 for timing in timings if timing.path == FLOOR)
    print(f"{'page':44} {'p50 ms':>8} {'p95 ms':>8} {'x floor':>8} {'kB':>6}")
    for timing in sorted(timings, key=lambda timing: -timing.p95):
        told = "" if timing.status == 200 else f"  status {timing.status}"
        print(f"{timing.path:44.44} {timing.p50:8.1f} {timing.p95:8.1f} {timing.p50 / floor:8.1f} {timing.kilobytes:6.1f}{told}")


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.pages", description=__doc__)
    parser.add_argument("--issues", type=int, default=100_000)
    parser.add_argument("--events", type=int, default=5_000_000)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--keep", type=Path, help="a folder whose database is used again")
    parser.add_argument("--postgres", action="store_true", help="on a PostgreSQL server started for it")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="paramedic-bench-") as name:
        home = options.keep or Path(name) / "home"
        home.mkdir(parents=True, exist_ok=True)
        (home / "paramedic.toml").touch()
        with _database(home, Path(name), postgres=options.postgres) as database:
            prepare(database, options.issues, options.events)
            with serving(home, database) as client:
                timings = [timed(client, path, options.rounds) for path in paths()]
    if options.json:
        print(json.dumps([asdict(timing) for timing in timings], indent=1))
    else:
        show(timings)


@contextmanager
def _database(home: Path, scratch: Path, *, postgres: bool) -> Iterator[str]:
    if postgres:
        with running_postgres(scratch / "postgres") as url:
            yield url
    else:
        yield f"sqlite:///{home / 'paramedic.db'}"


if __name__ == "__main__":
    main()

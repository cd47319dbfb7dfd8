"""How fast deliveries are taken: envelopes of about 13 kB over 16 connections, durable, parsed, grouped and counted.

Prints what is accepted a second and its latency, how fast the inbox drains, and beside them what this machine's disk allows
for the same bytes: fsynced writes of groups of the same size. Everything runs on loopback, for a bounded time.

Usage: python -m bench.intake [--seconds 10] [--connections 16] [--busy] [--json]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import secrets
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import httpx2

KEY = "0123456789abcdef0123456789abcdef"
CONFIGURATION = f'[projects.bench]\nid = 1\npublic_key = "{KEY}"\n\n[[rules]]\nname = "none"\naction = "observe"\n'
ISSUES = 50
WORKER = """
import sys, time
from paramedic.sessions.digest import digest
from paramedic.store.engine import open_engine
engine = open_engine(sys.argv[1])
while True:
    if not digest(engine):
        time.sleep(0.05)
"""
BUSY = "import time\nend = time.monotonic() + float(__import__('sys').argv[1])\nwhile time.monotonic() < end: sum(range(10000))"


@dataclass
class Figures:
    """Rates a second, latencies in milliseconds."""

    accepted: float
    p50: float
    p99: float
    drained: float
    disk_ceiling: float
    bytes_each: int
    errors: int

    @property
    def share_of_disk(self) -> float:
        return self.accepted / self.disk_ceiling


def envelope(number: int) -> bytes:
    """A realistic event of about 13 kB: twelve frames with source and variables, breadcrumbs, tags, request."""
    event_id = secrets.token_hex(16)
    frames = [
        {
            "filename": f"app/module_{n}.py", "abs_path": f"/srv/app/app/module_{n}.py", "module": f"app.module_{n}",
            "function": f"step_{number % ISSUES}_{n}", "lineno": 40 + n, "in_app": n > 4,
            "pre_context": ["    # " + "x" * 44] * 5, "context_line": f"    result = step_{n + 1}(order, customer)",
            "post_context": ["    return result" + " " * 24] * 5,
            "vars": {"order": f"<Order id=10{n}>", "customer": "c" * 60, "items": [f"sku-{i}" for i in range(8)]},
        }
        for n in range(12)
    ]  # fmt: skip
    event = {
        "event_id": event_id, "timestamp": time.time(), "platform": "python", "level": "error", "environment": "production",
        "release": "shop@1.4.0", "server_name": "web-1", "transaction": "/checkout",
        "exception": {"values": [{"type": "KeyError", "value": f"'sku-{number}'", "stacktrace": {"frames": frames}}]},
        "breadcrumbs": {"values": [{"category": "query", "message": "SELECT * FROM orders WHERE id = %s " + "y" * 40}] * 12},
        "user": {"id": str(number % 500)}, "tags": {"browser": "Firefox", "region": "eu"},
        "request": {"url": "https://shop.example/checkout", "method": "POST", "headers": [["User-Agent", "Mozilla/5.0"]]},
    }  # fmt: skip
    payload = json.dumps(event).encode()
    header = json.dumps({"event_id": event_id}).encode()
    return header + b"\n" + json.dumps({"type": "event", "length": len(payload)}).encode() + b"\n" + payload + b"\n"


def requests(count: int) -> list[bytes]:
    """Whole HTTP requests, made before the clock starts."""
    made = []
    for number in range(count):
        body = envelope(number)
        head = (
            f"POST /api/1/envelope/ HTTP/1.1\r\nHost: bench\r\nX-Sentry-Auth: Sentry sentry_key={KEY}\r\n"
            f"Content-Type: application/x-sentry-envelope\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        made.append(head.encode() + body)
    return made


async def load(port: int, made: list[bytes], connections: int, seconds: float) -> tuple[list[float], int, float]:
    """Latencies in seconds, errors, and how long it took."""
    latencies: list[float] = []
    errors = 0
    queue = iter(made)
    end = time.monotonic() + seconds

    async def client() -> None:
        nonlocal errors
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for request in queue:
            if time.monotonic() > end:
                break
            began = time.perf_counter()
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")).split(b":")[1])
            await reader.readexactly(length)
            latencies.append(time.perf_counter() - began)
            errors += not head.startswith(b"HTTP/1.1 200")
        writer.close()

    began = time.monotonic()
    await asyncio.gather(*(client() for _ in range(connections)))
    return latencies, errors, time.monotonic() - began


def disk_ceiling(folder: Path, size: int, group: int, seconds: float = 2.0) -> float:
    """Deliveries a second that plain appends with an fsync for each group of ``group`` would allow."""
    block, count = os.urandom(size) * group, 0
    with (folder / "ceiling").open("wb") as file:
        end = time.monotonic() + seconds
        began = time.monotonic()
        while time.monotonic() < end:
            file.write(block)
            file.flush()
            os.fsync(file.fileno())
            count += group
    return count / (time.monotonic() - began)


def measure(seconds: float, connections: int, *, busy: bool, most: int) -> Figures:
    with tempfile.TemporaryDirectory(prefix="paramedic-bench-") as name:
        folder, port = Path(name), _free_port()
        (folder / "paramedic.toml").write_text(CONFIGURATION)
        environment = os.environ | {"PARAMEDIC_HOME": name, "PARAMEDIC_PORT": str(port), "LOG_LEVEL": "warning"}
        web = subprocess.Popen([sys.executable, "-m", "paramedic.web.server"], env=environment)
        processes = [web]
        try:
            _await(port)
            made = requests(most)
            if busy:
                processes.append(subprocess.Popen(["nice", "-n", "10", sys.executable, "-c", BUSY, str(seconds * 4)]))
            worker = subprocess.Popen([sys.executable, "-c", WORKER, f"sqlite:///{folder / 'paramedic.db'}"], env=environment)
            processes.append(worker)
            latencies, errors, took = asyncio.run(load(port, made, connections, seconds))
            drained = _drain(port, len(latencies), took)
        finally:
            for process in processes:
                process.send_signal(signal.SIGKILL)
                process.wait()
        latencies.sort()
        size = statistics.mean(len(request) for request in made[:100])
        return Figures(
            accepted=len(latencies) / took,
            p50=1000 * latencies[len(latencies) // 2],
            p99=1000 * latencies[int(len(latencies) * 0.99)],
            drained=drained,
            disk_ceiling=disk_ceiling(folder, int(size), connections),
            bytes_each=int(size),
            errors=errors,
        )


def _drain(port: int, accepted: int, took: float) -> float:
    """Deliveries digested a second, from the first request until the inbox is empty."""
    began = time.monotonic()
    while httpx2.get(f"http://127.0.0.1:{port}/health").json()["inbox"]:
        time.sleep(0.05)
    return accepted / (took + time.monotonic() - began)


def _await(port: int) -> None:
    for _ in range(200):
        try:
            httpx2.get(f"http://127.0.0.1:{port}/health")
        except httpx2.TransportError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("the web process did not start")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.intake", description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--most", type=int, default=40_000, help="requests made beforehand")
    parser.add_argument("--busy", action="store_true", help="with a process beside it that burns a core, as a session does")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    figures = measure(options.seconds, options.connections, busy=options.busy, most=options.most)
    if options.json:
        print(json.dumps(asdict(figures) | {"share_of_disk": figures.share_of_disk}))
        return
    print(f"envelopes of {figures.bytes_each} bytes over {options.connections} connections, {figures.errors} errors")
    print(f"accepted       {figures.accepted:8.0f} /s   p50 {figures.p50:.1f} ms   p99 {figures.p99:.1f} ms")
    print(f"digested       {figures.drained:8.0f} /s   from the first request until the inbox was empty")
    print(f"disk's ceiling {figures.disk_ceiling:8.0f} /s   fsynced appends of the same bytes, {options.connections} at a time")
    print(f"accepted / ceiling = {figures.share_of_disk:.2f}")


if __name__ == "__main__":
    main()

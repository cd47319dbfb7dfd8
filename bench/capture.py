"""What the capture integration costs: per error event, in bytes, and while nothing goes wrong.

Usage: python -m bench.capture [--errors 200]

One process, two clients that differ in the integration alone, taken in turns; the transport drops what it is given.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sentry_sdk
from rich.console import Console
from rich.table import Table
from sentry_sdk.transport import Transport

sys.path.append(str(Path(__file__).parents[1] / "capture"))
from paramedic_capture import ParamedicCapture

ROUNDS = 15
QUIET_CALLS = 20_000


class Line:
    def __init__(self, number: int) -> None:
        self.number = number
        self.tags = {f"tag{index}": index for index in range(8)}


class Order:
    def __init__(self, size: int) -> None:
        self.lines = [Line(number) for number in range(size)]
        self.discount = 0

    def share(self, line: Line) -> float:
        return line.number / self.discount


def crash(size: int) -> None:
    order = Order(size)
    order.share(order.lines[0])


def quiet() -> None:
    """A request that goes well: the SDK's scopes and a breadcrumb, and no error."""
    with sentry_sdk.new_scope() as scope:
        scope.set_tag("route", "/orders")
        sentry_sdk.add_breadcrumb(message="asked")


class Dropping(Transport):
    """Serialises as a real transport does, and drops the bytes; remembers how many the snapshot took."""

    snapshot = 0

    def capture_envelope(self, envelope: Any) -> None:
        event = envelope.get_event() or {}
        envelope.serialize()
        parts = (part for name, part in event.get("contexts", {}).items() if name.startswith("paramedic"))
        self.snapshot = sum(len(text.encode()) for part in parts for name, text in part.items() if name[0] == "e")


def client(capture: bool) -> sentry_sdk.Client:
    return sentry_sdk.Client(
        "http://key@127.0.0.1:9/1",
        transport=Dropping({"dsn": "http://key@127.0.0.1:9/1"}),
        default_integrations=False,
        integrations=[ParamedicCapture()] if capture else [],
        send_client_reports=False,
    )


def seconds(work: Callable[[], None], times: int) -> float:
    started = time.perf_counter()
    for _ in range(times):
        work()
    return (time.perf_counter() - started) / times


def report(size: int) -> None:
    try:
        crash(size)
    except ZeroDivisionError as error:
        sentry_sdk.capture_exception(error)


def turns(work: Callable[[], None], times: int, clients: list[sentry_sdk.Client]) -> list[float]:
    """The least seconds of one piece of work under each client, which take turns: a busy machine is busy for both."""
    found: list[list[float]] = [[] for _ in clients]
    for _ in range(ROUNDS):
        for measured, one in zip(found, clients, strict=True):
            sentry_sdk.get_global_scope().set_client(one)
            measured.append(seconds(work, times))
    return [min(measured) for measured in found]


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.capture", description=__doc__)
    parser.add_argument("--errors", type=int, default=200, help="errors for each size")
    errors = parser.parse_args().errors
    clients = [client(capture=False), client(capture=True)]
    table = Table("", "without", "with", "snapshot")
    for size in (1, 20, 1_000):
        plain, full = turns(lambda size=size: report(size), max(1, errors // ROUNDS), clients)
        size_sent = f"{clients[1].transport.snapshot:,} bytes"
        table.add_row(f"an error, {size} objects at hand", f"{plain * 1e3:.2f} ms", f"{full * 1e3:.2f} ms", size_sent)
    plain, full = turns(quiet, QUIET_CALLS // ROUNDS, clients)
    table.add_row("no error", f"{plain * 1e6:.1f} us", f"{full * 1e6:.1f} us", f"ratio {full / plain:.3f}")
    Console().print(table)


if __name__ == "__main__":
    main()

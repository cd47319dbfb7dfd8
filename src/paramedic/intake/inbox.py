"""The way into the inbox: deliveries that come at the same time share one durable transaction."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import sqlalchemy as sa

from paramedic.store import deliveries
from paramedic.store.deliveries import Delivery

LARGEST_GROUP = 512
DEPTH_SECONDS = 1.0


class Inbox:
    """Group commit: ``put`` returns once the delivery is on disk, and not before.

    While one transaction is written, the deliveries that arrive wait for the next, so that one fsync serves them all. One
    thread writes. ``depth`` is how many wait for the worker, looked up once a second.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._waiting: list[tuple[Delivery, asyncio.Future[None]]] = []
        self._arrived = asyncio.Event()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="inbox")
        self._tasks: list[asyncio.Task[None]] = []
        self.depth = 0

    async def start(self) -> None:
        self._tasks = [asyncio.create_task(self._write_forever()), asyncio.create_task(self._look_forever())]

    async def stop(self) -> None:
        """Write what waits, then stop."""
        if self._waiting:
            await asyncio.wait([written for _delivery, written in self._waiting])
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with suppress(asyncio.CancelledError):
                await task
        self._thread.shutdown()

    async def put(self, delivery: Delivery) -> None:
        """Store the delivery durably. Raises what the database raises; then nothing was stored."""
        written = asyncio.get_running_loop().create_future()
        self._waiting.append((delivery, written))
        self._arrived.set()
        await written

    async def _write_forever(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await self._arrived.wait()
            group, self._waiting = self._waiting[:LARGEST_GROUP], self._waiting[LARGEST_GROUP:]
            if not self._waiting:
                self._arrived.clear()
            try:
                await loop.run_in_executor(self._thread, self._write, [delivery for delivery, _ in group])
            except sa.exc.SQLAlchemyError as error:
                _fail(group, error)
            else:
                _succeed(group)

    def _write(self, group: list[Delivery]) -> None:
        with self._engine.begin() as connection:
            deliveries.insert_many(connection, group)

    async def _look_forever(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            with suppress(sa.exc.SQLAlchemyError):
                self.depth = await loop.run_in_executor(None, self._look)
            await asyncio.sleep(DEPTH_SECONDS)

    def _look(self) -> int:
        with self._engine.execution_options(read_only=True).connect() as connection:
            return deliveries.depth(connection)


def _succeed(group: list[tuple[Delivery, asyncio.Future[None]]]) -> None:
    for _delivery, written in group:
        if not written.done():
            written.set_result(None)


def _fail(group: list[tuple[Delivery, asyncio.Future[None]]], error: Exception) -> None:
    for _delivery, written in group:
        if not written.done():
            written.set_exception(error)

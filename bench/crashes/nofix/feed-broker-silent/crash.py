import asyncio
import contextlib

from feed.worker import Worker


async def serve(reader, writer):
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.sleep(5)


async def crash():
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    await Worker("127.0.0.1", port, timeout=0.3).run(1)


asyncio.run(crash())

import asyncio
import contextlib

from feed.worker import Worker


async def serve(reader, writer):
    writer.write(b"broker 3\n")
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.sleep(5)


async def crash():
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    task = asyncio.create_task(Worker("127.0.0.1", port).run())
    await asyncio.sleep(0.3)
    task.cancel()
    await task


asyncio.run(crash())

import asyncio

from feed.worker import Worker


async def serve(reader, writer):
    writer.write(b"broker 3\n" + (400).to_bytes(4, "big") + b'{"meter": "m-17", "kw')
    await writer.drain()
    writer.close()


async def crash():
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    await Worker("127.0.0.1", port).run(1)


asyncio.run(crash())

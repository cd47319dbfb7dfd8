"""The line to the broker: frames of four bytes of length and a body."""

import asyncio


class Link:
    def __init__(self, reader, writer):
        self.reader = reader
        self.writer = writer

    async def frame(self):
        size = int.from_bytes(await self.reader.readexactly(4), "big")
        return await self.reader.readexactly(size)

    async def greeting(self):
        """What the broker calls itself; "" for the old one, which says nothing and hangs up."""
        try:
            return (await self.reader.readuntil(b"\n")).decode().strip()
        except asyncio.IncompleteReadError:
            return ""

    def close(self):
        self.writer.close()


async def connect(host, port, timeout):
    async with asyncio.timeout(timeout):
        link = Link(*await asyncio.open_connection(host, port))
        await link.greeting()
    return link

"""Takes readings from the broker and keeps them."""

import asyncio
import logging

from feed import broker, codec, sinks

log = logging.getLogger("feed")


class Worker:
    def __init__(self, host, port, sink="memory", timeout=1.0):
        self.host = host
        self.port = port
        self.timeout = timeout
        self.sink = sinks.open_sink(sink)
        self.seen = 0

    async def run(self, most=None):
        """Until ``most`` readings came, or for ever."""
        link = await broker.connect(self.host, self.port, self.timeout)
        try:
            while most is None or self.seen < most:
                await self.take(link)
        finally:
            link.close()
        return self.seen

    async def take(self, link):
        reading = codec.decode(await link.frame())
        self.sink.keep(reading)
        self.seen += 1


def main(host, port, most=None):
    return asyncio.run(Worker(host, port).run(most))

import asyncio

import httpx


async def gathered(response):
    return [piece.decode() async for piece in response.aiter_bytes()]


VARIANTS = [
    lambda: list(httpx.Response(200, content=b"").iter_bytes()),
    lambda: list(httpx.Response(204).iter_text()),
    lambda: asyncio.run(gathered(httpx.Response(200, content=b""))),
    lambda: list(httpx.Response(200, content=b"").iter_bytes(3)),
    lambda: [piece.decode() for piece in httpx.Response(200, content=b"abc").iter_bytes(2)],
    lambda: list(httpx.Response(200, content=b"a\nb").iter_lines()),
    lambda: asyncio.run(gathered(httpx.Response(200, content=b"abc"))),
]

import asyncio

from starlette.authentication import AuthCredentials, requires
from starlette.requests import Request
from starlette.responses import PlainTextResponse


def asked(*scopes):
    return Request({"type": "http", "headers": [], "auth": AuthCredentials(scopes)})


@requires("read")
def listed(folder, page, request):
    return PlainTextResponse(f"{folder} {page}")


@requires("read")
async def found(word, request):
    return PlainTextResponse(word)


def body(response):
    return response.body.decode()


VARIANTS = [
    lambda: body(listed("inbox", 2, request=asked("read"))),
    lambda: body(listed("inbox", page=3, request=asked("read"))),
    lambda: body(asyncio.run(found("cat", request=asked()))),
    lambda: body(listed("inbox", 1, asked("read"))),
    lambda: body(asyncio.run(found(word="cat", request=asked("read")))),
    lambda: body(asyncio.run(found("cat", asked()))),
]

import asyncio

from starlette.authentication import AuthCredentials, requires
from starlette.requests import Request
from starlette.responses import PlainTextResponse


@requires("orders")
async def show(order, request):
    return PlainTextResponse(f"order {order}")


def trigger():
    request = Request({"type": "http", "headers": [], "auth": AuthCredentials(["orders"])})
    response = asyncio.run(show(7, request=request))
    return [response.status_code, response.body.decode()]

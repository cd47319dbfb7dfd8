import asyncio

from starlette.requests import Request


def form(body, kind="multipart/form-data; boundary=b", **scope):
    async def receive():
        return {"type": "http.request", "body": body, "more_body": False}

    def parse():
        headers = [(b"content-type", kind.encode())]
        request = Request({"type": "http", "method": "POST", "path": "/", "headers": headers, **scope}, receive)
        return [[name, getattr(value, "filename", value)] for name, value in asyncio.run(request.form()).multi_items()]

    return parse


def part(parameters):
    return f"--b\r\nContent-Disposition: form-data{parameters}\r\n\r\nhi\r\n--b--\r\n".encode()


VARIANTS = [
    form(part(""), app=None),
    form(part('; name="a"'), kind="multipart/form-data", app=None),
    form(part("; name=")),
    form(part('; name="a"'), app=None),
    form(part('; name="f"; filename="f.txt"')),
    form(b"a=1&b=2", kind="application/x-www-form-urlencoded", app=None),
]

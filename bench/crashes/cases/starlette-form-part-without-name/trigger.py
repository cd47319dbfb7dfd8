import asyncio

from starlette.requests import Request

UPLOAD = b'--b\r\nContent-Disposition: form-data; filename="a.csv"\r\n\r\n1,2\r\n--b--\r\n'


async def receive():
    return {"type": "http.request", "body": UPLOAD, "more_body": False}


def trigger():
    headers = [(b"content-type", b"multipart/form-data; boundary=b")]
    request = Request({"type": "http", "method": "POST", "path": "/", "headers": headers, "app": None}, receive)
    form = asyncio.run(request.form())
    return sorted(form)

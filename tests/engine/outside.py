"""Crashes of which no proven fix may be claimed: nothing in the code is at fault, or nothing shows what it should do."""

from tests.engine.recorder import NEVER, Service

OUTSIDE = (
    Service(
        "other_type",
        """def title(text):
    if text is None:
        return ""
    return text.title()


def words(text):
    return text.split()
""",
        "from desk.other_type import words\nwords(None)",
        "words",
        NEVER,
    ),
    Service(
        "deliberate",
        """class Invalid(ValueError):
    pass


def check(age):
    if age < 0:
        raise Invalid(f"age must not be negative: {age}")
    return age
""",
        "from desk.deliberate import check\ncheck(-1)",
        "check",
        NEVER,
    ),
    Service(
        "refused",
        """import socket


def ping(port):
    with socket.create_connection(("127.0.0.1", port), timeout=1) as link:
        return link.recv(1)
""",
        "from desk.refused import ping\nping(1)",
        "ping",
        NEVER,
    ),
    Service(
        "late",
        """import asyncio


async def wait():
    return await asyncio.wait_for(asyncio.sleep(5), 0.01)
""",
        "import asyncio\nfrom desk.late import wait\nasyncio.run(wait())",
        "wait",
        NEVER,
    ),
    Service(
        "cancelled",
        """import asyncio


async def work():
    task = asyncio.ensure_future(asyncio.sleep(5))
    task.cancel()
    return await task
""",
        "import asyncio\nfrom desk.cancelled import work\nasyncio.run(work())",
        "work",
        NEVER,
    ),
    Service(
        "memory",
        """def copy(size):
    return bytearray(size)
""",
        "from desk.memory import copy\ncopy(1 << 60)",
        "copy",
        NEVER,
    ),
    Service(
        "variable",
        """import os


def token():
    return os.environ["DESK_TOKEN"]
""",
        "from desk.variable import token\ntoken()",
        "token",
        NEVER,
    ),
    Service(
        "upstream",
        """import urllib.error


def check(status):
    if status >= 500:
        raise urllib.error.HTTPError("http://pay.example/", status, "Bad Gateway", {}, None)
    return status


def charge(status):
    return check(status)
""",
        "from desk.upstream import charge\ncharge(502)",
        "check",
        NEVER,
    ),
)

"""Slips of the language in small services: what was meant is plain, so a proven fix is the floor of each."""

from tests.engine.recorder import FIX, REPRODUCED, Service


def _slip(name: str, source: str, crash: str, function: str, wanted: str = FIX, *, bench_only: bool = True) -> Service:
    return Service(name, source, f"from desk.{name} import *\n{crash}", function, wanted, bench_only=bench_only)


SLIPS = (
    _slip(
        "unawaited",
        """import asyncio


async def price(sku):
    await asyncio.sleep(0)
    return {"mug": 3}.get(sku, 0)


async def total(skus):
    found = 0
    for sku in skus:
        amount = price(sku)
        found += amount
    return found
""",
        "asyncio.run(total(['mug', 'pen']))",
        "total",
        bench_only=False,
    ),
    _slip(
        "unawaited_key",
        """import asyncio


async def user(name):
    return {"name": name}


async def greeting(name):
    return "Hello " + user(name)["name"]
""",
        "asyncio.run(greeting('ann'))",
        "greeting",
    ),
    _slip(
        "uncalled",
        """class Cart:
    def __init__(self, lines):
        self.lines = lines

    def total(self):
        return sum(self.lines)

    def taxed(self):
        return self.total * 2
""",
        "Cart([1, 2]).taxed()",
        "taxed",
    ),
    _slip(
        "called_in_vain",
        """class Cart:
    def __init__(self, lines):
        self.lines = lines

    @property
    def total(self):
        return sum(self.lines)

    def taxed(self):
        return self.total() * 2
""",
        "Cart([1, 2]).taxed()",
        "taxed",
    ),
    _slip(
        "changed_while_walked",
        """def expire(sessions, now):
    for token, until in sessions.items():
        if until < now:
            del sessions[token]
    return sessions
""",
        "expire({'a': 1, 'b': 5, 'c': 2}, 3)",
        "expire",
    ),
    _slip(
        "floor",
        """def middle(rows):
    return rows[len(rows) / 2]
""",
        "middle([1, 2, 3])",
        "middle",
    ),
    _slip(
        "floor_range",
        """def pages(count, size):
    number = count / size
    return [page + 1 for page in range(number)]
""",
        "pages(10, 5)",
        "pages",
    ),
    _slip(
        "decimal",
        """from decimal import Decimal


def gross(net, rate):
    return net * rate
""",
        "gross(Decimal('9.99'), 1.19)",
        "gross",
        REPRODUCED,
    ),
    _slip(
        "numeric_text",
        """def page_of(arguments, size=20):
    page = arguments.get("page", 1)
    start = (page - 1) * size
    return start, start + size
""",
        "page_of({'page': '3'})",
        "page_of",
    ),
    _slip(
        "split_once",
        """def header(line):
    name, value = line.split(":")
    return name.strip().lower(), value.strip()
""",
        "header('Host: desk.example:8080')",
        "header",
    ),
    _slip(
        "split_pairs",
        """def options(text):
    return dict(part.split("=") for part in text.split(";"))
""",
        "options('a=1;token=eyJh=')",
        "options",
    ),
    _slip(
        "tuple_formatted",
        """def describe(point):
    return "at %s" % point
""",
        "describe((3, 4))",
        "describe",
        REPRODUCED,
    ),
    _slip(
        "encoded",
        """import hashlib


def digest(text):
    return hashlib.sha256(text).hexdigest()
""",
        "digest('secret')",
        "digest",
    ),
    _slip(
        "bytes_literal",
        """def fields(line):
    return line.split(",")
""",
        "fields(b'a,b')",
        "fields",
        REPRODUCED,
    ),
    _slip(
        "zoned",
        """from datetime import datetime, timedelta, timezone


def age(created):
    return datetime.now() - created
""",
        "age(datetime(2026, 1, 2, tzinfo=timezone.utc))",
        "age",
    ),
    _slip(
        "day_of_time",
        """from datetime import date, datetime


def overdue(due, today):
    return due < today
""",
        "overdue(datetime(2026, 1, 2), date(2026, 2, 2))",
        "overdue",
        REPRODUCED,
    ),
    _slip(
        "null_default",
        """def tags(document):
    return sorted(tag.lower() for tag in document.get("tags", []))
""",
        "tags({'tags': None})",
        "tags",
    ),
    _slip(
        "null_chain",
        """def city(document):
    return document.get("address").get("city")
""",
        "city({'name': 'ann'})",
        "city",
    ),
    _slip(
        "dict_attribute",
        """def owner(event):
    return event.owner
""",
        "owner({'owner': 'ann', 'id': 3})",
        "owner",
        REPRODUCED,
    ),
    _slip(
        "object_key",
        """class Event:
    def __init__(self, owner):
        self.owner = owner


def owner(event):
    return event["owner"]
""",
        "owner(Event('ann'))",
        "owner",
        REPRODUCED,
    ),
    _slip(
        "without_self",
        """class Clock:
    def hours(seconds):
        return seconds // 3600

    def label(self, seconds):
        return str(self.hours(seconds)) + " h"
""",
        "Clock().label(7200)",
        "label",
    ),
    _slip(
        "wrong_keyword",
        """def connect(host, timeout=3):
    return host, timeout


def start(host):
    return connect(host, time_out=5)
""",
        "start('a')",
        "start",
    ),
    _slip(
        "decoded_already",
        """import base64


def token(text):
    return base64.b64encode(text.encode()).decode().decode("ascii")
""",
        "token('ann')",
        "token",
    ),
    _slip(
        "text_of_number",
        """def padded(value):
    return value.zfill(6)


def label(value):
    return "#" + str(value).zfill(3)
""",
        "padded(42)",
        "padded",
    ),
    _slip(
        "json_default",
        """import json
from datetime import datetime


def log_line(event):
    return json.dumps(event, default=str)


def answer(event):
    return json.dumps({"event": event})
""",
        "answer({'at': datetime(2026, 1, 2)})",
        "answer",
    ),
    _slip(
        "global_counter",
        """served = 0


def serve(name):
    served += 1
    return f"{served}: {name}"
""",
        "serve('ann')",
        "serve",
    ),
    _slip(
        "callee_none",
        """def find(rows, name):
    if not rows:
        return None
    return [row for row in rows if row["name"] == name]


def count(rows, name):
    total = 0
    for row in find(rows, name):
        total += row["amount"]
    return total
""",
        "count([], 'ann')",
        "count",
    ),
    _slip(
        "callee_pair",
        """def split_name(name):
    if " " not in name:
        return None
    first, last = name.split(" ", 1)
    return first, last


def initials(name):
    first, last = split_name(name)
    return (first or "")[:1] + (last or "")[:1]
""",
        "initials('ann')",
        "initials",
    ),
    _slip(
        "max_plus_one",
        """def next_number(invoices):
    return max(invoice["number"] for invoice in invoices) + 1
""",
        "next_number([])",
        "next_number",
        REPRODUCED,
    ),
    _slip(
        "kind_of_json",
        """def amount(payload):
    if payload is None:
        return 0
    return payload.get("amount", 0)
""",
        "amount(['amount'])",
        "amount",
        REPRODUCED,
    ),
)

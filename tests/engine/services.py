"""Crashes that the engine must locate, most of which it must make again and some of which it must fix."""

from tests.engine.recorder import FIX, LOCATED, REPRODUCED, Service

FAULTS = (
    Service(
        "none_attribute",
        """TABLE = {"ann": "ann@desk.example"}


class User:
    def __init__(self, name, mail):
        self.name = name
        self.mail = mail


def find(name):
    mail = TABLE.get(name)
    return User(name, mail) if mail else None


def greeting(name):
    user = find(name)
    if user is None:
        return ""
    return "Hello " + user.name


def address(name):
    user = find(name)
    return user.mail.upper()
""",
        "from desk.none_attribute import address\naddress('bob')",
        "address",
        FIX,
        test="""from desk.none_attribute import address, greeting


def test_address():
    assert address("ann") == "ANN@DESK.EXAMPLE"


def test_greeting():
    assert greeting("ann") == "Hello ann"
    assert greeting("zoe") == ""
""",
    ),
    Service(
        "missing_key",
        """class Shelf:
    def __init__(self, counts):
        self.counts = counts

    def gross(self, sku):
        return self.counts.get(sku, 0) * 2

    def net(self, sku):
        return self.counts[sku] + 1
""",
        "from desk.missing_key import Shelf\nShelf({'mug': 3}).net('pen')",
        "net",
        FIX,
        test="""from desk.missing_key import Shelf


def test_shelf():
    assert Shelf({"mug": 3}).net("mug") == 4
    assert Shelf({"mug": 3}).gross("mug") == 6
""",
    ),
    Service(
        "index_property",
        """class Queue:
    def __init__(self, names):
        self.names = names

    @property
    def last(self):
        if not self.names:
            return None
        return self.names[-1]

    @property
    def first(self):
        return self.names[0]
""",
        "from desk.index_property import Queue\nQueue([]).first",
        "first",
        FIX,
        test="""from desk.index_property import Queue


def test_queue():
    assert Queue(["a", "b"]).first == "a"
    assert Queue([]).last is None
""",
    ),
    Service(
        "conversion_dataclass",
        """from dataclasses import dataclass


class BadRow(Exception):
    pass


@dataclass
class Row:
    sku: str
    count: int

    @classmethod
    def read(cls, line):
        sku, count = line.split(",")
        return cls(sku, int(count))


def price_of(text):
    try:
        return int(text)
    except ValueError:
        raise BadRow(f"no price: {text}") from None


def rows(lines):
    return [Row.read(line) for line in lines]
""",
        "from desk.conversion_dataclass import rows\nrows(['mug,3', 'pen,'])",
        "read",
        REPRODUCED,
    ),
    Service(
        "async_zero",
        """import asyncio


async def total(values):
    await asyncio.sleep(0)
    return sum(values)


async def mean(values):
    return await total(values) / len(values)
""",
        "import asyncio\nfrom desk.async_zero import mean\nasyncio.run(mean([]))",
        "mean",
        REPRODUCED,
    ),
    Service(
        "generator_type",
        """def labels(rows):
    for row in rows:
        yield row["name"] + ": " + row["count"]


def page(rows):
    return "\\n".join(labels(rows))
""",
        "from desk.generator_type import page\npage([{'name': 'mug', 'count': 3}])",
        "labels",
        REPRODUCED,
    ),
    Service(
        "unbound",
        """def rate(kind):
    if kind == "food":
        percent = 7
    elif kind == "books":
        percent = 5
    return percent / 100
""",
        "from desk.unbound import rate\nrate('toys')",
        "rate",
        REPRODUCED,
        bench_only=True,
    ),
    Service(
        "decorated_arity",
        """import functools

HANDLERS = {}


def handler(function):
    @functools.wraps(function)
    def run(*args, **kwargs):
        return function(*args, **kwargs)

    HANDLERS[function.__name__] = run
    return run


@handler
def ship(order, *, fast=False):
    return (order, fast)


def dispatch(name, message):
    return HANDLERS[name](**message)
""",
        "from desk.decorated_arity import dispatch\ndispatch('ship', {'order': 1, 'express': True})",
        "run",
        REPRODUCED,
    ),
    Service(
        "nested_empty_max",
        """def report(groups):
    def widest(words):
        return max(len(word) for word in words)

    return {name: widest(words) for name, words in groups.items()}
""",
        "from desk.nested_empty_max import report\nreport({'a': ['x'], 'b': []})",
        "widest",
        REPRODUCED,
        bench_only=True,
    ),
    Service(
        "stop_iteration",
        """def owner(people, name):
    return next(person for person in people if person["name"] == name)
""",
        "from desk.stop_iteration import owner\nowner([{'name': 'ann'}], 'bob')",
        "owner",
        REPRODUCED,
        bench_only=True,
    ),
    Service(
        "recursion",
        """def path(tree, name):
    parent = tree[name]
    return [name] if parent is None else [*path(tree, parent), name]
""",
        "from desk.recursion import path\npath({'a': 'b', 'b': 'a'}, 'a')",
        "path",
        REPRODUCED,
        bench_only=True,
    ),
    Service(
        "missing_attribute",
        """class Mail:
    def __init__(self, text):
        self.text = text


class Letter:
    def __init__(self, text):
        self.body = text


def length(item):
    return len(item.text)
""",
        "from desk.missing_attribute import Letter, length\nlength(Letter('x'))",
        "length",
        REPRODUCED,
        bench_only=True,
    ),
    Service(
        "context_json",
        """import contextlib
import json


@contextlib.contextmanager
def opened(text):
    yield json.loads(text)


def names(text):
    with opened(text) as data:
        return sorted(data)
""",
        "from desk.context_json import names\nnames('')",
        "opened",
        REPRODUCED,
    ),
    Service(
        "decoding",
        """def subject(raw):
    return raw.decode("utf-8").strip()
""",
        "from desk.decoding import subject\nsubject(b'caf\\xe9')",
        "subject",
        REPRODUCED,
        bench_only=True,
    ),
    Service(
        "dates",
        """import datetime


def due(text):
    return datetime.date.fromisoformat(text) + datetime.timedelta(days=14)
""",
        "from desk.dates import due\ndue('31.12.2025')",
        "due",
        REPRODUCED,
        bench_only=True,
    ),
    Service(
        "class_body",
        """LIMITS = {"small": 1}


def make(name):
    class Box:
        limit = LIMITS[name]

    return Box
""",
        "from desk.class_body import make\nmake('large')",
        "make",
        LOCATED,
    ),
    Service(
        "module_level",
        """SETTINGS = {"host": "localhost"}
PORT = SETTINGS["port"]
""",
        "import desk.module_level",
        "",
        LOCATED,
        bench_only=True,
    ),
    Service(
        "unittest_none",
        """def lines_of(text):
    if text is None:
        return []
    return text.splitlines()


def words(text):
    return text.split()
""",
        "from desk.unittest_none import words\nwords(None)",
        "words",
        FIX,
        test="""import unittest

from desk.unittest_none import lines_of, words


class TextTest(unittest.TestCase):
    def test_words(self):
        self.assertEqual(words("a b"), ["a", "b"])

    def test_lines_of(self):
        self.assertEqual(lines_of(None), [])
""",
    ),
)

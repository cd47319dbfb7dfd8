"""From a recorded crash to a failing test, through the real SDK, sandbox and pytest."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.reproduction.recording import Replayed, replay, write

from paramedic.model.event import Event, ExceptionValue, Frame, Request
from paramedic.reproduction import Unreproduced

pytestmark = pytest.mark.sandbox

CART = """
class Item:
    def __init__(self, name, price):
        self.name = name
        self.price = price


class Cart:
    def __init__(self, items=()):
        self.items = list(items)
        self.coupon = None

    def add(self, item):
        self.items.append(item)
        return self

    @property
    def average(self):
        return sum(item.price for item in self.items) / len(self.items)

    def discount(self, percent):
        return self.coupon.value * percent

    @classmethod
    def parse(cls, text):
        name, price = text.split(":")
        return cls([Item(name, float(price))])

    @staticmethod
    def rounded(value, digits):
        return round(value / digits)

    def __getitem__(self, index):
        return self.items[index]


def lines(cart):
    for item in cart.items:
        yield item.name + item.price


async def fetch(rows, key):
    return rows[key]


def label(order, width):
    return order.customer.name.ljust(width)
"""


def crash(tmp_path: Path, body: str, files: dict[str, str] | None = None) -> Replayed:
    handler = f"from shop.cart import *\n\n\n{body}"
    home = tmp_path / "home"
    home.mkdir()
    root = tmp_path / "project"
    return replay(root, home, {"shop/__init__.py": "", "shop/cart.py": CART} | (files or {}), handler)


@pytest.mark.parametrize(
    ("body", "exception", "function"),
    [
        ("def handle():\n    return Cart().average\n", "ZeroDivisionError", "Cart.average"),
        ("def handle():\n    cart = Cart()\n    return cart.discount(10)\n", "AttributeError", "Cart.discount"),
        ("def handle():\n    return Cart.parse('tea')\n", "ValueError", "Cart.parse"),
        ("def handle():\n    return Cart.rounded(4.5, 0)\n", "ZeroDivisionError", "Cart.rounded"),
        ("def handle():\n    return Cart()[3]\n", "IndexError", "Cart.__getitem__"),
        ("def handle():\n    return list(lines(Cart([Item('tea', 2)])))\n", "TypeError", "lines"),
        ("import asyncio\n\n\ndef handle():\n    return asyncio.run(fetch({'a': 1}, 'b'))\n", "KeyError", "fetch"),
    ],
)
def test_a_crash_comes_back_in_the_same_function(tmp_path: Path, body: str, exception: str, function: str) -> None:
    replayed = crash(tmp_path, body)
    reproduction = replayed.reproduction
    assert (reproduction.exception, reproduction.crash.function) == (exception, function)
    run = replayed.runner.tests((reproduction.node,), overlay={reproduction.path: reproduction.source})
    assert run.failed == 1
    assert exception in run.output


def test_an_object_whose_making_is_not_shown_is_built_without_it(tmp_path: Path) -> None:
    body = "\n".join(
        [
            "def prepared():",
            *["    pass"] * 12,
            "    return Cart()",
            *["", ""] * 4,
            "def handle():",
            "    return prepared().discount(3)",
        ]
    )
    assert "Cart" in crash(tmp_path, body).reproduction.source


def test_an_opaque_argument_becomes_a_narrow_stand_in(tmp_path: Path) -> None:
    body = "\n".join(
        [
            "class Customer:\n    name = None\n\n\nclass Order:\n    customer = Customer()\n",
            *[""] * 12,
            "def handle():",
            "    return label(orders[0], 20)",
        ]
    )
    replayed = crash(tmp_path, "orders = []\n\n" + body.replace("orders[0]", "Order()"))
    assert replayed.reproduction.crash.function == "label"


def test_personal_data_does_not_reach_the_test(tmp_path: Path) -> None:
    body = (
        "import json\n\n\ndef handle():\n    line = json.loads('\"\\\\u0061nn@example.com 555\"')\n    return Cart.parse(line)\n"
    )
    reproduction = crash(tmp_path, body).reproduction
    assert "ann@example.com" not in reproduction.source


def test_a_project_of_unittest_cases_gets_one_more(tmp_path: Path) -> None:
    existing = "import unittest\n\n\nclass CartTest(unittest.TestCase):\n    def test_nothing(self):\n        pass\n"
    replayed = crash(tmp_path, "def handle():\n    return Cart().average\n", {"tests/test_cart.py": existing})
    assert replayed.reproduction.framework == "unittest"
    assert replayed.reproduction.path.startswith("tests/")
    assert "(unittest.TestCase)" in replayed.reproduction.source


def test_state_that_the_event_does_not_hold_is_said_to_be_missing(tmp_path: Path) -> None:
    files = {"shop/flag.py": "READY = False\n\n\ndef check():\n    if READY:\n        raise LookupError('stale')\n"}
    prepare = "from shop import flag\n\n\ndef prepare():\n    flag.READY = True\n"
    handler = prepare + "\n" * 9 + "def handle():\n    prepare()\n    flag.check()\n"
    home = tmp_path / "home"
    home.mkdir()
    replayed = replay(tmp_path / "project", home, {"shop/__init__.py": ""} | files, handler)
    assert isinstance(replayed.outcome, Unreproduced)
    assert "depends on state that the event does not hold" in replayed.outcome.reasons[0]


def test_a_request_is_sent_again_to_the_application(tmp_path: Path) -> None:
    service = (
        "from fastapi import FastAPI, Request\n\napp = FastAPI()\n\n\n@app.post('/orders')\nasync def order(request: Request):\n"
        "    body = await request.json()\n    return body['items'][0]\n"
    )
    write(tmp_path / "project", {"service/__init__.py": "", "service/web.py": service})
    frame = Frame("order", "service.web", "service/web.py", "/srv/service/web.py", 9, context_line="    return body['items'][0]")
    event = Event(
        "1",
        exceptions=(ExceptionValue("IndexError", "list index out of range", frames=(frame,)),),
        request=Request("POST", "http://shop.example/orders", {"Content-Type": "application/json"}, data={"items": []}),
    )
    home = tmp_path / "home"
    home.mkdir()
    replayed = replay(tmp_path / "project", home, {}, event=event)
    assert 'TestClient(app).request("POST", "/orders"' in replayed.reproduction.source


def test_code_in_an_event_never_reaches_the_test(tmp_path: Path) -> None:
    files = {"shop/__init__.py": "", "shop/cart.py": CART}
    home = tmp_path / "home"
    home.mkdir()
    recorded = replay(
        tmp_path / "project", home, files, "from shop.cart import *\n\n\ndef handle():\n    return Cart().average\n"
    )
    crashed = recorded.event.crash
    assert crashed is not None
    hostile = [
        replace(
            frame, pre_context=("import os", "os.system('id')"), context_line="__import__('os').system('id') or Cart().average"
        )
        if frame.function == "handle"
        else frame
        for frame in crashed.frames
    ]
    event = replace(recorded.event, exceptions=(replace(crashed, frames=tuple(hostile)),))
    replayed = replay(tmp_path / "project", home, {}, event=event)
    assert "system" not in replayed.reproduction.source

"""Crashes that no change of the code should answer, and their neighbours that are defects: each principle from both sides."""

from __future__ import annotations

import asyncio
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from paramedic.model.diagnosis import Category, Diagnosis

Crash = Callable[..., Diagnosis]


def test_a_variable_that_the_environment_lacks_is_no_fault_of_the_call_around_it(crash: Crash) -> None:
    found = crash(
        """
        import os

        def gateway(url, key):
            return url, key

        def order():
            return gateway(os.environ["PATH"], os.environ["NOT_SET_ANYWHERE"])
        """,
        "order()",
    )
    assert found.fault is not None
    assert found.fault.expression == 'os.environ["NOT_SET_ANYWHERE"]'
    assert found.category is Category.CONFIGURATION


def test_a_full_disk_is_known_by_its_number_alone(crash: Crash) -> None:
    found = crash("def f():\n    with open('/dev/full', 'w') as file:\n        file.write('x')", "f()")
    assert (found.fixable, found.category) == (False, Category.OS)


def test_a_peer_that_hangs_up_amid_a_frame(crash: Crash) -> None:
    found = crash(
        """
        import asyncio

        async def frame(body):
            reader = asyncio.StreamReader()
            reader.feed_data(body)
            reader.feed_eof()
            return await reader.readexactly(400)

        def take(body):
            return asyncio.run(frame(body))
        """,
        "take(b'half')",
    )
    assert found.exception_type == asyncio.IncompleteReadError.__name__
    assert (found.fixable, found.category) == (False, Category.OS)


REFUSALS = [
    pytest.param(
        """
        import json
        class UnsafeDose(Exception): ...
        def check(drug, milligrams, per_day):
            daily = milligrams * per_day
            if daily > 10:
                raise UnsafeDose(drug)
        def prescribe(request):
            wanted = json.loads(request.body)
            check(wanted["drug"], wanted["milligrams"], wanted["per_day"])
        """,
        """prescribe(type("Request", (), {"body": '{"drug": "x", "milligrams": 5, "per_day": 4}'}))""",
        id="calculated-by-who-judges",
    ),
    pytest.param(
        """
        class Taken(ValueError):
            "Somebody else was quicker."
        class Store:
            def __init__(self):
                self.seats = {"B4": {"holder": "x"}}
            def reserve(self, label):
                seat = self.seats[label]
                if seat["holder"]:
                    raise Taken(label)
        def order(wanted):
            Store().reserve(wanted["seat"])
        """,
        "order({'seat': 'B4'})",
        id="state-that-input-named",
    ),
    pytest.param(
        """
        import socket
        class BadReading(ValueError): ...
        def decode(frame):
            if frame[0] > 9:
                raise BadReading("unknown version")
        class Link:
            def __init__(self):
                self.here, self.there = socket.socketpair()
                self.there.send(bytes([77]))
            def frame(self):
                return self.here.recv(4)
        def take():
            decode(Link().frame())
        """,
        "take()",
        id="what-a-peer-sent",
    ),
    pytest.param(
        """
        from dataclasses import dataclass
        class TooHeavy(ValueError): ...
        @dataclass
        class Parcel:
            grams: list
        def weigh(grams):
            if sum(grams) > 30:
                raise TooHeavy(grams)
        def send(parcel: Parcel):
            weigh(parcel.grams)
        """,
        "send(Parcel([20, 20]))",
        id="field-of-what-came-in",
    ),
    pytest.param(
        "def add(text, lines):\n    assert sum(lines.values()) == 0, f'{text} does not balance'",
        "add('rent', {'bank': -5})",
        id="contract",
    ),
]


@pytest.mark.parametrize(("source", "call"), REFUSALS)
def test_input_that_the_code_refuses_is_no_defect(crash: Crash, source: str, call: str) -> None:
    found = crash(source, call)
    assert (found.fixable, found.category) == (False, Category.CLIENT)


DEFECTS = [
    pytest.param(
        """
        def at(position):
            if position < 0:
                raise LookupError(position)
        def last(count):
            at(count - 1)
        """,
        "last(0)",
        id="calculated-by-the-caller",
    ),
    pytest.param(
        """
        class Bad(Exception):
            "Not a page."
        def page(number):
            if number < 1:
                raise Bad(number)
        def first(book):
            page(0)
        """,
        "first('x')",
        id="written-by-the-caller",
    ),
    pytest.param(
        """
        class Store:
            def __init__(self):
                self.jobs = {"a": "broken"}
            def run(self, name):
                job = self.jobs[name]
                if job == "broken":
                    raise RuntimeError("cannot run")
        """,
        "Store().run('a')",
        id="state-of-ones-own-without-a-name-for-it",
    ),
    pytest.param(
        """
        def zone(name, zones):
            found = zones.get(name)
            if isinstance(found, int):
                return found
            elif isinstance(found, str):
                return len(found)
            else:
                raise ValueError("a zone is a number or a text")
        """,
        "zone('BRST', {})",
        id="none-that-the-code-made-and-the-guard-forgot",
    ),
    pytest.param("def add(lines):\n    assert sum(lines) == 0", "add([1])", id="assertion-without-a-message"),
    pytest.param(
        """
        def valid(lines):
            return len(lines) > 1
        def add(lines):
            assert valid(lines), "not valid"
        """,
        "add([1])",
        id="assertion-by-a-helper-of-ones-own",
    ),
    pytest.param(
        """
        import os
        def names(settings):
            return settings.get("names", [])
        def load():
            return dict(os.environ)
        def show():
            settings = load()
            return settings["names"]
        """,
        "show()",
        id="key-that-is-optional-elsewhere",
    ),
    pytest.param(
        """
        import os
        def load():
            return open(os.path.join(os.environ["PATH"], "own-part.toml")).read()
        """,
        "load()",
        id="file-whose-name-the-code-joins",
    ),
]


@pytest.mark.parametrize(("source", "call"), DEFECTS)
def test_what_the_code_did_to_itself_is_a_defect(crash: Crash, source: str, call: str) -> None:
    assert crash(source, call).fixable


@pytest.mark.parametrize(("answer", "read"), [("{}", "answer['token']"), ('{"a":null}', "answer['a'].strip()")])
def test_the_answer_of_a_server_that_a_setting_names_is_no_setting(
    crash: Crash, monkeypatch: pytest.MonkeyPatch, answer: str, read: str
) -> None:
    monkeypatch.setenv("SHOP_SERVER", f"data:application/json,{answer}")
    found = crash(
        """
        import json
        import os
        from urllib.request import urlopen

        def token():
            answer = json.loads(urlopen(os.environ["SHOP_SERVER"]).read())
            return READ
        """.replace("READ", read),
        "token()",
    )
    assert found.fixable


def test_a_settings_file_that_is_missing_or_lacks_a_key(crash: Crash, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = """
        import json
        import os
        from pathlib import Path

        def load(path=None):
            text = Path(path or os.environ["SHOP_SETTINGS"]).read_text()
            return json.loads(text)

        def carrier(settings):
            section = settings["carrier"]
            return section["token"], section.get("timeout", 5)

        def send(settings=None):
            return carrier(settings or load())
        """
    monkeypatch.setenv("SHOP_SETTINGS", str(tmp_path / "settings.json"))
    absent = crash(source, "send()")
    assert absent.exception_type == "FileNotFoundError"
    assert (absent.fixable, absent.category) == (False, Category.CONFIGURATION)
    (tmp_path / "settings.json").write_text('{"carrier": {"url": "x"}}')
    lacking = crash(source, "send()")
    assert (lacking.fixable, lacking.category) == (False, Category.CONFIGURATION)
    assert "'token'" in lacking.obstacle


LIBRARY = """
    import math
    class Meter:
        def scaled(self, value):
            return math.log10(value)
    def share(part, whole):
        return part / whole
    def refuse(value):
        raise ValueError("math domain error")
    """


@pytest.mark.parametrize(
    ("call", "fixable"),
    [
        pytest.param("units.Meter().scaled(watts)", False, id="its-own-calculation"),
        pytest.param("units.share(5, watts)", True, id="a-zero-that-was-passed"),
        pytest.param("units.refuse(watts)", True, id="a-refusal"),
    ],
)
def test_a_calculation_that_fails_in_another_package(
    crash: Crash, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, fixable: bool
) -> None:
    packages = tmp_path / "site-packages" / f"units{abs(hash(call))}"
    packages.mkdir(parents=True)
    (packages / "__init__.py").write_text(textwrap.dedent(LIBRARY))
    monkeypatch.syspath_prepend(packages.parent)
    found = crash(f"import {packages.name} as units\ndef show(watts):\n    return {call}", "show(0)")
    assert found.fixable is fixable
    if not fixable:
        assert found.category is Category.THIRD_PARTY

"""Crashes that only the capture integration's typed values bring back: deep state, sharing, classes that guard themselves."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.reproduction.recording import Replayed, replay

from paramedic.model.event import Event
from paramedic.model.snapshot import Held, Named, Ref, Snapshot, Thing, Typed
from paramedic.reproduction import Unreproduced
from paramedic.reproduction.captured import Kept
from paramedic.reproduction.names import Names
from paramedic.reproduction.rebuilt import Rebuilder
from paramedic.reproduction.recipes import Recipes
from paramedic.reproduction.typed import Graph
from paramedic.source.tree import SourceTree

STOCK = """
import enum
from collections import namedtuple
from dataclasses import dataclass

Place = namedtuple("Place", "row column")


class Kind(enum.Enum):
    DRY = 1
    WET = 2


@dataclass(frozen=True)
class Label:
    kind: Kind
    turnover: int


class Bins(dict):
    def __init__(self, owner):
        self.owner = owner


class Shelf:
    __slots__ = ("bins", "house", "label")

    def __init__(self, house, key):
        self.house = house
        self.bins = Bins(self)
        self.label = house.secret[key]


class House:
    def __init__(self, registry):
        self.secret = registry.open()
        self.shelves = []

    def audit(self, place):
        shelf = self.shelves[0]
        if shelf.house is not self or shelf.bins.owner is not shelf or shelf.label.kind is not Kind.WET:
            return 0
        return shelf.bins[place]["count"] / shelf.label.turnover
"""
HANDLER = """
from shop.stock import *


class Registry:
    def open(self):
        return {"wet": Label(Kind.WET, 0)}


HOUSE = House(Registry())
HOUSE.shelves.append(Shelf(HOUSE, "wet"))
HOUSE.shelves[0].bins[Place(1, 2)] = {"count": 3}
# What stands here is not near enough to the crash to be shown with it:
#
#
#
#
#
def handle():
    return HOUSE.audit(Place(1, 2))
"""


def crash(tmp_path: Path, *, capture: bool) -> Replayed:
    home = tmp_path / "home"
    home.mkdir()
    return replay(tmp_path / "project", home, {"shop/__init__.py": "", "shop/stock.py": STOCK}, HANDLER, capture=capture)


@pytest.mark.sandbox
def test_deep_state_comes_back_with_the_snapshot_and_not_without(tmp_path: Path) -> None:
    replayed = crash(tmp_path, capture=True)
    source = replayed.reproduction.source
    assert replayed.reproduction.exception == "ZeroDivisionError"
    assert "__init__" not in source
    assert "Kind.WET" in source
    event = replace(replayed.event, snapshot=None)
    plain = replay(tmp_path / "project", tmp_path / "home", {}, event=event)
    assert isinstance(plain.outcome, Unreproduced)


def rebuilt(tmp_path: Path, objects: dict[int, Held | Thing], number: int = 0, **variables: Typed) -> str | None:
    for name, text in {"shop/__init__.py": "", "shop/stock.py": STOCK}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    names = Names(SourceTree.open(tmp_path), Event(""))
    graph = Graph(Snapshot({(1, 1): variables}, objects))
    code = Recipes(names, Rebuilder(graph, names, {"shelf"})).express(Kept(number, "x"))
    return "\n".join([*code.setup, code.text]) if code else None


SHELF = "shop.stock.Shelf"


def test_circles_and_sharing_are_rebuilt_as_they_were(tmp_path: Path) -> None:
    objects = {
        0: Thing(SHELF, {"bins": Ref(1), "house": Ref(1), "label": Ref(0)}),
        1: Held("list", (Ref(0), 1)),
    }
    assert rebuilt(tmp_path, objects) == (
        "shelf_2 = Shelf.__new__(Shelf)\n"
        "items = [shelf_2, 1]\n"
        "shelf_2.bins = items\n"
        "shelf_2.house = items\n"
        "shelf_2.label = shelf_2\n"
        "shelf_2"
    )


@pytest.mark.parametrize(
    ("thing", "lines"),
    [
        (Thing(SHELF, {"bins": 1}, own_set=True), ["object.__setattr__(shelf_2, 'bins', 1)"]),
        (Thing(SHELF, own_new=True), ["shelf_2 = object.__new__(Shelf)"]),
        (Thing(SHELF, {"code": 1}), ["shelf_2.code = 1"]),
        (
            Thing("shop.stock.Place", content=Held("tuple", (1, 2)), builtin="tuple", fields=("row", "column")),
            ["Place(row=1, column=2)"],
        ),
        (
            Thing("shop.stock.Bins", content=Held("dict", pairs=((Named("member", "shop.stock.Kind.DRY"), 1),)), builtin="dict"),
            ["bins = Bins.__new__(Bins)", "dict.update(bins, {Kind.DRY: 1})"],
        ),
        (Thing("builtins.KeyError", content=Held("tuple", ("a",)), builtin="error"), ["KeyError('a')"]),
    ],
)
def test_each_kind_of_class_has_its_own_way(tmp_path: Path, thing: Thing, lines: list[str]) -> None:
    text = rebuilt(tmp_path, {0: thing})
    assert text is not None
    assert set(lines) <= set(text.splitlines())


@pytest.mark.parametrize(
    "name", ["os.system", "__main__.Shelf", "shop.stock.Missing", "builtins.eval", "shop.stock.<locals>.Shelf"]
)
def test_a_class_that_cannot_be_had_is_not_made_up(tmp_path: Path, name: str) -> None:
    assert rebuilt(tmp_path, {0: Thing(name, {"bins": 1})}) is None


def test_the_innards_of_an_object_are_never_set(tmp_path: Path) -> None:
    thing = Thing(SHELF, {"__class__": Named("class", "shop.stock.House"), "__dict__": 1, "x = 1; import os": 2, "class": 3})
    assert rebuilt(tmp_path, {0: thing}) == "shelf_2 = Shelf.__new__(Shelf)\nshelf_2"


def test_an_endless_snapshot_ends(tmp_path: Path) -> None:
    chain: dict[int, Held | Thing] = {number: Held("tuple", (Ref(number + 1), Ref(number + 1))) for number in range(2_000)}
    assert rebuilt(tmp_path, chain) is None
    wide: dict[int, Held | Thing] = {0: Held("list", tuple(Ref(number) for number in range(1, 2_000)))}
    wide |= {number: Thing(SHELF, {"bins": Ref(0)}) for number in range(1, 2_000)}
    text = rebuilt(tmp_path, wide)
    assert text is not None
    assert len(text.splitlines()) < 500

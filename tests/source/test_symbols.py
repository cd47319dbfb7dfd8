"""What names and calls mean, by reading only."""

from __future__ import annotations

import ast
import textwrap
from pathlib import Path

import pytest

from paramedic.source.symbols import SymbolIndex
from paramedic.source.tree import SourceTree

FILES = {
    "src/shop/__init__.py": "from .cart import Cart as Basket\nfrom .rates import *\n",
    "src/shop/cart.py": """
        from __future__ import annotations
        from typing import Optional
        from shop import rates
        from .base import Store as Parent

        class Cart(Parent):
            limit: int = 10

            def __init__(self, owner: "Owner"):
                super().__init__()
                self.owner = owner
                self.backup = Parent()
                self.rows, self.count = [], 0

            def total(self):
                self.load()
                self.owner.name()
                self.backup.load()
                return rates.rate(self.count)

            @property
            def other(self) -> Optional[Cart]:
                return None

        class Owner:
            def name(self): ...

        def make(cart: Cart | None):
            def helper(): ...
            helper()
            cart.other.total()
            found = Cart(Owner())
            found.load()
            unknown.load()
    """,
    "src/shop/base.py": """
        class Store:
            def __init__(self): ...
            def load(self): ...
    """,
    "src/shop/rates.py": "def rate(n): ...\n",
    "src/app.py": "import shop\nshop.Basket(1)\nshop.rate(2)\n",
    "src/broken.py": "def rate(:\n",
    "tests/test_cart.py": "from shop.rates import rate\ndef test(): rate(1)\n",
}


@pytest.fixture
def index(tmp_path: Path) -> SymbolIndex:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(textwrap.dedent(text).lstrip())
    return SymbolIndex(SourceTree.open(tmp_path))


def resolved(index: SymbolIndex, path: str) -> dict[str, str]:
    module = index.tree.module(path)
    calls = [node for node in ast.walk(module.tree) if isinstance(node, ast.Call)]
    found = {ast.unparse(call.func): index.resolve_call(path, call) for call in calls}
    return {name: definition.qualname for name, definition in found.items() if definition}


def test_calls_are_followed_through_imports_bases_attributes_and_annotations(index: SymbolIndex) -> None:
    assert resolved(index, "src/shop/cart.py") == {
        "super().__init__": "Store.__init__",
        "Parent": "Store",
        "self.load": "Store.load",
        "self.owner.name": "Owner.name",
        "self.backup.load": "Store.load",
        "rates.rate": "rate",
        "helper": "make.<locals>.helper",
        "cart.other.total": "Cart.total",
        "Cart": "Cart",
        "Owner": "Owner",
        "found.load": "Store.load",
    }


def test_reexports_and_stars_are_followed(index: SymbolIndex) -> None:
    assert resolved(index, "src/app.py") == {"shop.Basket": "Cart", "shop.rate": "rate"}


def test_callers_list_code_before_tests_and_skip_what_does_not_parse(index: SymbolIndex) -> None:
    sites = [(site.path, site.function) for site in index.callers("rate")]
    assert sites == [("src/app.py", None), ("src/shop/cart.py", "Cart.total"), ("tests/test_cart.py", "test")]
    assert [found.path for found in index.definitions("rate")] == ["src/shop/rates.py"]


def test_class_tells_its_bases_methods_and_attributes(index: SymbolIndex) -> None:
    info = index.class_info("src/shop/cart.py", "Cart")
    assert info is not None
    assert info.bases == ("Parent",)
    assert set(info.methods) == {"__init__", "total", "other"}
    assert info.is_property("other")
    assert {name: attribute.method for name, attribute in info.attributes.items()} == {
        "limit": "", "owner": "__init__", "backup": "__init__", "rows": "__init__", "count": "__init__",
    }  # fmt: skip
    assert [item.qualname for item in index.lineage(info)] == ["Cart", "Store"]


def test_classes_that_inherit_each_other_end(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("class A(B): ...\nclass B(A): ...\nfrom a import x as x\n")
    index = SymbolIndex(SourceTree.open(tmp_path))
    info = index.class_info("a.py", "A")
    assert info is not None
    assert index.method(info, "nothing") is None
    assert index.resolve_name("a.py", "x") is None

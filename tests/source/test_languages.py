"""Definitions and uses of a name, told from comments and texts, in each language."""

from __future__ import annotations

from pathlib import Path

import pytest

from paramedic.source.languages import mentions
from paramedic.source.tree import SourceTree

CASES = {
    "a.js": ("// rate\nfunction rate(c) { return 1 }\nconst x = rate('rate')\n", [2], [3]),
    "b.js": ("const rate = (c) => 1\nshop.rate(2)\n", [1], [2]),
    "c.ts": ("export class Shop {\n  rate(c: string): number { return 1 }\n}\nnew Shop().rate('x')\n", [2], [4]),
    "d.tsx": ("export const rate = () => <p>rate</p>;\nrate();\n", [1], [2]),
    "E.java": ("class E {\n  int rate(String c) { return 1; }\n  int two() { return rate(\"rate\"); }\n}\n", [2], [3]),
    "F.kt": ("class F {\n  fun rate(c: String): Int = 1\n  fun two() = rate(\"rate\")\n}\n", [2], [3]),
    "G.swift": ("class G {\n  func rate(c: String) -> Int { 1 }\n  func two() -> Int { rate(c: \"rate\") }\n}\n", [2], [3]),
    "h.go": ("package h\nfunc rate(c string) int { return 1 }\nfunc two() int { return rate(\"rate\") }\n", [2], [3]),
    "i.rb": ("# rate\ndef rate(c)\n  1\nend\nputs rate('rate')\n", [2], [5]),
    "j.php": ("<?php\nfunction rate($c) { return 1; }\necho rate('rate');\n", [2], [3]),
    "K.cs": ("class K {\n  int rate(string c) { return 1; }\n  int Two() { return rate(\"rate\"); }\n}\n", [2], [3]),
}  # fmt: skip


@pytest.mark.parametrize("path", CASES)
def test_definitions_and_uses(tmp_path: Path, path: str) -> None:
    text, defined, used = CASES[path]
    (tmp_path / path).write_text(text)
    found = list(mentions(SourceTree.open(tmp_path), "rate"))
    assert [each.number for each in found if each.defines] == defined
    assert [each.number for each in found if not each.defines] == used
    assert all("rate" in each.line for each in found)


REAL = {
    "cart.js": (
        ("class Cart {\n  #rows = []\n  static of(rows) { return new Cart(rows) }\n  total = () => this.#rows.length\n}\n"
        "module.exports = { Cart }\n"),
        {"Cart": ([1], [3, 6]), "of": ([3], []), "total": ([4], [])},
    ),
    "cart.ts": (
        ("interface Row { price: number }\ntype Rows = Row[]\nenum Kind { A }\n"
        "export async function load<T extends Row>(rows: Rows, kind = Kind.A): Promise<T[]> {\n  return rows as T[]\n}\n"),
        {"Row": ([1], [2, 4]), "Rows": ([2], [4]), "Kind": ([3], [4]), "load": ([4], [])},
    ),
    "Cart.java": (
        ("package shop;\npublic final class Cart<T> implements Store {\n  private final int limit = 3;\n  Cart(int limit) {}\n"
        "  record Row(int price) {}\n  int total(Row row) { return row.price() + this.limit; }\n}\n"),
        {"Cart": ([2, 4], []), "Row": ([5], [6]), "total": ([6], []), "limit": ([3], [4, 6])},
    ),
    "Cart.kt": (
        ("package shop\ndata class Row(val price: Int)\nobject Rates { fun of(row: Row) = row.price }\n"
        "fun Row.total(): Int = Rates.of(this)\n"),
        {"Row": ([2], [3, 4]), "Rates": ([3], [4]), "total": ([4], [])},
    ),
    "Cart.swift": (
        ("protocol Store { func load() }\nstruct Cart: Store {\n  func load() {}\n  init?(rows: [Int]) { return nil }\n}\n"
        "let cart = Cart(rows: [])\ncart?.load()\n"),
        {"Store": ([1], [2]), "Cart": ([2], [6]), "load": ([1, 3], [7])},
    ),
    "cart.go": (
        ("package shop\ntype Cart struct{ rows []int }\ntype Store interface{ Load() }\nfunc (c *Cart) Load() {}\n"
        "func use(s Store) { s.Load() }\n"),
        {"Cart": ([2], [4]), "Store": ([3], [5]), "Load": ([3, 4], [5])},
    ),
    "cart.rb": (
        ("module Shop\n  class Cart\n    LIMIT = 3\n    def self.of(rows)\n      new(rows)\n    end\n  end\nend\n"
        "Shop::Cart.of([])\n"),
        {"Shop": ([1], [9]), "Cart": ([2], [9]), "of": ([4], [9])},
    ),
    "cart.php": (
        ("<?php\nnamespace Shop;\ninterface Store {}\nfinal class Cart implements Store {\n"
        "  public function load(): int { return 1; }\n}\n"
        "(new Cart())->load();\n"),
        {"Store": ([3], [4]), "Cart": ([4], [7]), "load": ([5], [7])},
    ),
    "Cart.cs": (
        ("namespace Shop;\ninterface IStore {}\npublic record Row(int Price);\nclass Cart : IStore {\n"
        "  public int Total(Row row) => row.Price;\n  static int Use() => new Cart().Total(null);\n}\n"),
        {"IStore": ([2], [4]), "Row": ([3], [5]), "Cart": ([4], [6]), "Total": ([5], [6])},
    ),
}  # fmt: skip


@pytest.mark.parametrize("path", REAL)
def test_types_methods_and_their_uses_in_code_as_it_is_written(tmp_path: Path, path: str) -> None:
    text, names = REAL[path]
    (tmp_path / path).write_text(text)
    tree = SourceTree.open(tmp_path)
    for name, expected in names.items():
        found = list(mentions(tree, name))
        seen = ([each.number for each in found if each.defines], [each.number for each in found if not each.defines])
        assert seen == expected, name


def test_odd_files_end_nothing(tmp_path: Path) -> None:
    (tmp_path / "deep.js").write_text("(" * 50_000 + "rate")
    (tmp_path / "broken.java").write_text("class { rate rate ( ")
    (tmp_path / "data.js").write_bytes(b"\xff\xfe\x00rate\x00")
    assert any(each.path == "broken.java" for each in mentions(SourceTree.open(tmp_path), "rate"))

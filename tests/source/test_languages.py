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


def test_odd_files_end_nothing(tmp_path: Path) -> None:
    (tmp_path / "deep.js").write_text("(" * 50_000 + "rate")
    (tmp_path / "broken.java").write_text("class { rate rate ( ")
    (tmp_path / "data.js").write_bytes(b"\xff\xfe\x00rate\x00")
    assert any(each.path == "broken.java" for each in mentions(SourceTree.open(tmp_path), "rate"))

"""Diffs that git takes, and edits that land byte by byte."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from paramedic.model.errors import SourceError
from paramedic.model.repair import Edit
from paramedic.source.edits import apply, unified_diff

CASES = [
    ("a = 1\nb = 2\n", "a = 1\nb = 3\n"),
    ("a = 1", "a = 2"),
    ("a = 1", "a = 1\n"),
    ("a = 1\n", "a = 1"),
    ("a\r\nb\r\n", "a\r\nc\r\n"),
    ("x\n\x0cy\n", "x\n\x0cz\n"),
    ("", "new\n"),
    ("ü\u2028x\n", "ü\u2028y\n"),
]


@pytest.mark.parametrize(("before", "after"), CASES)
def test_git_applies_the_diff(tmp_path: Path, before: str, after: str) -> None:
    target = tmp_path / "pkg" / "a.py"
    target.parent.mkdir()
    if before:
        target.write_bytes(before.encode())
    diff = unified_diff((Edit("pkg/a.py", before, after),))
    subprocess.run(["git", "apply", "-"], input=diff.encode(), cwd=tmp_path, check=True, capture_output=True)
    assert target.read_bytes() == after.encode()


def test_unchanged_files_are_left_out_and_the_rest_sorted() -> None:
    diff = unified_diff((Edit("b", "1\n", "2\n"), Edit("c", "1\n", "1\n"), Edit("a", "1\n", "2\n")))
    assert [line for line in diff.splitlines() if line.startswith("diff")] == ["diff --git a/a b/a", "diff --git a/b b/b"]


def test_encoding_and_byte_order_mark_are_kept(tmp_path: Path) -> None:
    latin = "# coding: latin-1\nx = 'ü'\n"
    (tmp_path / "latin.py").write_bytes(latin.encode("latin-1"))
    (tmp_path / "bom.py").write_bytes(b"\xef\xbb\xbfx = 1\n")
    apply((Edit("latin.py", latin, latin + "y = 'ß'\n"), Edit("bom.py", "x = 1\n", "x = 2\n")), tmp_path)
    assert (tmp_path / "latin.py").read_bytes() == (latin + "y = 'ß'\n").encode("latin-1")
    assert (tmp_path / "bom.py").read_bytes() == b"\xef\xbb\xbfx = 2\n"


@pytest.mark.parametrize("path", ["../a.py", "/tmp/a.py", ".git/config", "link/a.py"])
def test_nothing_is_written_when_one_edit_leads_out(tmp_path: Path, path: str) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (root / "link").symlink_to(tmp_path)
    (root / "good.py").write_text("x = 1\n")
    with pytest.raises(SourceError):
        apply((Edit("good.py", "x = 1\n", "x = 2\n"), Edit(path, "", "x")), root)
    assert (root / "good.py").read_text() == "x = 1\n"


def test_a_file_that_has_changed_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("edited\n")
    with pytest.raises(SourceError, match="not what the edit was made for"):
        apply((Edit("a.py", "x = 1\n", "x = 2\n"),), tmp_path)

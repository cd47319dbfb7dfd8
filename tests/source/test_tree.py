"""Odd and hostile checkouts, read without running anything."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from paramedic.model.errors import SourceError
from paramedic.source.tree import SourceTree


def write(root: Path, files: Mapping[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return root


ROOTS = [
    ({"app/__init__.py": ""}, ()),
    ({"src/app/__init__.py": ""}, ("src",)),
    ({"lib/app/__init__.py": ""}, ("lib",)),
    ({"src/__init__.py": "", "src/app/__init__.py": ""}, ()),
    ({"setup.py": "from setuptools import setup\nsetup(package_dir={'': 'python'})", "python/app.py": ""}, ("python",)),
    ({"setup.py": "setup(packages=find_packages('code'))", "code/app/__init__.py": ""}, ("code",)),
    ({"setup.py": "setup(packages=find_packages(where='code'))", "code/app/__init__.py": ""}, ("code",)),
    ({"setup.cfg": "[options]\npackage_dir =\n    = code\n", "code/app.py": ""}, ("code",)),
    ({"pyproject.toml": "[tool.setuptools.package-dir]\n'' = 'code'\n", "code/app.py": ""}, ("code",)),
    ({"pyproject.toml": "[tool.setuptools.packages.find]\nwhere = ['code']\n", "code/app.py": ""}, ("code",)),
    ({"pyproject.toml": "[tool.poetry]\npackages = [{include = 'app', from = 'code'}]\n", "code/app.py": ""}, ("code",)),
    ({"pyproject.toml": "[tool.hatch.build.targets.wheel]\npackages = ['code/app']\n", "code/app/a.py": ""}, ("code",)),
    ({"pyproject.toml": "[tool.pdm.build]\npackage-dir = 'code'\n", "code/app.py": ""}, ("code",)),
    ({"web/manage.py": "", "web/app/views.py": ""}, ("web",)),
    ({"services/api/pyproject.toml": "", "services/api/src/app/a.py": ""}, ("services/api/src", "services/api")),
    ({"pyproject.toml": "[tool.setuptools.package-dir]\n'' = '../../etc'\n", "app.py": ""}, ()),
    ({"pyproject.toml": "not [ toml", "setup.cfg": "also not", "setup.py": "def (", "app.py": ""}, ()),
]


@pytest.mark.parametrize(("files", "expected"), ROOTS)
def test_source_roots_are_found(tmp_path: Path, files: dict[str, str], expected: tuple[str, ...]) -> None:
    assert SourceTree.open(write(tmp_path, files)).source_roots == (*expected, "")


def test_given_source_roots_win_and_must_exist(tmp_path: Path) -> None:
    write(tmp_path, {"src/app.py": "", "deep/er/lib.py": ""})
    assert SourceTree.open(tmp_path, source_roots=("./deep/er/",)).source_roots == ("deep/er",)
    for name in ("missing", "../..", "/etc"):
        with pytest.raises(SourceError):
            SourceTree.open(tmp_path, source_roots=(name,))


def test_modules_and_paths_are_each_others_inverse(tmp_path: Path) -> None:
    files = {"src/shop/__init__.py": "", "src/shop/cart.py": "", "tools/run.py": "", "top.py": ""}
    tree = SourceTree.open(write(tmp_path, files))
    names = {path: tree.module_name(path) for path in tree.files()}
    assert names == {
        "src/shop/__init__.py": "shop", "src/shop/cart.py": "shop.cart", "tools/run.py": "tools.run", "top.py": "top",
    }  # fmt: skip
    assert all(tree.find_module(name) == path for path, name in names.items())
    assert tree.find_module("nowhere") is None


def test_folders_of_tools_and_environments_are_left_out_but_packages_of_that_name_are_not(tmp_path: Path) -> None:
    hidden = (".git/a.py", ".venv/a.py", "node_modules/a.py", "build/a.py", "dist/a.py", "x.egg-info/a.py", "a/__pycache__/a.py")
    shown = ("app/build/__init__.py", "app/env/__init__.py", "app/a.py")
    tree = SourceTree.open(write(tmp_path, dict.fromkeys((*hidden, *shown), "")))
    assert tree.files() == tuple(sorted(shown))


@pytest.mark.parametrize(
    "path", ["../secret.py", "/etc/passwd", "link.py", "linked/secret.py", "a/../../secret.py", "missing.py", "a\0b", "."]
)
def test_no_path_leads_out(tmp_path: Path, path: str) -> None:
    write(tmp_path, {"secret.py": "hunter2", "repository/app.py": ""})
    root = tmp_path / "repository"
    (root / "link.py").symlink_to(tmp_path / "secret.py")
    (root / "linked").symlink_to(tmp_path)
    tree = SourceTree.open(root)
    with pytest.raises(SourceError):
        tree.text(path)
    assert not tree.exists(path)


def test_link_inside_the_repository_is_followed(tmp_path: Path) -> None:
    write(tmp_path, {"app.py": "x = 1\n"})
    (tmp_path / "same.py").symlink_to("app.py")
    assert SourceTree.open(tmp_path).text("same.py") == "x = 1\n"


def test_odd_files_are_errors_of_ours_and_do_not_stop_the_rest(tmp_path: Path) -> None:
    files = {
        "latin.py": "# -*- coding: latin-1 -*-\nx = 'ü'\n".encode("latin-1"),
        "not_utf8.py": b"x = '\xff\xfe'\n",
        "no_codec.py": b"# coding: klingon\n",
        "syntax.py": b"def (:\n",
        "null.py": b"x = 1\0\n",
        "deep.py": b"x = " + b"(" * 5000 + b")" * 5000,
        "crlf.py": b"x = 1\r\ny = 2\r\n",
        "bom.py": b"\xef\xbb\xbfx = 1\n",
        "huge.py": b"#" * 5_000_000,
    }
    write(tmp_path, files)
    (tmp_path / "broken.py").symlink_to("nowhere.py")
    (tmp_path / "loop.py").symlink_to("loop.py")
    os.mkfifo(tmp_path / "pipe.py")
    tree = SourceTree.open(tmp_path)
    assert tree.text("latin.py").endswith("x = 'ü'\n")
    assert tree.text("crlf.py") == "x = 1\r\ny = 2\r\n"
    assert tree.lines("crlf.py")[:2] == ("x = 1", "y = 2")
    assert tree.module("bom.py").tree.body
    for name in ("not_utf8.py", "no_codec.py", "syntax.py", "null.py", "deep.py", "huge.py", "broken.py", "loop.py", "pipe.py"):
        with pytest.raises(SourceError):
            tree.module(name)


def test_commit_is_read_without_git(tmp_path: Path) -> None:
    sha = "a" * 40
    write(tmp_path, {".git/HEAD": "ref: refs/heads/main\n", ".git/packed-refs": f"# pack\n{sha} refs/heads/main\n", "a.py": ""})
    assert SourceTree.open(tmp_path).commit == sha
    write(tmp_path, {".git/HEAD": "ref: ../../../etc/passwd\n"})
    assert SourceTree.open(tmp_path).commit == ""


def test_test_files_are_known_by_their_names(tmp_path: Path) -> None:
    tests = ("tests/test_a.py", "app/tests.py", "app/a_test.py", "tests/unit/testing_b.py")
    tree = SourceTree.open(write(tmp_path, dict.fromkeys((*tests, "tests/conftest.py", "app/attest.py", "app/testing.py"), "")))
    assert tree.test_files() == tuple(sorted(tests))


def test_opening_five_thousand_files_takes_well_under_a_second(tmp_path: Path) -> None:
    for folder in range(50):
        (tmp_path / f"app{folder}").mkdir()
        for number in range(100):
            (tmp_path / f"app{folder}" / f"m{number}.py").touch()
    started = time.monotonic()
    assert len(SourceTree.open(tmp_path).files()) == 5000
    assert time.monotonic() - started < 0.7


def test_qualified_names_are_those_of_python(tmp_path: Path) -> None:
    method = "    def m(self):\n        def inner():\n            return (lambda: 1)\n        return inner\n"
    text = f"class A:\n{method}    @property\n    def p(self):\n        return 1\n"
    module = SourceTree.open(write(tmp_path, {"a.py": text})).module("a.py")
    assert [module.qualname(node) for node in module.functions()] == ["A.m", "A.m.<locals>.inner", "A.p"]
    assert module.qualname(module.enclosing(4)) == "A.m.<locals>.inner"  # type: ignore[arg-type]
    assert module.enclosing(6).name == "p"  # type: ignore[union-attr]
    assert module.enclosing(1) is None
    assert module.definition("A.m") is module.functions()[0]

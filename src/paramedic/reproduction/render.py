"""The test as a file of the project: where its tests live, in the style that they have."""

from __future__ import annotations

import ast
import re
import textwrap
from collections import Counter
from dataclasses import dataclass
from pathlib import PurePosixPath

from paramedic.model.errors import SourceError
from paramedic.reproduction.code import Attempt
from paramedic.reproduction.trial import Target
from paramedic.source.tree import SourceTree

_WIDTH = 100


@dataclass(frozen=True, slots=True)
class Style:
    """How the project writes tests. ``base`` is the import and name of a TestCase class, for unittest-like projects."""

    framework: str = "pytest"
    folder: str = "tests"
    base: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class Written:
    path: str
    source: str
    node: str
    framework: str


def style_of(tree: SourceTree, crash_file: str) -> Style:
    """The framework and folder that most tests near the crash use."""
    files = [path for path in tree.test_files() if path.rsplit("/", 1)[-1].startswith("test")]
    if not files:
        return Style(folder="tests" if any(path.startswith("tests/") for path in tree.files()) else "")
    folder = _folder(files, crash_file)
    texts = [_text(tree, path) for path in files if str(PurePosixPath(path).parent) == folder][:40]
    unittest_like = sum("TestCase)" in text for text in texts)
    if unittest_like * 2 > len(texts) and not any("import pytest" in text for text in texts):
        return Style("unittest", folder, _base_class(texts))
    return Style("pytest", folder)


def _folder(files: list[str], crash_file: str) -> str:
    stem = PurePosixPath(crash_file).stem
    for path in files:
        if PurePosixPath(path).stem in {f"test_{stem}", f"{stem}_test", f"tests_{stem}"}:
            return "" if (parent := str(PurePosixPath(path).parent)) == "." else parent
    counted = Counter(str(PurePosixPath(path).parent) for path in files)
    best = min(counted, key=lambda folder: (-counted[folder], folder))
    return "" if best == "." else best


def _base_class(texts: list[str]) -> tuple[str, str]:
    django = sum(bool(re.search(r"from django\.test import .*TestCase", text)) for text in texts)
    if django * 2 > len(texts):
        return ("from django.test import TestCase", "TestCase")
    return ("import unittest", "unittest.TestCase")


def _text(tree: SourceTree, path: str) -> str:
    try:
        return tree.text(path)
    except SourceError:
        return ""


def write_test(attempt: Attempt, target: Target, style: Style, tree: SourceTree) -> Written:
    """The whole text of a new test file, its path and its node."""
    subject = _words(attempt.entry.function or PurePosixPath(attempt.entry.file).stem)
    name = f"test_{subject}_does_not_raise_{_words(target.type)}"
    path = _free_path(tree, style.folder, subject)
    body = [f'"""{_summary(target)}"""', *attempt.preamble, *attempt.statements]
    imports = [item.text for item in sorted(attempt.imports)]
    if style.framework == "unittest":
        text, node = _as_unittest(name, subject, body, imports, style), f"{path}::{_camel(subject)}RegressionTest::{name}"
    else:
        text, node = _as_pytest(name, body, imports), f"{path}::{name}"
    return Written(path, text, node, style.framework)


def _as_pytest(name: str, body: list[str], imports: list[str]) -> str:
    head = "\n".join(_ordered(imports))
    function = f"def {name}():\n" + textwrap.indent("\n".join(body), "    ")
    return f"{head}\n\n\n{function}\n".lstrip("\n")


def _as_unittest(name: str, subject: str, body: list[str], imports: list[str], style: Style) -> str:
    head = "\n".join(_ordered([*imports, style.base[0]]))
    method = f"    def {name}(self):\n" + textwrap.indent("\n".join(body), "        ")
    return f"{head}\n\n\nclass {_camel(subject)}RegressionTest({style.base[1]}):\n{method}\n"


def _ordered(imports: list[str]) -> list[str]:
    """Standard library, then others, each sorted: ``import`` before ``from``."""
    import sys

    unique = sorted(set(imports), key=lambda line: (line.startswith("from"), line))
    standard = [line for line in unique if line.split()[1].split(".")[0] in sys.stdlib_module_names]
    others = [line for line in unique if line not in standard]
    return [*standard, *([""] if standard and others else []), *others]


def _summary(target: Target) -> str:
    where = PurePosixPath(target.file).stem
    return re.sub(r'["\\]', "'", f"{target.type} in {where}.{target.function} must not come back.")


def _free_path(tree: SourceTree, folder: str, subject: str) -> str:
    base = f"{folder}/" if folder else ""
    for suffix in ("_regression", *(f"_regression_{number}" for number in range(2, 100))):
        path = f"{base}test_{subject}{suffix}.py"
        if not tree.exists(path):
            return path
    return f"{base}test_{subject}_regression_100.py"


def _words(name: str) -> str:
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    return re.sub(r"_+", "_", re.sub(r"\W+", "_", snake)).strip("_")[:60] or "crash"


def _camel(words: str) -> str:
    return "".join(part.capitalize() for part in words.split("_"))


def parses(text: str) -> bool:
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True

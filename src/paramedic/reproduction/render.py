"""The test as a file of the project: where its tests live, in the style that they have."""

from __future__ import annotations

import ast
import io
import re
import sys
import textwrap
import tokenize
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


_HOLDS_TESTS = re.compile(r"^\s*(?:async )?def test|^class \w*Test", re.MULTILINE)
"""Many packages ship a ``test_utils.py`` for their users, which is no test and whose folder holds none."""


def style_of(tree: SourceTree, crash_file: str) -> Style:
    """The framework and folder that most tests near the crash use."""
    named = [path for path in tree.test_files() if path.rsplit("/", 1)[-1].startswith("test")]
    files = [path for path in named if _HOLDS_TESTS.search(_text(tree, path))]
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
    subject = _words(attempt.subject or attempt.entry.function or PurePosixPath(attempt.entry.file).stem)
    name = f"test_{subject}_does_not_raise_{_words(target.type)}"
    path = _free_path(tree, style.folder, subject)
    body = _indented([f'"""{_summary(target)}"""', *attempt.statements])
    imports = [item.text for item in attempt.imports]
    if style.framework == "unittest":
        case = f"{_camel(subject)}RegressionTest"
        head = _head(attempt, [*imports, style.base[0]])
        method = _indented([f"def {name}(self):\n{body}"])
        return Written(path, f"{head}\n\n\nclass {case}({style.base[1]}):\n{method}\n", f"{path}::{case}::{name}", "unittest")
    text = f"{_head(attempt, imports)}\n\n\ndef {name}():\n{body}\n".lstrip("\n")
    return Written(path, text, f"{path}::{name}", "pytest")


def _head(attempt: Attempt, imports: list[str]) -> str:
    """The imports, after what must run before the project is imported."""
    ordered = "\n".join(_ordered(imports))
    if attempt.preamble is None:
        return ordered
    first = "\n".join(_ordered([item.text for item in attempt.preamble.imports]))
    return "\n\n".join([first, *attempt.preamble.lines, ordered])


def _indented(parts: list[str]) -> str:
    """Statements one level in; the lines of a text in triple quotes are left where they are."""
    module = ast.unparse(ast.parse("def body():\n" + textwrap.indent("\n".join(parts), "    ", lambda _line: True)))
    return _double_quoted(module).partition("\n")[2]


def _double_quoted(source: str) -> str:
    """The same source with the quotes that formatters choose, where no escape is needed for it."""
    lines = source.splitlines(keepends=True)
    tokens = [token for token in tokenize.generate_tokens(io.StringIO(source).readline) if token.type == tokenize.STRING]
    for token in reversed(tokens):
        text, (row, start), (last, end) = token.string, token.start, token.end
        opening = text.index("'") if "'" in text else -1
        if row == last and opening in {0, 1} and text.count("'") == 2 and not set('"\\') & set(text):
            line = lines[row - 1]
            lines[row - 1] = line[:start] + text.replace("'", '"') + line[end:]
    return "".join(lines)


def _ordered(imports: list[str]) -> list[str]:
    """Standard library, then others, each sorted: ``import`` before ``from``."""
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

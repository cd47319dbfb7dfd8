"""Test tools that a project's tests use without saying so where we can read it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from paramedic.model.errors import SourceError
from paramedic.source.tree import SourceTree

_MOST_FILES = 400
_IMPORTED = {
    "ddt": "ddt",
    "factory": "factory-boy",
    "faker": "faker",
    "freezegun": "freezegun",
    "hypothesis": "hypothesis",
    "mock": "mock",
    "parameterized": "parameterized",
    "pretend": "pretend",
    "pytest_asyncio": "pytest-asyncio",
    "requests_mock": "requests-mock",
    "responses": "responses",
    "respx": "respx",
    "testfixtures": "testfixtures",
    "time_machine": "time-machine",
}
_SIGNS = {
    "pytest-aiohttp": r"\baiohttp_client\b",
    "pytest-asyncio": r"pytest\.mark\.asyncio\b",
    "pytest-django": r"pytest\.mark\.django_db\b|\bdjango_user_model\b",
    "pytest-flask": r"\blive_server\b.*\bflask\b",
    "pytest-httpx": r"\bhttpx_mock\b",
    "pytest-mock": r"\(.*\bmocker\b|\bmocker:|\bmocker,",
    "pytest-subtests": r"\(.*\bsubtests\b.*\):",
    "pytest-trio": r"pytest\.mark\.trio\b",
    "requests-mock": r"\(.*\brequests_mock\b.*\):",
}
_IMPORT = re.compile(r"^[ \t]*(?:from|import)[ \t]+(\w+)", re.MULTILINE)
_SIGN = {name: re.compile(pattern) for name, pattern in _SIGNS.items()}


def undeclared_tools(tree: SourceTree) -> tuple[str, ...]:
    """Distributions of well-known test tools whose imports, fixtures or marks appear in the tests, sorted."""
    found: set[str] = set()
    for text in _test_texts(tree):
        found.update(_IMPORTED[name] for name in _IMPORT.findall(text) if name in _IMPORTED and not tree.find_module(name))
        found.update(name for name, sign in _SIGN.items() if name not in found and sign.search(text))
    return tuple(sorted(found))


def _test_texts(tree: SourceTree) -> Iterator[str]:
    helpers = tuple(path for path in tree.files("conftest.py") if path.rpartition("/")[2] == "conftest.py")
    for path in (*helpers, *tree.test_files())[:_MOST_FILES]:
        try:
            yield tree.text(path)
        except SourceError:
            continue

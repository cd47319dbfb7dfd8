"""One browser per file of journeys, and one house for all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.journeys.house import House, open_house

from bench.browser import PATIENCE_MS, running_browser, window


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Ended with the file, since other tests of this process use asyncio, which Playwright keeps to itself as long as it runs."""
    expect.set_options(timeout=PATIENCE_MS)
    with running_browser() as running:
        yield running


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with open_house(tmp_path_factory.mktemp("house")) as house:
        yield house


Opens = Callable[..., AbstractContextManager[Page]]


@pytest.fixture
def opens(browser: Browser, house: House) -> Opens:
    """A window of a profile of its own: ``with opens(narrow=True) as page``."""
    return partial(window, browser, house.url)


@pytest.fixture
def page(opens: Opens) -> Iterator[Page]:
    with opens() as page:
        yield page

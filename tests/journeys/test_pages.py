"""Every page in a browser: no fault of accessibility, fits a telephone, is light, and has nothing from elsewhere."""

from __future__ import annotations

import httpx2
import pytest
from tests.journeys.conftest import Opens
from tests.journeys.house import House
from tests.journeys.looking import faults_of

from bench.night import teach
from bench.visits import Visitable, every_page

pytestmark = pytest.mark.sandbox

HEAVIEST_BYTES = 50_000
ENDLESS = "Endless" * 60


@pytest.fixture(scope="module")
def pages(house: House) -> tuple[Visitable, ...]:
    """All there are, with a proven fix that waits for its yes, and a crash whose every word is too long."""
    house.receive(1)
    values = [{"type": ENDLESS, "value": ENDLESS, "stacktrace": {"frames": [_endless_frame()]}}]
    crumbs = {"values": [{"message": ENDLESS, "category": ENDLESS, "data": {ENDLESS: ENDLESS}}]}
    request = {"url": f"http://127.0.0.1/{ENDLESS}", "method": "POST", "data": {ENDLESS: ENDLESS}}
    strange = {"exception": {"values": values}, "breadcrumbs": crumbs, "request": request, "tags": {"t" * 30: "x" * 190}}
    house.receive(2, fingerprint=["endless"], release=ENDLESS, **strange)
    teach(house.served.engine)
    house.approval(1)
    with httpx2.Client(base_url=house.url, timeout=20.0) as client:
        return every_page(house.served.engine, client, most=2)


def _endless_frame() -> dict[str, object]:
    words = dict.fromkeys(("filename", "function", "module", "context_line"), ENDLESS)
    return {**words, "in_app": True, "lineno": 3, "vars": {ENDLESS: ENDLESS}}


def test_no_page_has_a_fault_of_accessibility_or_scrolls_sideways(opens: Opens, pages: tuple[Visitable, ...]) -> None:
    with opens() as page:
        found = [fault for one in pages for fault in faults_of(page, one.path)]
    assert not found, "\n".join(found)


def test_no_page_is_heavy(house: House, pages: tuple[Visitable, ...]) -> None:
    with httpx2.Client(base_url=house.url, timeout=20.0) as client:
        weights = {one.path: _bytes_sent(client, one.path) for one in pages}
    heavy = {path: weight for path, weight in weights.items() if weight > HEAVIEST_BYTES}
    assert not heavy


def _bytes_sent(client: httpx2.Client, path: str) -> int:
    with client.stream("GET", path) as answer:
        assert "gzip" in answer.headers.get("content-encoding", "") or int(answer.headers["content-length"]) < 1000
        return sum(map(len, answer.iter_raw()))

"""When a browser shows the first of a page: the time from asking for it to the first contentful paint, on loopback.

Usage: python -m bench.paint [TIMES]   (after a night of real crashes; each page so many times, in a window whose cache is empty
the first time)
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from pathlib import Path

import httpx2
from playwright.sync_api import Browser, Page

from bench.browser import running_browser, window
from bench.night import a_night
from bench.visits import Visitable, every_page

_PAINTED = """() => new Promise(done => {
  const first = list => list.find(entry => entry.name === "first-contentful-paint");
  const now = first(performance.getEntriesByType("paint"));
  if (now) return done(now.startTime);
  new PerformanceObserver((list, observer) => {
    const entry = first(list.getEntries());
    if (entry) { observer.disconnect(); done(entry.startTime); }
  }).observe({ type: "paint", buffered: true });
})"""


def paint(page: Page, path: str) -> float:
    """Milliseconds from the start of the navigation to the first contentful paint."""
    page.goto(path)
    return float(page.evaluate(_PAINTED))


def _measured(browser: Browser, url: str, one: Visitable, times: int) -> tuple[float, list[float]]:
    with window(browser, url) as page:
        cold = paint(page, one.path)
        return cold, [paint(page, one.path) for _ in range(times)]


def main() -> None:
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    with tempfile.TemporaryDirectory(prefix="night-") as folder, a_night(Path(folder)) as night, running_browser() as browser:
        with httpx2.Client(base_url=night.served.url, timeout=30.0) as client:
            pages = every_page(night.served.engine, client)
        print(f"{'page':45}{'cold':>8}{'median':>8}{'worst':>8}   ms to the first contentful paint")
        for one in pages:
            cold, others = _measured(browser, night.served.url, one, times)
            print(f"{one.name:45}{cold:8.0f}{statistics.median(others):8.0f}{max(others):8.0f}", flush=True)


if __name__ == "__main__":
    main()

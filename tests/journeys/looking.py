"""What is wrong with how a page shows itself, by axe-core and by its width."""

from __future__ import annotations

from collections.abc import Iterator

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from bench.browser import NARROW, WIDE

EVERYTHING = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]}
LOOKS = {"type": "rule", "values": ["color-contrast", "target-size"]}
"""What depends on colours and widths; all else is the same in each scheme and size, and is looked at in two of the four."""
VIEWS = (("light", WIDE, EVERYTHING), ("light", NARROW, LOOKS), ("dark", NARROW, EVERYTHING), ("dark", WIDE, LOOKS))


def faults_of(page: Page, path: str) -> Iterator[str]:
    """Faults of accessibility and sideways scrolling, light and dark, wide and narrow."""
    page.goto(path)
    for scheme, size, wanted in VIEWS:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size(size)
        where = f"{path} ({scheme}, {size['width']} px)"
        found = Axe().run(page, options={"runOnly": wanted, "resultTypes": ["violations"]})
        yield from (f"{where}: {fault}" for fault in _told(found.response["violations"]))
        beyond = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if beyond > 0:
            yield f"{where}: scrolls {beyond} px sideways"


def _told(violations: list[dict[str, object]]) -> Iterator[str]:
    for violation in violations:
        for node in violation["nodes"]:
            yield f"{violation['id']}: {node['target']} {node['failureSummary']}".replace("\n", " ")

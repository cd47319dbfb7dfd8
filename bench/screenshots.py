"""``make screenshots``: every page, narrow and wide, light and dark, after a night that was one.

Usage: python -m bench.screenshots [FOLDER]   (default: screenshots/, which git ignores; the README's own go to docs/images/)
"""

from __future__ import annotations

import base64
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import httpx2
from playwright.sync_api import Browser

from bench.browser import running_browser, window
from bench.night import Night, a_night
from bench.visits import Visitable, every_page

IMAGES = Path(__file__).parents[1] / "docs" / "images"


def main() -> None:
    target = Path(sys.argv[1] if len(sys.argv) > 1 else "screenshots")
    shutil.rmtree(target, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix="night-") as folder, a_night(Path(folder)) as night, running_browser() as browser:
        _illustrate(browser, night)
        with httpx2.Client(base_url=night.served.url, timeout=30.0) as client:
            pages = every_page(night.served.engine, client)
        for dark in (False, True):
            for narrow in (False, True):
                taken = _take(browser, night.served.url, pages, target, narrow=narrow, dark=dark)
                print(f"{taken} screenshots in {target}/", flush=True)


def _illustrate(browser: Browser, night: Night) -> None:
    """The pictures of the README: what a person sees first, as WebP."""
    IMAGES.mkdir(exist_ok=True)
    issue = f"/issues/{night.waiting('push')[0]['issue_id']}"
    for name, path, below, narrow, dark in (
        ("overview", "/", "body", False, False),
        ("issue", issue, "body", False, False),
        ("proof", issue, "#fix", False, True),
        ("telephone", issue, "body", True, True),
    ):
        with window(browser, night.served.url, narrow=narrow, dark=dark) as page:
            page.goto(path)
            page.evaluate("where => document.querySelector(where).scrollIntoView()", below)
            shown = page.context.new_cdp_session(page).send("Page.captureScreenshot", {"format": "webp", "quality": 82})
            (IMAGES / f"{name}.webp").write_bytes(base64.b64decode(shown["data"]))


def _take(browser: Browser, url: str, pages: Sequence[Visitable], target: Path, *, narrow: bool, dark: bool) -> int:
    folder = target / f"{'narrow' if narrow else 'wide'}-{'dark' if dark else 'light'}"
    folder.mkdir(parents=True)
    with window(browser, url, narrow=narrow, dark=dark) as page:
        for one in pages:
            page.goto(one.path)
            page.screenshot(path=folder / f"{one.name}.png", full_page=True)
    return len(pages)


if __name__ == "__main__":
    main()

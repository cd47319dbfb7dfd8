"""The system's Chromium, driven by Playwright, with nothing but loopback within its reach."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response, WebError, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 360, "height": 740}
PATIENCE_MS = 60_000
"""A machine that does much else besides is slow, and nothing is wrong with the pages for that."""
_LOOPBACK_ALONE = "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"


class NoBrowserError(Exception):
    """Chromium is not installed. Install it with your package manager, e.g. apt-get install chromium."""


def chromium() -> str:
    """Where Chromium is. Raises ``NoBrowserError`` when it is nowhere."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        raise NoBrowserError(NoBrowserError.__doc__)
    return found


@contextmanager
def running_browser() -> Iterator[Browser]:
    """One browser. While it runs, asyncio has a loop in this thread and ``asyncio.run`` is refused: end it before that."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=[_LOOPBACK_ALONE])
        yield browser
        browser.close()


@dataclass
class Watch:
    """Everything that a page should never cause: errors in the console, violations of its policy, a call to another host."""

    home: str
    complaints: list[str] = field(default_factory=list)

    def over(self, context: BrowserContext) -> None:
        context.on("console", self._console)
        context.on("weberror", self._error)
        context.on("request", self._request)
        context.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        # A status of 4xx is told here too, without saying of what; ``_response`` knows which of them are meant to be.
        if message.type in ("error", "warning") and not message.text.startswith("Failed to load resource"):
            self.complaints.append(f"console: {message.text}")

    def _error(self, error: WebError) -> None:
        self.complaints.append(f"script: {error.error}")

    def _request(self, request: Request) -> None:
        if not request.url.startswith((f"{self.home}/", "data:", "blob:")):
            self.complaints.append(f"request to elsewhere: {request.url}")

    def _response(self, response: Response) -> None:
        is_page = response.request.resource_type == "document"
        if response.status >= 500 or (response.status >= 400 and not is_page):
            self.complaints.append(f"{response.status} from {response.url}")


@contextmanager
def window(browser: Browser, url: str, *, scripts: bool = True, narrow: bool = False, dark: bool = False) -> Iterator[Page]:
    """A page in a profile of its own. Fails afterwards when it caused what no page should."""
    size, scheme = NARROW if narrow else WIDE, "dark" if dark else "light"
    watch = Watch(url)
    context = browser.new_context(
        base_url=url, viewport=size, color_scheme=scheme, reduced_motion="reduce", java_script_enabled=scripts, locale="en-GB"
    )
    context.set_default_timeout(PATIENCE_MS)
    watch.over(context)
    try:
        yield context.new_page()
    finally:
        context.close()
    assert not watch.complaints, "\n".join(watch.complaints)

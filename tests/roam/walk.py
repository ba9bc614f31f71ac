"""A walk: a visitor with a browser of their own, and what is checked after each thing that they do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Locator, Page, Request

from tests.explore import pick
from tests.roam.holds import broken, look, still

SIZES = ((1366, 650), (1366, 650), (1920, 1080), (1024, 768), (768, 1024), (390, 844), (844, 390))
# All sockets of a page can be cut, and new ones lead nowhere until the network is back.
SOCKETS = """
    const Plain = WebSocket, open = new Set();
    window.WebSocket = class extends Plain {
        constructor(url, ...more) { super(window.cut ? 'ws://127.0.0.1:9' : url, ...more); open.add(this); }
    };
    window.setCut = (cut) => { window.cut = cut; if (cut) for (const one of open) one.close(), open.delete(one); };
"""
MB = 2**20
PAGE_MB = 60  # growth of the page's memory between two looks at the home page, at most


class Broken(Exception):
    """Something does not hold."""


class Walk:
    """A visitor with a browser of their own, who acts by the seed of the walk.

    Attributes
    ----------
    trail : list of str
        What has been done.
    """

    def __init__(self, browser: Browser, url: str, log: Path, seed: int) -> None:
        self.browser, self.url, self.log = browser, url, log
        self.rng = np.random.default_rng(seed)
        self.trail: list[str] = []
        self.errors: list[str] = []
        self.offline = False
        self.logged = log.stat().st_size
        self.size, self.theme = pick(self.rng, SIZES), pick(self.rng, ("light", "dark"))
        self.context = self.visitor()
        self.context.add_init_script(SOCKETS)
        self.page = self.context.new_page()
        self.left: dict[Page, Any] = {}  # what the other tabs showed when they were left

    def visitor(self) -> BrowserContext:
        """Return a browser of another visitor, whose errors count as well."""
        width, height = self.size
        context = self.browser.new_context(viewport={"width": width, "height": height}, color_scheme=self.theme)
        context.set_default_timeout(10_000)
        context.on("console", self._console)
        context.on("weberror", lambda thrown: self.errors.append(f"thrown: {thrown.error}"))
        context.on("request", self._request)
        return context

    def _console(self, message: ConsoleMessage) -> None:
        # On a deep link Streamlit itself first asks PAGE/_stcore/... and gets a 404.
        if message.type == "error" and "/_stcore/" not in message.location.get("url", "") and not self.offline:
            self.errors.append(f"console: {message.text[:300]}")

    def _request(self, request: Request) -> None:
        if not request.url.startswith((self.url, "data:", "blob:", "about:")):
            self.errors.append(f"asked another server: {request.url}")

    def check(self) -> None:
        """Check what has to hold on the page, now that it stands still."""
        try:
            still(self.page)
        except Error:
            raise Broken("the page does not come to rest") from None
        self.report([*self.errors, *self._logged(), *broken(look(self.page))])

    def report(self, faults: list[str]) -> None:
        """Raise what does not hold."""
        if faults:
            raise Broken("\n".join(faults))

    def _logged(self) -> Iterator[str]:
        with self.log.open("rb") as log:
            log.seek(self.logged)
            new = log.read().decode(errors="replace")
        self.logged = self.log.stat().st_size
        if "Traceback" in new or "ERROR" in new:
            yield f"in the log of the server: {new[-1500:]}"

    def check_memory(self) -> None:
        """Check that what the page keeps after a walk is bounded: what a fresh home page takes, and little more."""
        for tab in self.context.pages[:-1]:
            tab.close()
        page = self.context.pages[0]
        page.goto(self.url)
        still(page)
        before = _heap_mb(page)
        for name in ("Trees", "Lectern") * 3:
            link = page.get_by_role("link", name=name, exact=True).first
            with suppress(Error):  # on a narrow page it stands in a menu
                link.click(timeout=1000)
            still(page)
        grown = _heap_mb(page) - before
        self.report([f"the page has grown by {grown:.0f} MB"] if grown > PAGE_MB else [])

    def some(self, selector: str) -> Locator | None:
        """Return any visible element, in the dialog if there is one."""
        dialog = "[role=dialog] " if self.page.locator("[data-testid=stDialog]").count() else ""
        found = self.page.locator(f"{dialog}:is({selector}):visible")
        count = found.count()
        return found.nth(int(self.rng.integers(count))) if count else None

    def close(self) -> None:
        """Leave."""
        self.context.close()


def _heap_mb(page: Page) -> float:
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    used: float = session.send("Runtime.getHeapUsage")["usedSize"] / MB
    session.detach()
    return used

"""A real browser and real servers. Everything in this folder needs Chromium."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from tests.browser.server import CHROMIUM_OPTIONS, find_chromium, running

HERE = Path(__file__).parent
PATIENCE = 60_000  # milliseconds: a busy machine is no failure
expect.set_options(timeout=PATIENCE / 2)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker("browser")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Headless Chromium of this worker."""
    with sync_playwright() as api:
        path = find_chromium(api.chromium.executable_path)
        if path is None:
            why = "no Chromium: install one, set $CHROMIUM, or run `python -m playwright install chromium`"
            if os.environ.get("LECTERN_REQUIRE_BROWSER") == "1":
                pytest.fail(f"{why} (LECTERN_REQUIRE_BROWSER=1 forbids to skip)")
            pytest.skip(why)
        chromium = api.chromium.launch(executable_path=path, args=CHROMIUM_OPTIONS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def app_url(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of app.py in a process that all tests of this worker share."""
    with running("app.py", tmp_path_factory.mktemp("app") / "server.log") as server:
        yield server.url


@pytest.fixture
def serve(browser: Browser, tmp_path: Path) -> Iterator[Callable[..., str]]:
    """Give a function that starts a script in a fresh process (options of `streamlit run` may follow)."""
    with ExitStack() as stack:
        count = iter(range(100))

        def start(script: str | Path, *options: str) -> str:
            log = tmp_path / f"server{next(count)}.log"
            return stack.enter_context(running(script, log, *options)).url

        yield start


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Give a function that opens an address in a context of its own; further keywords go to that context.

    At the end of the test nothing may have been written to a console as an error, nor thrown.
    """
    errors: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        # On a deep link Streamlit itself first asks PAGE/_stcore/... and gets a 404.
        if message.type == "error" and "/_stcore/" not in message.location.get("url", ""):
            errors.append(f"console: {message.text}")

    with ExitStack() as stack:

        def start(url: str, theme: str = "light", width: int = 1280, height: int = 900, **context: Any) -> Page:
            size = {"width": width, "height": height}
            view = browser.new_context(viewport=size, color_scheme=theme, **context)
            stack.callback(view.close)
            view.set_default_timeout(PATIENCE)
            page = view.new_page()
            page.on("console", listen)
            page.on("pageerror", lambda error: errors.append(f"page: {error}"))
            page.goto(url, wait_until="domcontentloaded")
            return page

        yield start
    assert errors == []

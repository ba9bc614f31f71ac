"""Runs that a change on a page costs on the server, and the parts of the page that they draw again."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Locator, Page, expect
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.browser.test_app import ready

# A message that the browser has kept travels as its name: only a picture is large enough.
PARTS = {"new_session": "run", "bidi_component": "picture", "ref_hash": "picture", "heading": "head"}


class Drawn:
    """Notes the runs that begin, and whether they draw the picture or the head of the page."""

    def __init__(self, page: Page) -> None:
        self.page, self.parts = page, [""]
        page.on("websocket", lambda socket: "/_stcore/" in socket.url and socket.on("framereceived", self.note))

    def note(self, message: bytes | str) -> None:
        assert isinstance(message, bytes)
        found = ForwardMsg.FromString(message)
        kind = found.WhichOneof("type")
        kind = found.delta.new_element.WhichOneof("type") if kind == "delta" else kind
        self.parts += [PARTS[kind]] if kind in PARTS else []

    @contextmanager
    def by(self, *parts: str) -> Iterator[None]:
        """Expect the parts that are drawn by what is done inside, and no others."""
        ready(self.page)
        self.parts.clear()
        yield
        self.page.wait_for_timeout(50)
        ready(self.page)
        assert self.parts == list(parts)


def press(page: Page, slider: Locator) -> None:
    """Move a slider by a key; the address tells that the server knows."""
    before = page.url
    slider.press("ArrowRight")
    page.wait_for_url(lambda url: url != before)


@pytest.mark.parametrize("query", ["", "?present=1", "?story=data.1"])
def test_a_slider_runs_the_picture_alone_and_once(app_url: str, open_page: Callable[..., Page], query: str) -> None:
    page = open_page("about:blank")
    drawn = Drawn(page)
    page.goto(f"{app_url}/bias_variance{query}")
    slider = ready(page).get_by_role("slider", name="Training points")
    press(page, slider)  # leaves the preset or the step, which the head shows
    with drawn.by("run", "picture"):
        press(page, slider)


def test_what_is_below_runs_by_itself(app_url: str, open_page: Callable[..., Page]) -> None:
    page = open_page("about:blank")
    drawn = Drawn(page)
    page.goto(f"{app_url}/bias_variance")
    section, practice, download = (
        page.locator("summary", has_text=re.compile(t)) for t in ("add up$", "Practice$", "Download$")
    )
    content = page.locator(".st-key-bias_variance-section0 [data-testid=stMarkdown]")
    with drawn.by("run"):
        section.click()
        expect(content.first).to_be_visible()
    slider = page.get_by_role("slider", name="Training points")
    with drawn.by("run", "run", "picture"):  # the first one only reads what has changed
        press(page, slider)
    with drawn.by("run"):
        section.click()
        expect(content).to_have_count(0)
    with drawn.by("run"):
        practice.click()
        expect(page.get_by_text("of 3 correct")).to_be_visible()
    with drawn.by("run"):
        page.get_by_label("Squared bias").fill("1")
        page.keyboard.press("Enter")
        expect(page.locator(".st-key-bias_variance-practice").get_by_text("1/80")).to_be_visible()
    with drawn.by("run"):
        download.click()
        expect(page.get_by_role("button", name="Python script")).to_be_visible()

"""Texts of others in a real browser: no image is asked for, and no link, tag, icon or formula comes of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_app import ready
from tests.foreign import FILES

TEXT = "![j](//h.example/k)[g](//h.example)<b>:smile:$x$ :red[e]"  # fits into the name of a column
MADE_OF_IT = """() => [...document.querySelectorAll('*')].filter(
    e => [...e.attributes].some(a => /^(xlink:)?href$|^src$/.test(a.name) && a.value.includes('h.example'))
).map(e => e.outerHTML.slice(0, 200))"""
QUERIES = {"ranking_curves": "source=upload", "cnn_cost": "net=upload"}


@pytest.mark.parametrize("name", FILES)
def test_a_file_makes_no_image_link_or_tag(app_url: str, open_page: Callable[..., Page], name: str) -> None:
    make, suffix = FILES[name]
    page = open_page("about:blank")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{app_url}/{name}?{QUERIES[name]}")
    ready(page)
    file = {"name": f"{TEXT.replace('/', '-')}{suffix}", "mimeType": "application/octet-stream", "buffer": make(TEXT)}
    page.locator('input[type="file"]').first.set_input_files(file)  # type: ignore[arg-type]
    expect(page.locator("body")).to_contain_text(TEXT[:4], timeout=60_000)
    ready(page)
    for title in page.locator('[data-testid="stExpander"] summary').all():
        title.click()
    ready(page)
    page.wait_for_load_state("networkidle")
    assert page.evaluate(MADE_OF_IT) == []
    assert not [url for url in asked if "h.example" in url]
    shown = page.locator("body").inner_text().replace("\N{WORD JOINER}", "")
    assert TEXT[:4] in shown
    assert page.get_by_test_id("stException").count() == 0

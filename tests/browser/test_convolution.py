"""One story of the page on convolution: the kernel slides under the pointer, an image is typed, a table is clicked."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.test_app import ready, script_runs, settled_link

OpenPage = Callable[..., Page]


def test_the_story_of_the_convolution_page(app_url: str, open_page: OpenPage) -> None:
    page = open_page("about:blank")
    runs = script_runs(page)
    page.goto(f"{app_url}/convolution")
    ready(page)
    words = page.locator(".lc-words").first
    expect(words).to_contain_text("add up to −30; 4 of 9 are not zero")

    # the kernel is taken anywhere in the image; the row of the matrix and the products go with it
    plot = page.locator(".lc-panel").filter(has_text="column of x").locator(".nsewdrag").first.bounding_box()
    assert plot is not None
    cell = min(plot["width"], plot["height"]) / 6
    left, top = plot["x"] + 1.5 * cell, plot["y"] + 1.5 * cell
    sent = runs[0]
    page.mouse.move(left, top)
    page.mouse.down()
    page.mouse.move(left + 3 * cell, top + 2 * cell, steps=6)
    expect(words).to_contain_text("add up to −30; 2 of 9 are not zero")
    expect(page.get_by_role("slider", name="Kernel position")).to_have_attribute(
        "aria-valuetext", re.compile(r"^row 3, column 4")
    )
    assert runs[0] == sent
    page.mouse.up()
    settled_link(page, {"pos": "11"})

    # the homework, typed
    image = page.get_by_role("textbox", name="Image x")
    image.fill("20 15 10 5\n20 15 10 5\n20 15 10 5\n20 15 10 5")
    image.press("Control+Enter")
    expect(words).to_contain_text("−40")
    expect(words).to_contain_text("4 × 16")
    image.fill("20 15\n20")
    image.press("Control+Enter")
    expect(page.get_by_text("row 2 has 1, the first 2")).to_be_visible()
    expect(words).to_contain_text("4 × 16")
    page.get_by_role("button", name="Reset", exact=True).click()
    settled_link(page, {})
    ready(page)

    # the table of LeNet-5: the same cell twice
    page.locator("summary", has_text="sparse C3 table").click()
    counts = page.locator(".lc-words").nth(1)
    expect(counts).to_contain_text("1,516")
    table = page.locator(".lc-panel").filter(has_text="S2 map").locator(".nsewdrag").first
    table.scroll_into_view_if_needed()
    size = table.bounding_box()
    assert size is not None
    spot = {"x": 0.6 / 16.2 * size["width"], "y": 5.6 / 7.1 * size["height"]}  # map 0 of C3, map 5 of S2
    table.click(position=spot)
    expect(counts).to_contain_text("1,541")
    page.wait_for_function("() => new URLSearchParams(location.search).get('c3').startsWith('0125 ')")
    table.click(position=spot)
    expect(counts).to_contain_text("1,516")
    settled_link(page, {})


def test_numbers_stand_in_their_cells(app_url: str, open_page: OpenPage) -> None:
    """Each number of the output is written within its cell, however small the cells are."""
    page = ready(open_page(f"{app_url}/convolution?view=matrix", width=1366, height=650))
    places = page.evaluate(
        """() => {
            const plot = [...document.querySelectorAll('.lc-plot')].find((one) => one.ariaLabel.includes('kernel'));
            const { xaxis, yaxis } = plot._fullLayout;
            const home = plot.getBoundingClientRect();
            return [...plot.querySelectorAll('.scatterlayer .trace')].flatMap((trace) => {
                const { x, y } = trace.__data__[0].trace;
                return [...trace.querySelectorAll('text')].map((node, k) => {
                    const box = node.getBoundingClientRect();
                    const across = (box.left + box.right) / 2 - home.left - xaxis._offset;
                    const down = (box.top + box.bottom) / 2 - home.top - yaxis._offset;
                    return [across - xaxis.d2p(x[k]), down - yaxis.d2p(y[k]), node.textContent];
                });
            });
        }"""
    )
    numbers = [place for place in places if re.fullmatch(r"−?\d+", place[2])]
    assert len(numbers) >= 9 + 16
    assert [place for place in numbers if abs(place[0]) > 3 or abs(place[1]) > 3] == []

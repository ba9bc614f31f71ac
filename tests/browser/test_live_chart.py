"""The live chart in a real browser: it scrubs alone, tells the server once, and updates in place."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from core.draw import style
from core.draw.page import STATIC, standalone_html
from pages.ui.live_chart import STUB
from tests.browser import live_chart_app as demo
from tests.browser.server import running

FITS, PER_X, CURVES = range(3)
DRAWN = "document.querySelectorAll('.lc-plot .main-svg').length >= 3"
Y_OF = "([panel, trace]) => Array.from(document.querySelectorAll('.lc-plot')[panel].data[trace].y)"


@pytest.fixture(scope="module")
def demo_url(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of the demo: Streamlit serves the static folder beside the script, so both are copied."""
    folder = tmp_path_factory.mktemp("demo")
    shutil.copytree(STATIC, folder / "static")
    script = shutil.copy(demo.__file__, folder)
    with running(script, folder / "server.log") as server:
        yield server.url


@pytest.fixture
def page(demo_url: str, open_page: Callable[..., Page]) -> Page:
    return drawn(open_page(demo_url))


def drawn(page: Page) -> Page:
    page.wait_for_function(DRAWN)
    expect(page.get_by_text("server: degree")).to_be_visible()
    return page


def slider(page: Page) -> Locator:
    return page.get_by_role("slider", name="Degree", exact=True)


def y_of(page: Page, panel: int, trace: int) -> np.ndarray:
    return np.array(page.evaluate(Y_OF, [panel, trace]), dtype=float)


def server_says(page: Page, text: str) -> None:
    expect(page.get_by_text(re.compile(r"^server: "))).to_have_text(re.compile(text))


def drag(page: Page, steps: int = 12) -> None:
    """Take the thumb from the left end to the right end and keep it."""
    box = slider(page).bounding_box()
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 8, y)
    page.mouse.down()
    for step in range(1, steps + 1):
        page.mouse.move(box["x"] + 8 + (box["width"] - 16) * step / steps, y)


def wait_for_index(page: Page, index: int) -> None:
    expect(slider(page)).to_have_attribute("aria-valuetext", str(index + 1))


def test_dragging_moves_the_picture_and_only_the_release_tells_the_server(page: Page) -> None:
    slider(page).scroll_into_view_if_needed()
    drag(page)
    wait_for_index(page, 19)
    expect(page.locator(".lc-value").first).to_contain_text("0.100")
    expect(page.locator(".lc-sentence")).to_contain_text("Degree 20: each sample tells another story.")
    server_says(page, "degree 3, shift 0, run 1$")
    page.mouse.up()
    server_says(page, "degree 20, shift 0, run 2$")


def test_each_frame_is_the_one_of_its_degree(page: Page) -> None:
    slider(page).focus()
    for degree in (20, 1, 7):
        page.evaluate(
            """value => { const range = document.querySelector('.lc-range'); range.value = value;
            range.dispatchEvent(new Event('input', {bubbles: true})); }""",
            degree - 1,
        )
        wait_for_index(page, degree - 1)
        coefs = demo.coefficients(degree, 0.0)
        fits = np.polynomial.chebyshev.chebval(demo.GRID / 5 - 1, coefs.T)
        drawn_fits = y_of(page, FITS, 1).reshape(demo.CURVES, -1)
        np.testing.assert_allclose(drawn_fits[:, :-1], fits, rtol=1e-5, atol=1e-4)
        assert np.isnan(drawn_fits[:, -1]).all()
        np.testing.assert_allclose(y_of(page, FITS, 3), fits.mean(0), rtol=1e-5, atol=1e-5)
        page.locator(".lc-panel").nth(PER_X).scroll_into_view_if_needed()
        page.wait_for_function(
            "([y, i]) => Math.abs(document.querySelectorAll('.lc-plot')[1].data[0].y[0] - y) < 1e-5",
            arg=[abs(np.sin(degree / 3)) / degree, 0],
        )


def test_keys_are_told_once_after_the_last(page: Page) -> None:
    slider(page).focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    server_says(page, "degree 8, shift 0, run 2$")


def test_a_tick_redraws_one_panel_in_place(page: Page) -> None:
    page.evaluate("""() => { window.redrawn = [0, 0, 0];
        document.querySelectorAll('.lc-plot').forEach((plot, i) => {
            plot.kept = true;
            for (const event of ['plotly_afterplot', 'plotly_animated'])
                plot.on(event, () => window.redrawn[i]++); }); }""")
    box = page.locator(".lc-plot").first.bounding_box()
    page.mouse.move(box["x"] + 150, box["y"] + 150)
    page.mouse.down()
    page.mouse.move(box["x"] + 300, box["y"] + 152, steps=5)
    page.mouse.up()
    page.wait_for_function("document.querySelector('.lc-plot').layout.xaxis.range[0] > 1")
    zoomed = page.evaluate("document.querySelector('.lc-plot').layout.xaxis.range")
    page.get_by_role("button", name="truth").click()
    page.wait_for_function("document.querySelector('.lc-plot').data[2].visible === 'legendonly'")
    page.evaluate("() => { window.redrawn = [0, 0, 0]; }")
    before = y_of(page, FITS, 3)
    page.get_by_role("slider", name="Shift").press("ArrowRight")
    server_says(page, "degree 3, shift 0.1, run 2$")
    page.wait_for_function("window.redrawn[0] > 0")
    np.testing.assert_allclose(y_of(page, FITS, 3), before + 0.1, atol=1e-5)
    state = page.evaluate("""() => { const plots = [...document.querySelectorAll('.lc-plot')];
        return [plots.map(p => p.kept), plots[0].layout.xaxis.range, plots[0]._fullData[2].visible]; }""")
    assert state == [[True, True, True], zoomed, "legendonly"]
    assert page.evaluate("window.redrawn")[1:] == [0, 0]


def test_only_a_new_epoch_moves_the_slider(page: Page) -> None:
    slider(page).press("End")
    server_says(page, "degree 20, shift 0, run 2$")
    page.get_by_role("slider", name="Shift").press("ArrowRight")
    server_says(page, "degree 20, shift 0.1, run 3$")
    wait_for_index(page, 19)
    page.get_by_role("button", name="Preset").click()
    wait_for_index(page, 8)
    server_says(page, "degree 9, shift 0.1, run 4$")


def test_a_message_does_not_take_the_thumb_from_the_hand(page: Page) -> None:
    page.get_by_role("slider", name="Shift").press("ArrowRight")  # the answer comes while the thumb is held
    drag(page)
    server_says(page, "degree 3, shift 0.1, run 2$")
    wait_for_index(page, 19)
    page.mouse.up()
    server_says(page, "degree 20, shift 0.1, run 3$")


def test_the_marker_is_dragged_on_the_plot(page: Page) -> None:
    place = """degree => { const plot = document.querySelectorAll('.lc-plot')[2], axis = plot._fullLayout.xaxis;
        return plot.getBoundingClientRect().left + axis._offset + axis.d2p(degree); }"""
    marker = page.locator(".lc-handle")
    box = marker.bounding_box()
    assert box["x"] + box["width"] / 2 == pytest.approx(page.evaluate(place, 3), abs=1)
    page.mouse.move(page.evaluate(place, 3), box["y"] + 60)
    page.mouse.down()
    page.mouse.move(page.evaluate(place, 12.3), box["y"] + 90, steps=5)
    wait_for_index(page, 11)
    server_says(page, "run 1$")
    page.mouse.up()
    server_says(page, "degree 12, shift 0, run 2$")
    assert marker.bounding_box()["x"] + 8 == pytest.approx(page.evaluate(place, 12), abs=1)
    page.evaluate("() => Plotly.relayout(document.querySelectorAll('.lc-plot')[2], {'xaxis.range': [1, 5]})")
    expect(marker).to_be_hidden()


def test_colours_follow_the_theme(page: Page) -> None:
    colours = "document.querySelectorAll('.lc-plot')[2].data.map(t => t.line.color)"
    assert page.evaluate(colours) == [style.PALETTE[role][0] for role in demo.CURVE_ROLES]
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(f"{colours}[0] === '{style.PALETTE['bias'][1]}'")
    assert page.evaluate(colours) == [style.PALETTE[role][1] for role in demo.CURVE_ROLES]
    swatch = page.locator(".lc-swatch line").first.evaluate("node => getComputedStyle(node).stroke")
    assert "#{:02X}{:02X}{:02X}".format(*map(int, re.findall(r"\d+", swatch))) == style.PALETTE["bias"][1]


def test_each_figure_has_a_name_and_a_table(page: Page) -> None:
    picture = demo.picture(0.0)
    for panel in picture.panels:
        expect(page.get_by_role("img", name=panel.alt)).to_be_visible()
    table = page.locator(".lc-panel").nth(CURVES)
    table.hover()
    table.get_by_role("button", name="Data table").click()
    expect(table.locator("th")).to_have_text(["degree", *demo.CURVE_ROLES])
    assert table.locator("tbody tr").nth(4).locator("td").all_inner_texts()[:3] == ["5", "0.4", "0.1"]
    first = page.locator(".lc-panel").nth(FITS)
    first.hover()
    first.get_by_role("button", name="Data table").click()
    expect(first.locator("th")).to_have_text(["x", "truth", "mean fit"])
    at_zero = first.locator("tbody tr").first.locator("td").nth(2)
    before = at_zero.inner_text()
    slider(page).press("End")
    expect(at_zero).not_to_have_text(before)


@pytest.mark.parametrize("width", [390, 1280, 1920])
def test_it_fits_its_window(demo_url: str, open_page: Callable[..., Page], width: int) -> None:
    page = drawn(open_page(demo_url, width=width))
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    places = page.locator(".lc-plot").evaluate_all(
        "plots => plots.map(p => [p.getBoundingClientRect().left, p.getBoundingClientRect().top])"
    )
    lefts, tops = zip(*places, strict=True)
    assert len(set(lefts)) == (3 if width == 390 else 2)  # on a phone side by side, one swipe apart
    assert len(set(tops)) == (1 if width == 390 else 2)
    page.set_viewport_size({"width": width - 60, "height": 800})
    page.wait_for_function("""document.querySelector('.lc-plot').layout.width
        === document.querySelector('.lc-panel').clientWidth""")
    assert page.evaluate("document.documentElement.scrollWidth") <= width - 60


def test_a_presenter_sees_large_type_and_steps_with_the_arrow_keys(
    demo_url: str, open_page: Callable[..., Page]
) -> None:
    page = drawn(open_page(f"{demo_url}/?present=1", width=1920, height=1080))
    sizes = page.locator(".lc").evaluate("""root => [...root.querySelectorAll('*')]
        .filter(n => [...n.childNodes].some(c => c.nodeType === 3 && c.data.trim()) && n.checkVisibility())
        .map(n => [parseFloat(getComputedStyle(n).fontSize), n.textContent])""")
    assert min(sizes)[0] >= 18, min(sizes)
    bottom = slider(page).bounding_box()
    assert bottom["y"] + bottom["height"] <= 1080
    page.keyboard.press("ArrowRight")
    page.keyboard.press("PageDown")
    wait_for_index(page, 4)
    server_says(page, "degree 5, shift 0, run 2$")


def test_play_runs_to_the_end_and_tells_the_server_once(page: Page) -> None:
    slider(page).press("End")
    slider(page).press("ArrowLeft")
    server_says(page, "degree 19, shift 0, run 2$")
    page.get_by_role("button", name="Play").click()
    server_says(page, "degree 20, shift 0, run 3$")
    expect(page.get_by_role("button", name="Play")).to_be_visible()


def test_nothing_plays_for_who_prefers_less_motion(demo_url: str, open_page: Callable[..., Page]) -> None:
    page = drawn(open_page(demo_url, reduced_motion="reduce"))
    expect(page.locator(".lc-play")).to_be_hidden()
    page.get_by_role("button", name="Step forward").click()
    server_says(page, "degree 4, shift 0, run 2$")


def test_pictures_are_saved_with_a_background(page: Page) -> None:
    page.locator(".lc-panel").first.hover()
    for kind, start in (("PNG", b"\x89PNG"), ("SVG", b"<svg")):
        with page.expect_download() as saved:
            page.locator(".lc-panel").first.get_by_role("button", name=f"Download {kind}").click()
        assert saved.value.suggested_filename == f"demo-1.{kind.lower()}"
        content = Path(saved.value.path()).read_bytes()
        assert content.startswith(start)
    assert b"fill: rgb(255, 255, 255); fill-opacity: 1" in content[:400]


def test_without_plotly_js_the_page_draws_the_same_figures_plainly(demo_url: str, browser: Browser) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        page.route("**/plotly-basic*", lambda route: route.abort())
        page.goto(demo_url)
        expect(page.get_by_test_id("stPlotlyChart")).to_have_count(3, timeout=30_000)  # its 4.7 MB come late
        page.get_by_role("slider", name="Degree").press("ArrowRight")
        expect(page.get_by_text("Degree 4: too stiff.")).to_be_visible()
        server_says(page, "degree 4, ")


def test_it_leaves_nothing_behind_and_comes_back(page: Page) -> None:
    slider(page).press("End")
    server_says(page, "degree 20, shift 0, run 2$")
    page.get_by_text("Hide the picture").click()
    expect(page.locator(".lc")).to_have_count(0)
    page.get_by_text("Hide the picture").click()
    drawn(page)
    wait_for_index(page, 19)


@pytest.mark.parametrize("base", ["/", "/some/where/", "/~/+/"])
def test_it_is_found_on_deep_links_under_any_base_path(browser: Browser, base: str) -> None:
    """The page of Streamlit, cut down to its own script, and the stub: does it ask for the right files?"""
    streamlit = '<!doctype html><script type="module" src="./static/js/index.js"></script>'
    asked: list[str] = []

    def answer(route: Route) -> None:
        asked.append(route.request.url)
        is_page = route.request.resource_type == "document"
        route.fulfill(content_type="text/html" if is_page else "text/javascript", body=streamlit if is_page else "")

    with browser.new_context() as context:
        page = context.new_page()
        page.route("**/*", answer)
        page.goto(f"http://lectern.test{base}bias_variance?degree=7")
        page.evaluate("stub => import(URL.createObjectURL(new Blob([stub], {type: 'text/javascript'})))", STUB)
        page.wait_for_load_state("networkidle")
    found = {url.split("?")[0] for url in asked if "app/static" in url}
    files = {f"http://lectern.test{base}app/static/{path.name}" for path in STATIC.glob("live_*.*s")}
    files |= {f"http://lectern.test{base}app/static/{path.name}" for path in STATIC.glob("plotly-*.js")}
    assert files == found


def test_the_file_scrubs_without_server_or_network(tmp_path: Path, open_page: Callable[..., Page]) -> None:
    file = tmp_path / "figure.html"
    file.write_text(standalone_html(demo.picture(0.0), title="Bias & variance", start=7.0), encoding="utf-8")
    asked: list[str] = []
    page = open_page(file.as_uri(), theme="dark")
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_function(DRAWN)
    expect(page.get_by_role("heading")).to_have_text("Bias & variance")
    wait_for_index(page, 6)
    before = y_of(page, FITS, 3)
    slider(page).press("End")
    wait_for_index(page, 19)
    assert not np.allclose(y_of(page, FITS, 3), before)
    colours = "document.querySelectorAll('.lc-plot')[2].data[0].line.color"
    assert page.evaluate(colours) == style.PALETTE["bias"][1]
    page.emulate_media(color_scheme="light")
    page.wait_for_function(f"{colours} === '{style.PALETTE['bias'][0]}'")
    assert [url for url in asked if not url.startswith(("data:", "blob:"))] == []

"""Stories of the regularization lab in a real browser: points are dragged, added and taken away; work is asked for."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlencode

from playwright.sync_api import Locator, Page, expect

from tests.browser.test_app import ready, script_runs

OpenPage = Callable[..., Page]
# The handle of a figure is where it was when this was last asked, and nothing covers it.
AT_REST = """panel => {
    const handle = panel.querySelector('.lc-handle'), {x, y, width, height} = handle.getBoundingClientRect();
    const before = window.handleAt;
    window.handleAt = String([x, y]);
    return window.handleAt === before && document.elementFromPoint(x + width / 2, y + height / 2) === handle;
}"""


def unfold(page: Page, title: str, dials: str) -> Locator:
    """Open a section and give the chart in it that has the named sliders."""
    page.get_by_text(title).click()
    chart = page.locator("section.lc").filter(has=page.get_by_role("slider", name=dials))
    expect(chart.locator(".lc-dial")).to_have_count(2)
    ready(page)  # all charts of the section: until then they move each other
    chart.scroll_into_view_if_needed()
    return chart


def spot(panel: Locator, x: float, y: float) -> tuple[float, float]:
    """Pixels of a place of a figure."""
    found: list[float] = panel.locator(".lc-plot").evaluate(
        """(plot, [x, y]) => { const {xaxis, yaxis} = plot._fullLayout, box = plot.getBoundingClientRect();
        return [box.left + xaxis._offset + xaxis.d2p(x), box.top + yaxis._offset + yaxis.d2p(y)]; }""",
        [x, y],
    )
    return found[0], found[1]


def drag(page: Page, panel: Locator, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Take the handle that stands at one place to another one, and hold it there."""
    panel.scroll_into_view_if_needed()
    page.wait_for_function(AT_REST, arg=panel.element_handle(), polling=200)
    page.mouse.move(*spot(panel, *start))
    page.mouse.down()
    page.mouse.move(*spot(panel, *end), steps=6)


def link_has(page: Page, name: str, value: str) -> None:
    page.wait_for_function(
        "([name, value]) => new URLSearchParams(location.search).get(name) === value", arg=[name, value]
    )


def readout(chart: Locator, label: str) -> Locator:
    return chart.locator(".lc-readout").filter(has_text=label).locator(".lc-value > span").last


def test_the_least_squares_solution_is_dragged_and_the_corner_holds_the_lasso(
    app_url: str, open_page: OpenPage
) -> None:
    page = open_page("about:blank")
    runs = script_runs(page)
    page.goto(f"{app_url}/regularization")
    ready(page)
    chart = unfold(page, "Why the lasso sets weights to zero", "Least-squares w₁")
    expect(readout(chart, "lasso")).to_have_text("(1.00, 0)")
    panel = chart.locator(".lc-panel").nth(1)  # any of the three moves all
    sent = runs[0]
    drag(page, panel, (1.6, 0.5), (-0.4, 1.8))
    # |w₁| + |w₂| = 1 nearest to (−0.4, 1.8) in the metric of the correlation 0.5 is the corner (0, 1)
    expect(readout(chart, "lasso")).to_have_text("(0, 1.00)")
    minima = chart.evaluate("""chart => [...chart.querySelectorAll('.lc-plot')].map(
        plot => [plot.data[2].x[0], plot.data[2].y[0]])""")
    assert minima[0] == [0, 1]
    assert abs(minima[1][0] ** 2 + minima[1][1] ** 2 - 1) < 1e-6
    assert runs[0] == sent
    page.mouse.up()
    link_has(page, "solution", "-0.4~1.8")
    page.reload()
    ready(page)
    chart = unfold(page, "Why the lasso sets weights to zero", "Least-squares w₁")
    expect(readout(chart, "lasso")).to_have_text("(0, 1.00)")


def test_points_are_added_by_a_click_dragged_and_taken_away(app_url: str, open_page: OpenPage) -> None:
    page = ready(open_page(f"{app_url}/regularization"))
    chart = unfold(page, "Robust losses", "x of the selected point")
    panel = chart.locator(".lc-panel").first
    drag(page, panel, (5, 15), (5, -10))
    slope = "plot => { const y = plot.data[3].y; return y[1] - y[0]; }"
    held = panel.locator(".lc-plot").evaluate(slope)
    page.mouse.up()
    link_has(page, "extra", "5~-10")
    page.mouse.click(*spot(panel, 25, -15))
    link_has(page, "extra", "5~-10_25~-15")
    expect(page.get_by_text("2 of 6 points")).to_be_visible()
    page.wait_for_function(
        "held => [...document.querySelectorAll('.lc-plot')].some(p => p.data?.[3]?.name?.startsWith('squared')"
        " && p.data.length === 6 && p.data[3].y[1] - p.data[3].y[0] < held - 5)",
        arg=held,
    )
    page.mouse.click(*spot(panel, 5, -10))  # an added point is taken into the hand again
    link_has(page, "extra", "25~-15_5~-10")
    expect(chart.get_by_role("slider", name="x of the selected point")).to_have_attribute("aria-valuetext", "5")
    page.get_by_role("button", name="Remove the last point").click()
    link_has(page, "extra", "25~-15")
    expect(page.get_by_role("button", name="Remove the last point")).to_be_disabled()
    page.get_by_role("button", name="Reset", exact=True).click()
    page.wait_for_function("() => location.search === ''")
    expect(chart.get_by_role("slider", name="y of the selected point")).to_have_attribute("aria-valuetext", "15")
    page.get_by_role("button", name="Add a point").click()  # the same by keyboard
    link_has(page, "extra", "5~15_10~0")
    across = chart.get_by_role("slider", name="x of the selected point")
    expect(across).to_have_attribute("aria-valuetext", "10")
    across.press("ArrowRight")
    link_has(page, "extra", "5~15_11~0")


def test_bagging_begins_on_a_click_can_be_stopped_and_is_kept(app_url: str, open_page: OpenPage) -> None:
    large = {"n_sets": "1000", "n_train": "200", "n_test": "100"}
    page = ready(open_page(f"{app_url}/regularization?{urlencode(large)}"))
    page.get_by_text("Other learners").click()
    button = page.get_by_role("button", name="Grow 50 × 1000 trees")
    button.click()
    expect(page.get_by_text(re.compile(r"Growing 50 trees for each data set: \d+ s"))).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    expect(button).to_be_visible()
    page.goto(f"{app_url}/regularization?n_sets=10")
    ready(page)
    page.get_by_text("Other learners").click()
    page.get_by_role("button", name="Grow 50 × 10 trees").click()
    expect(page.get_by_text("One such tree has variance")).to_be_visible()
    expect(page.get_by_role("slider", name="Trees", exact=True)).to_have_attribute("aria-valuetext", "50")
    page.get_by_role("button", name="New draw").click()  # other data: nothing is grown without a click
    expect(page.get_by_role("button", name="Grow 50 × 10 trees")).to_be_visible()
    expect(page.get_by_text("One such tree has variance")).to_have_count(0)

"""The story of the page on momentum in a real browser: a dot is dragged through the plane, presets place it."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.browser.test_app import ready, script_runs, settled_link

OpenPage = Callable[..., Page]


def spot(panel: Locator, lr: float, momentum: float) -> tuple[float, float]:
    """Pixels of a place of the plane."""
    found: list[float] = panel.locator(".lc-plot").evaluate(
        """(plot, [x, y]) => { const {xaxis, yaxis} = plot._fullLayout, box = plot.getBoundingClientRect();
        return [box.left + xaxis._offset + xaxis.d2p(x), box.top + yaxis._offset + yaxis.d2p(y)]; }""",
        [lr, momentum],
    )
    return found[0], found[1]


def readout(page: Page, label: str) -> Locator:
    return page.locator(".lc-readout").filter(has_text=label).locator(".lc-value > span").last


def path_ends(page: Page) -> float:
    """Height of the last point of the path."""
    found: float = page.evaluate(
        "() => document.querySelectorAll('.lc-plot')[1].data.find(trace => trace.name === 'path').y.at(-1)"
    )
    return found


def test_the_dot_is_dragged_to_the_fastest_place_and_the_link_brings_it_back(app_url: str, open_page: OpenPage) -> None:
    page = open_page("about:blank")
    runs = script_runs(page)
    page.goto(f"{app_url}/momentum")
    ready(page)
    panel = page.locator(".lc-panel").first
    page.wait_for_function("() => document.querySelector('.lc-handle:not([hidden])')")
    expect(readout(page, "rate per step")).to_have_text("0.9487")  # root of 0.9
    sent = runs[0]
    page.mouse.move(*spot(panel, 1.0, 0.9))
    page.mouse.down()
    page.mouse.move(*spot(panel, 3.3, 0.67), steps=8)
    expect(readout(page, "rate per step")).to_have_text("0.8185")  # root of 0.67
    expect(readout(page, "second way")).to_have_text("0.8185")
    assert abs(path_ends(page)) < 1
    page.mouse.move(*spot(panel, 4.0, 0.1), steps=4)
    expect(readout(page, "steps per digit")).to_have_text("never")
    expect(page.locator(".lc-sentence")).to_contain_text("allows step sizes below 2.20")
    assert abs(path_ends(page)) == 50  # far outside
    page.mouse.move(*spot(panel, 3.3, 0.67), steps=4)
    assert runs[0] == sent
    page.mouse.up()
    settled_link(page, {"lr": "3.3", "momentum": "0.67"})
    page.reload()
    ready(page)
    expect(page.get_by_role("slider", name="Momentum μ")).to_have_attribute("aria-valuetext", "0.67")
    expect(readout(page, "rate per step")).to_have_text("0.8185")


def test_presets_that_differ_in_the_place_alone_are_told_apart(app_url: str, open_page: OpenPage) -> None:
    page = ready(open_page(f"{app_url}/momentum"))
    for preset, rate in (("Best momentum", "0.5000"), ("Too far", "1.1285"), ("Plain gradient descent", "0.8000")):
        pill = page.get_by_role("radio", name=preset).or_(page.get_by_role("button", name=preset, exact=True)).first
        pill.click()
        expect(readout(page, "rate per step")).to_have_text(rate)
    expect(page.get_by_text("No momentum, at its best step size")).to_be_visible()
    slider = page.get_by_role("slider", name="Momentum μ")
    slider.focus()
    slider.press("ArrowRight")
    settled_link(page, {"kappa": "9", "lr": "1.8", "momentum": "0.1"})
    expect(page.get_by_text("No momentum, at its best step size")).to_have_count(0)

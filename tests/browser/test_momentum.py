"""The story of the page on momentum in a real browser: a dot is dragged through the plane, presets place it."""

from __future__ import annotations

import math
import re
from collections.abc import Callable

import pytest
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


def drawn(page: Page, name: str, attr: str = "y") -> list[float]:
    """Return what a trace of the path or of the distance shows."""
    found: list[float] = page.evaluate(
        """([name, attr]) => Array.from([...document.querySelectorAll('.lc-plot')]
        .flatMap(plot => plot.data).find(trace => trace.name === name)[attr])""",
        [name, attr],
    )
    return found


def test_the_browser_works_out_the_run(app_url: str, open_page: OpenPage) -> None:
    """Against the steps of `torch.optim.SGD`, taken here one by one."""
    page = ready(open_page(f"{app_url}/momentum?kappa=25&lr=1.5&momentum=0.6"))
    w, u, path = [1.0, 1.0], [0.0, 0.0], [(1.0, 1.0)]
    for _ in range(40):
        u = [0.6 * v + 1.5 * curvature * x for v, curvature, x in zip(u, (1 / 25, 1), w, strict=True)]
        w = [x - v for x, v in zip(w, u, strict=True)]
        path.append((w[0], w[1]))
    for attr, wanted in zip("xy", zip(*path[:16], strict=True), strict=True):
        assert drawn(page, "path", attr) == pytest.approx(wanted, abs=1e-5)
    assert drawn(page, "distance") == pytest.approx([math.hypot(*place) / 2**0.5 for place in path], rel=1e-4)


def test_the_dot_is_dragged_to_the_fastest_place_and_the_link_brings_it_back(app_url: str, open_page: OpenPage) -> None:
    page = open_page("about:blank")
    runs = script_runs(page)
    page.goto(f"{app_url}/momentum?lr=1&momentum=0.9")
    ready(page)
    panel = page.locator(".lc-panel").first
    page.wait_for_function("() => document.querySelector('.lc-handle:not([hidden])')")
    expect(readout(page, "rate per step")).to_have_text("0.9487")  # root of 0.9
    sent = runs[0]
    page.mouse.move(*spot(panel, 1.0, 0.9))
    page.mouse.down()
    page.mouse.move(*spot(panel, 3.3, 0.67), steps=8)
    expect(readout(page, "rate per step")).to_have_text("0.8185")  # root of 0.67
    rate = page.locator(".lc-readout").filter(has_text="rate per step")
    expect(rate.locator(".lc-check")).to_have_text("✓")
    second = rate.locator(".lc-meaning p:not(.lc-terms)").last  # computation
    expect(second).to_have_text(re.compile(r"0\.8185$"))
    assert abs(path_ends(page)) < 1
    page.mouse.move(*spot(panel, 4.0, 0.1), steps=4)
    expect(readout(page, "steps per digit")).to_have_text("never")
    expect(page.locator(".lc-words")).to_contain_text("allows step sizes below 2.20")
    assert abs(path_ends(page)) == 50  # far outside
    page.mouse.move(*spot(panel, 3.3, 0.67), steps=4)
    assert runs[0] == sent
    page.mouse.up()
    settled_link(page, {"lr": "3.3", "momentum": "0.67"})
    page.reload()
    ready(page)
    expect(page.get_by_role("slider", name="Momentum μ")).to_have_attribute("aria-valuetext", re.compile(r"^0\.67"))
    expect(readout(page, "rate per step")).to_have_text("0.8185")


def test_presets_that_differ_in_the_place_alone_are_told_apart(app_url: str, open_page: OpenPage) -> None:
    page = ready(open_page(f"{app_url}/momentum"))
    for preset, rate in (
        ("Best momentum", "0.5000"),
        ("Step size too large", "1.1285"),
        ("Plain gradient descent", "0.8000"),
    ):
        pill = page.get_by_role("radio", name=preset).or_(page.get_by_role("button", name=preset, exact=True)).first
        pill.click()
        expect(readout(page, "rate per step")).to_have_text(rate)
    expect(page.get_by_text("No momentum, at the best step size")).to_be_visible()
    slider = page.get_by_role("slider", name="Momentum μ")
    slider.focus()
    slider.press("ArrowRight")
    settled_link(page, {"kappa": "9", "lr": "1.8", "momentum": "0.1"})
    expect(page.get_by_text("No momentum, at the best step size")).to_have_count(0)


@pytest.mark.parametrize(("address", "marks"), [("momentum?lr=1.5&momentum=0.7", 16), ("descent", 51)])
def test_a_path_runs_from_mark_to_mark(app_url: str, open_page: OpenPage, address: str, marks: int) -> None:
    page = ready(open_page(f"{app_url}/{address}"))
    panel = page.locator(".lc-panel", has=page.get_by_role("button", name="Replay"))
    panel.get_by_role("button", name="Replay").click()
    running = "node => node.getAnimations({ subtree: true }).filter((a) => a.effect.getTiming().duration > 1000)"
    layer = panel.locator(".scatterlayer")
    assert layer.evaluate(f"n => ({running})(n).length") == 1 + marks
    halfway = layer.evaluate(
        f"""n => {{
            for (const a of ({running})(n)) {{ a.pause(); a.currentTime = 2500; }}
            return [...n.querySelectorAll(".point")].filter((p) => p.getAnimations().length)
                .map((p) => getComputedStyle(p).opacity);
        }}"""
    )
    assert 0.4 < halfway.count("1") / marks < 0.6 and halfway == sorted(halfway, reverse=True)
    page.keyboard.press("Shift")
    page.wait_for_function("!document.querySelector('.lc-labels').hidden")
    assert layer.evaluate(f"n => ({running})(n).length") == 0

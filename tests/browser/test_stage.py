"""The stage, measured: on a class laptop, a projector and a phone the picture has the window, and all of it is seen."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from core.kit.lab import Lab
from tests.browser.test_app import every_fourth_lab, ready
from tests.states import LABS

OpenPage = Callable[..., Page]

# Plotting rectangles in the window and not under the slider, as a share of the window; and what stands around them.
MEASURE = """() => {
    const seen = (selector) => [...document.querySelectorAll(selector)].filter((node) => node.checkVisibility());
    const box = (node) => node.getBoundingClientRect();
    const slider = box(document.querySelector('.lc-controls'));
    const frames = seen('.lc-plot .nsewdrag').map(box);
    const area = frames.map((f) => Math.max(0, Math.min(innerWidth, f.right) - Math.max(0, f.left))
        * Math.max(0, Math.min(slider.top, f.bottom) - Math.max(0, f.top)));
    return {
        share: 100 * area.reduce((sum, part) => sum + part, 0) / innerWidth / innerHeight,
        top: Math.min(...frames.map((f) => f.top)),
        panels: frames.length,
        whole: frames.filter((f) => f.bottom <= slider.top + 1 && f.right <= innerWidth + 1).length,
        tops: [...new Set(seen('.lc-column > .lc-panel:first-child .nsewdrag').map((f) => Math.round(box(f).top)))],
        slider: slider.bottom <= innerHeight,
        readouts: seen('.lc-readout').length,
        controls: seen('.st-key-controls [data-testid="stWidgetLabel"]').length,
        legends: seen('.lc-plot .legend').length,
    };
}"""


def measured(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = ready(page).evaluate(MEASURE)
    return found


@every_fourth_lab
def test_the_picture_has_the_window(app_url: str, open_page: OpenPage, lab: Lab) -> None:
    page = ready(open_page(f"{app_url}/{lab.name}", width=1366, height=650))
    expect(page.get_by_text("More settings")).to_be_visible()  # the controls have come
    for width, height, share in ((1366, 650, 40), (1920, 1080, 50)):
        page.set_viewport_size({"width": width, "height": height})
        page.evaluate("() => delete window.seenByTest")
        found = measured(page)
        assert found["share"] >= share, found
        assert found["top"] <= 170
        assert found["whole"] == found["panels"] <= 3
        assert found["slider"]
        assert len(found["tops"]) == 1  # panels of a row stand on one line
        assert found["readouts"] <= 4
        assert 0 < found["controls"] <= 5
        assert found["legends"] == 0
        assert_fits(page, width)
    page.set_viewport_size({"width": 390, "height": 844})
    assert_fits(ready(page), 390)


def assert_fits(page: Page, width: int) -> None:
    """Nothing is wider than the window; on a phone the second column is a swipe away."""
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    first = ".lc-column:first-child " if width == 390 else ""
    boxes = page.locator(f"{first}.lc-plot:visible").evaluate_all("all => all.map(p => p.getBoundingClientRect())")
    assert boxes and all(box["left"] >= 0 and box["right"] <= width + 1 for box in boxes), width


@pytest.mark.parametrize("name", ["bias_variance", "ranking_curves", "lr_range"])
def test_a_presenter_gives_the_plots_most_of_the_screen(app_url: str, open_page: OpenPage, name: str) -> None:
    found = measured(open_page(f"{app_url}/{name}?present=1", width=1920, height=1080))
    assert found["share"] >= 60, found
    assert found["slider"] and found["whole"] == found["panels"]


@pytest.mark.parametrize("name", ["bias_variance", "momentum"])
def test_on_a_phone_the_picture_comes_first(app_url: str, open_page: OpenPage, name: str) -> None:
    page = open_page(f"{app_url}/{name}", width=390, height=844, has_touch=True, is_mobile=True)
    found = measured(page)
    assert found["top"] <= 844 / 3
    assert found["slider"]
    assert found["share"] >= 35
    expect(page.get_by_role("button", name="Start here")).to_be_visible()
    small = page.evaluate("""() => [...document.querySelectorAll('.lc button')]
        .filter((b) => b.checkVisibility() && !b.matches('.lc-on')).map((b) => b.getBoundingClientRect())
        .filter((b) => b.width < 24 || b.height < 24).length""")
    assert small == 0


def test_an_embedded_picture_stands_alone(app_url: str, open_page: OpenPage) -> None:
    page = open_page(f"{app_url}/bias_variance?embed=true&bare=1&degree=5", width=600, height=360)
    found = measured(page)
    assert found["share"] >= 40, found
    assert found["slider"]
    expect(page.get_by_role("heading")).to_have_count(0)
    expect(page.get_by_role("link", name="Lectern")).to_have_count(0)
    link = page.get_by_role("link", name="Open")
    assert "bare" not in (link.get_attribute("href") or "") and "degree=5" in (link.get_attribute("href") or "")
    one = measured(open_page(f"{app_url}/bias_variance?embed=true&bare=1&panel=3", width=600, height=360))
    assert one["panels"] == 1


def test_any_panel_fills_the_stage_by_click_and_by_key(app_url: str, open_page: OpenPage) -> None:
    page = ready(open_page(f"{app_url}/ranking_curves", width=1366, height=650))
    panels = page.locator(".lc-panel:visible")
    expect(panels).to_have_count(3)
    panels.nth(1).hover()
    panels.nth(1).get_by_role("button", name="Enlarge").click()
    expect(panels).to_have_count(1)
    page.keyboard.press("Escape")
    expect(panels).to_have_count(3)
    page.keyboard.press("5")
    expect(panels).to_have_count(1)
    page.keyboard.press("0")
    expect(panels).to_have_count(6)
    page.get_by_role("button", name="Back", exact=True).click()
    expect(panels).to_have_count(3)


def test_a_readout_opens_to_its_meaning_and_its_second_computation(app_url: str, open_page: OpenPage) -> None:
    page = ready(open_page(f"{app_url}/convolution", width=1366, height=650))
    page.get_by_role("button", name="sum under the window").click()
    meaning = page.locator(".lc-meaning:popover-open")
    expect(meaning).to_contain_text("The kernel times the patch under it")
    expect(meaning.locator("p:not(.lc-terms)").last).to_have_text(re.compile(r"^row of W · vec\(x\): .*−40$"))
    page.keyboard.press("Escape")
    expect(meaning).to_have_count(0)


def test_a_click_on_a_name_switches_its_curve_off_and_on(app_url: str, open_page: OpenPage) -> None:
    page = ready(open_page(f"{app_url}/bias_variance", width=1366, height=650))
    page.get_by_role("button", name="training error").click()
    expect(page.get_by_role("button", name="training error")).to_have_attribute("aria-pressed", "false")
    page.get_by_role("button", name="training error").click()
    expect(page.get_by_role("button", name="training error")).to_have_attribute("aria-pressed", "true")


def test_a_presenter_steps_through_presets_and_views_by_single_keys(app_url: str, open_page: OpenPage) -> None:
    page = ready(open_page(f"{app_url}/bias_variance?present=1", width=1366, height=768))
    page.locator(".st-key-keys button").first.wait_for(state="attached")
    first, second = (preset.note for preset in LABS_BY_NAME["bias_variance"].presets[:2])
    for key, note in (("p", first), ("p", second), ("Shift+P", first)):
        page.keyboard.press(key)
        expect(page.get_by_text(note[:30])).to_be_visible()
        ready(page)
    page.keyboard.press("l")
    page.wait_for_function("() => location.search.includes('log_y=1')")
    page.keyboard.press("v")
    page.wait_for_function("() => !location.search.includes('view=one')")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()
    page.keyboard.press("Escape")
    page.wait_for_function("() => !location.search.includes('present')")


LABS_BY_NAME = {lab.name: lab for lab in LABS}

# Names are written once the picture rests: whether they have been the same for some frames.
RESTING = """() => {
    const names = [...document.querySelectorAll('.lc-on')].map((n) => n.style.cssText + n.textContent).join();
    const seen = (window.namesSeen ??= {});
    seen.frames = names === seen.names ? seen.frames + 1 : 0;
    seen.names = names;
    return seen.frames > 20;
}"""

# Names that lie on another name, or on a point of a curve that is drawn as a line.
COVERED = """() => [...document.querySelectorAll('.lc-panel')].filter((p) => p.checkVisibility()).flatMap((panel) => {
    const plot = panel.querySelector('.lc-plot');
    const { xaxis, yaxis } = plot._fullLayout;
    const home = plot.getBoundingClientRect();
    const names = [...panel.querySelectorAll('.lc-on')].filter((n) => n.checkVisibility());
    const boxes = names.map((n) => n.getBoundingClientRect());
    const hit = (a, b) => a.left + 1 < b.right && b.left + 1 < a.right && a.top + 1 < b.bottom && b.top + 1 < a.bottom;
    const faults = [];
    boxes.forEach((a, i) => boxes.forEach((b, k) => {
        if (i < k && hit(a, b)) faults.push([names[i].textContent, names[k].textContent]);
    }));
    for (const trace of plot._fullData) {
        if (trace.type !== 'scatter' || trace.visible !== true) continue;
        if (!/lines/.test(trace.mode) || !trace.line.width) continue;
        Array.from(trace.x, (x, k) => {
            const left = home.left + xaxis._offset + xaxis.d2p(x);
            const top = home.top + yaxis._offset + yaxis.d2p(trace.y[k]);
            boxes.forEach((box, i) => {
                const [across, down] = [left - box.left, top - box.top];
                const inside = across > 1 && across < box.width - 1 && down > 2 && down < box.height - 2;
                if (inside) faults.push([names[i].textContent, `on ${trace.name} at ${k}`]);
            });
        });
    }
    return faults;
})"""


def presets_of(labs: list[Lab], every: int) -> list[Any]:
    found = [(lab, preset) for lab in labs for preset in lab.presets]
    return [pytest.param(lab, preset, id=f"{lab.name}-{preset.label}") for lab, preset in found[::every]]


def names_are_clear(app_url: str, open_page: OpenPage, lab: Lab, preset: Any, size: tuple[int, int]) -> None:
    query = urlencode(lab.link(lab.preset_values(preset)))
    page = ready(open_page(f"{app_url}/{lab.name}?{query}", width=size[0], height=size[1]))
    page.wait_for_function(RESTING)
    assert page.evaluate(COVERED) == []


@pytest.mark.parametrize(("lab", "preset"), presets_of(LABS, 18))
def test_names_lie_on_nothing(app_url: str, open_page: OpenPage, lab: Lab, preset: Any) -> None:
    names_are_clear(app_url, open_page, lab, preset, (1366, 650))


@pytest.mark.nightly
@pytest.mark.parametrize("size", [(1366, 650), (1920, 1080), (1024, 768)])
@pytest.mark.parametrize(("lab", "preset"), presets_of(LABS, 1))
def test_names_lie_on_nothing_at_any_size(
    app_url: str, open_page: OpenPage, lab: Lab, preset: Any, size: tuple[int, int]
) -> None:
    names_are_clear(app_url, open_page, lab, preset, size)


def test_the_main_slider_is_near_and_speaks(app_url: str, open_page: OpenPage) -> None:
    page = ready(open_page(f"{app_url}/bias_variance"))
    slider = page.get_by_role("slider", name="Degree", exact=True)
    expect(slider).to_have_attribute("aria-valuetext", re.compile(r"^3, expected (test )?error 0\.765$"))
    page.evaluate("document.querySelector('[data-testid=stMain]').setAttribute('tabindex', '-1')")
    page.locator('[data-testid="stMain"]').focus()
    for _ in range(5):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.lc-range')"):
            break
    assert page.evaluate("document.activeElement.matches('.lc-range')")


def test_images_are_not_interactive_and_every_image_has_words(app_url: str, open_page: OpenPage) -> None:
    page = ready(open_page(f"{app_url}/"))
    expect(page.locator(".st-key-labs img")).to_have_count(len(LABS))
    assert page.evaluate("[...document.querySelectorAll('img')].every((image) => image.hasAttribute('alt'))")
    nested = "document.querySelectorAll('[role=img] :is(button, a, input, [tabindex])').length"
    assert page.evaluate(nested) == 0
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight") <= 1400
    cards = page.locator('[class*="st-key-card"]').evaluate_all(
        "cards => cards.map((card) => card.getBoundingClientRect()).map(({ top, height }) => [top, height])"
    )
    assert len({(round(top), round(height)) for top, height in cards}) == len({round(top) for top, _ in cards})


def test_what_is_old_is_dimmed_while_the_server_works(app_url: str, open_page: OpenPage) -> None:
    page = ready(open_page(f"{app_url}/bias_variance"))
    page.evaluate("""() => { const app = document.querySelector('[data-testid="stApp"]');
        window.dimmed = new Promise((done) => new MutationObserver(() =>
            document.documentElement.classList.contains('lc-busy') && done(true))
            .observe(document.documentElement, { attributes: true }));
        app.dataset.testScriptState = 'running'; }""")
    assert page.evaluate("window.dimmed")
    page.evaluate("document.querySelector('[data-testid=stApp]').dataset.testScriptState = 'notRunning'")
    page.wait_for_function("() => !document.documentElement.classList.contains('lc-busy')")


def test_a_name_follows_its_curve_to_another_preset(app_url: str, open_page: OpenPage) -> None:
    page = ready(open_page(f"{app_url}/logistic?present=1", width=1366, height=650))
    panel, name = page.locator(".lc-panel").first, page.locator(".lc-labels").get_by_text("target", exact=True)
    frame, low = panel.bounding_box(), name.bounding_box()
    assert frame and low and low["y"] > frame["y"] + frame["height"] / 4  # beside a line at 0.5
    for parameter in ("x2=3", "target=0.9"):
        page.keyboard.press("p")
        expect(page).to_have_url(re.compile(parameter))
        page.evaluate("() => delete window.seenByTest")
        ready(page)
    page.wait_for_function(
        "top => [...document.querySelectorAll('.lc-labels *')].some(node => node.textContent === 'target' "
        "&& node.getBoundingClientRect().y < top)",
        arg=frame["y"] + frame["height"] / 4,
        timeout=5000,
    )

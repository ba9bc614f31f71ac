"""Stories of the page on range tests in a real browser: bounds are dragged, a training ends, another is canceled."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from core.jobs import load
from tests.browser.test_app import ready, settled_link, spoken

OpenPage = Callable[..., Page]
LONG = 60_000  # a process that imports torch, on a busy machine


def bar(page: Page, name: str) -> None:
    """Click a button of the line about the runs."""
    page.locator(".st-key-runs").get_by_role("button", name=name).click()


def place(page: Page, rate: float) -> tuple[float, float]:
    """Where a rate is on the first figure, in pixels of the window."""
    box = page.locator(".lc-plot").first.bounding_box()
    x, y = page.evaluate(
        """rate => {
            const { xaxis, yaxis } = document.querySelector('.lc-plot')._fullLayout;
            return [xaxis._offset + xaxis.d2p(Math.log10(rate)), yaxis._offset + 0.9 * yaxis._length];
        }""",
        rate,
    )
    assert box is not None
    return box["x"] + x, box["y"] + y


def test_the_bounds_are_dragged_to_the_rules_and_trained_with(app_url: str, open_page: OpenPage) -> None:
    page = ready(open_page(f"{app_url}/lr_range"))
    words = page.locator(".lc-words")
    expect(words).to_contain_text("The upper rate is 4.0 times the lower one.")

    # the line of the upper bound to “cycle, high”; the lower one stays
    x, y = place(page, 0.1)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(place(page, 0.4)[0], y, steps=6)
    expect(words).to_contain_text("The upper rate is 16 times the lower one.")
    page.mouse.up()
    settled_link(page, {"upper": "0.398107"})
    expect(words).to_contain_text("“cycle, high” names about this rate")

    # a click takes the nearer line along: here that of the lower bound, to “minimum / 10”
    page.mouse.click(*place(page, 0.0357))
    settled_link(page, {"lower": "0.0354813", "upper": "0.398107"})
    expect(words).to_contain_text("The upper rate is 11 times the lower one.")

    # these are what is trained with
    page.get_by_text("Train with these bounds").click()
    expect(page.get_by_text("Your bounds are 0.035 and 0.40")).to_be_visible()

    # the Back button undoes the click, a reset everything
    page.go_back()
    settled_link(page, {"upper": "0.398107"})
    expect(page.get_by_role("slider", name="Lower rate")).to_have_attribute("aria-valuetext", spoken("0.025"))
    page.get_by_role("button", name="Reset", exact=True).click()
    settled_link(page, {})
    expect(page.get_by_role("slider", name="Upper rate")).to_have_attribute("aria-valuetext", spoken("0.10"))


def test_a_presenter_moves_both_bounds_with_keys_and_their_labels_stay_apart(app_url: str, open_page: OpenPage) -> None:
    page = ready(open_page(f"{app_url}/lr_range?present=1&lower=0.0891251", width=1920, height=1080))
    flags = page.locator(".lc-panel").first.locator(".lc-line.lc-handle .lc-flag")
    expect(flags).to_have_text(["0.089", "0.10"])
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    expect(flags).to_have_text(["0.10", "0.079"])  # crossed: the left label is that of the upper rate
    lower, upper = (flag.bounding_box() for flag in flags.all())
    assert upper["x"] + upper["width"] <= lower["x"]
    settled_link(page, {"present": "1", "lower": "0.1", "upper": "0.0794328"})


def test_a_training_is_begun_by_a_click_and_drawn_when_it_is_done(app_url: str, open_page: OpenPage) -> None:
    address = f"{app_url}/lr_range?net=logistic&steps=20&seed=5"
    page, other = ready(open_page(address)), ready(open_page(address))
    runs, words = page.locator(".st-key-runs"), page.locator(".lc-words")
    expect(runs).to_contain_text("Not trained yet with these settings. 20 updates")
    expect(words).to_contain_text("no run has these settings")
    bar(page, "Train")
    expect(runs).to_contain_text("Trained on this server", timeout=LONG)
    expect(words).to_contain_text("Upper rate 0.10: the smoothed loss is")
    curves = page.locator(".lc-panel").first.locator(".scatterlayer")
    assert curves.locator(".trace").count() > 1
    assert curves.evaluate("e => e.getAnimations().length") == 1  # too fast to be followed, so it is drawn at a pace
    page.keyboard.press("Shift")
    page.wait_for_function("!document.querySelector('.scatterlayer').getAnimations().length")
    page.get_by_role("button", name="Replay").first.click()
    assert curves.evaluate("e => e.getAnimations().length") == 1

    # another visitor, whose page was there before the run, sees it without doing anything
    expect(other.locator(".st-key-runs")).to_contain_text("Trained on this server")
    expect(other.locator(".lc-words")).to_contain_text("Upper rate 0.10: the smoothed loss is")

    # in the list it can be named, taken home and deleted
    other.get_by_text("Past runs").click()
    table = other.get_by_test_id("stDataFrame")
    table.click(position={"x": 16, "y": 52})  # the first row: the newest run
    name = other.get_by_label("Name")
    name.fill("straight lines")
    name.press("Enter")
    expect(table.get_by_text("straight lines").first).to_be_attached()
    with other.expect_download() as download:
        other.get_by_role("button", name="JSON").click()
    run = load(Path(download.value.path()).read_text(encoding="utf-8"))
    assert (run.name, run.state, run.specification["steps"]) == ("straight lines", "done", 20)
    other.get_by_role("button", name="Delete").click()
    for each in (other, page):
        expect(each.locator(".st-key-runs")).to_contain_text("Not trained yet with these settings")


@pytest.mark.nightly
def test_a_training_is_cancelled_for_everybody(app_url: str, open_page: OpenPage) -> None:
    address = f"{app_url}/lr_range?net=small_inception&width=0.25&steps=940"
    page, other = ready(open_page(address)), ready(open_page(address))
    bar(page, "Train")
    runs = page.locator(".st-key-runs")
    expect(runs).to_contain_text("This run is shared", timeout=LONG)
    expect(other.locator(".st-key-runs").get_by_role("button", name="Cancel")).to_be_visible()
    bar(page, "Cancel")
    expect(runs).to_contain_text("was canceled", timeout=LONG)
    expect(runs.get_by_role("button", name="Resume")).to_be_visible()
    expect(other.locator(".st-key-runs")).to_contain_text("was canceled")

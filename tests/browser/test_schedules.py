"""Stories of the page on schedules in a real browser: a peak that is dragged, a bug; a training that is seen live."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.test_app import choose, ready, script_runs, settled_link
from tests.browser.test_lr_range import LONG, bar

OpenPage = Callable[..., Page]
HOMEWORK = {"schedule": "exp_range", "gamma": "1", "high": "0.774", "low": "2.78e-05", "length": "5000"}


def test_the_peak_is_dragged(app_url: str, open_page: OpenPage) -> None:
    page = open_page("about:blank")
    runs = script_runs(page)
    page.goto(f"{app_url}/schedules?{'&'.join(f'{name}={value}' for name, value in HOMEWORK.items())}")
    ready(page)
    words = page.locator(".lc-words")
    expect(words).to_contain_text("One triangle and no cycle")
    expect(words).to_contain_text("0.0962 (0.0960)")

    # the peak, on the picture itself: toward the left there are more and more cycles
    panel = page.locator(".lc-panel").first
    box = panel.locator(".lc-handle.lc-dot").bounding_box()
    plot = panel.locator(".nsewdrag").first.bounding_box()
    assert box is not None and plot is not None
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    sent = runs[0]
    page.mouse.move(*middle)
    page.mouse.down()
    page.mouse.move(middle[0] - plot["width"] * 4000 / (1.22 * 9380), middle[1], steps=10)
    expect(words).to_contain_text("4.69 cycles of 2,000 updates")
    expect(words).to_contain_text("its envelope is flat")
    assert runs[0] == sent
    page.mouse.up()
    settled_link(page, HOMEWORK | {"length": "1000"})

    # the strategies
    choose(page, "Show", "Strategies side by side")
    expect(words).to_contain_text("With equal updates the growing batch sees")


def test_a_training_grows_and_belongs_to_its_length(app_url: str, open_page: OpenPage) -> None:
    link = {"what": "runs", "batch": "8", "epochs": "20", "along": "epochs", "length": "5000"}
    page = ready(open_page(f"{app_url}/schedules?{'&'.join(f'{name}={value}' for name, value in link.items())}"))
    runs, words = page.locator(".st-key-runs"), page.locator(".lc-words")
    expect(words).to_contain_text("No training has these settings yet")
    nothing = page.locator(".lc-panel").first.get_by_text("nothing yet")
    expect(nothing).to_be_visible()
    bar(page, "Train")
    expect(words).to_contain_text("of 20 epochs: training loss", timeout=LONG)
    expect(nothing).not_to_be_visible()

    # another length has no training; that of this one goes on, and is there again
    slider = page.get_by_role("slider", name="Schedule length")
    slider.focus()
    page.keyboard.press("ArrowRight")
    expect(words).to_contain_text("The training with length 5,000 went on when this was drawn.")
    expect(runs.get_by_role("button", name="Train")).to_be_visible()
    expect(page.locator(".lc-panel .scatterlayer").nth(1).locator(".trace")).to_have_count(1)  # what is planned
    page.keyboard.press("ArrowLeft")
    expect(words).to_contain_text("of 20 epochs: training loss")

    bar(page, "Cancel")
    expect(runs).to_contain_text("was canceled", timeout=LONG)
    expect(words).to_contain_text("of 20 epochs: training loss")
    came_to = words.inner_text()
    bar(page, "Resume")
    expect(runs.get_by_role("button", name="Cancel")).to_be_visible()
    expect(words).not_to_have_text(came_to, use_inner_text=True, timeout=LONG)
    bar(page, "Cancel")
    expect(runs).to_contain_text("was canceled", timeout=LONG)

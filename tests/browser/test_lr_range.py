"""Two trainings in a real browser: one that is seen through, one that is cancelled."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from core.jobs import load
from tests.browser.test_app import ready

OpenPage = Callable[..., Page]
LONG = 60_000  # a process that imports torch, on a busy machine


def bar(page: Page, name: str) -> None:
    """Click a button of the line about the runs."""
    page.locator(".st-key-runs").get_by_role("button", name=name).click()


def test_a_training_is_begun_by_a_click_and_drawn_when_it_is_done(app_url: str, open_page: OpenPage) -> None:
    page = ready(open_page(f"{app_url}/lr_range?net=logistic&steps=20&seed=5"))
    runs, words = page.locator(".st-key-runs"), page.locator(".lc-words")
    expect(runs).to_contain_text("No run has these settings yet. 20 updates")
    expect(words).to_contain_text("the button above begins it")
    bar(page, "Train")
    expect(runs).to_contain_text("Trained on this machine", timeout=LONG)
    expect(words).to_contain_text("At η = 0.10")
    assert page.locator(".lc-panel").first.locator(".scatterlayer .trace").count() > 1

    # another visitor finds the run by the same settings
    other = ready(open_page(f"{app_url}/lr_range?net=logistic&steps=20&seed=5"))
    expect(other.locator(".st-key-runs")).to_contain_text("Trained on this machine")

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
    expect(other.locator(".st-key-runs")).to_contain_text("No run has these settings yet")


def test_a_training_is_cancelled_for_everybody(app_url: str, open_page: OpenPage) -> None:
    address = f"{app_url}/lr_range?net=small_inception&width=0.25&steps=940"
    page, other = ready(open_page(address)), ready(open_page(address))
    bar(page, "Train")
    runs = page.locator(".st-key-runs")
    expect(runs).to_contain_text("Whoever has the same settings watches the same run", timeout=LONG)
    bar(page, "Cancel")
    expect(runs).to_contain_text("was cancelled", timeout=LONG)
    expect(runs.get_by_role("button", name="Go on")).to_be_visible()
    other.reload()
    ready(other)
    expect(other.locator(".st-key-runs")).to_contain_text("was cancelled")

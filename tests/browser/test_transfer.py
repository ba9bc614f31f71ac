"""One story of the page on transfer in a real browser: the cut dragged on the tree, the homework's card, trainings."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.test_app import ready, script_runs, settled_link

OpenPage = Callable[..., Page]


def test_the_cut_is_dragged(app_url: str, open_page: OpenPage) -> None:
    page = open_page("about:blank")
    runs = script_runs(page)
    page.goto(f"{app_url}/transfer?batch=64")
    ready(page)
    words, tree = page.locator(".lc-words"), page.locator(".lc-panel").first
    expect(words).to_contain_text("18,294,026")
    expect(words).to_contain_text("Frozen before block3_conv4: 8.7")
    plot = tree.locator(".main-svg").first.bounding_box()
    handle = tree.locator(".lc-handle").bounding_box()
    assert plot is not None and handle is not None
    sent = runs[0]
    start = handle["x"] + handle["width"] / 2, plot["y"] + plot["height"] / 2
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(plot["x"] + plot["width"] - 6, start[1], steps=8)
    expect(words).to_contain_text("Only the head is trained, on 512 features")
    expect(words).to_contain_text("5,130")
    assert runs[0] == sent  # the browser has all cuts
    page.mouse.up()
    settled_link(page, {"batch": "64", "cut": "23"})


def test_a_preset_that_moves_the_cut_alone_moves_it_in_every_figure(app_url: str, open_page: OpenPage) -> None:
    page = ready(open_page(f"{app_url}/transfer?batch=64"))
    cuts = page.locator(".lc-panel .lc-handle:not(.lc-dot)")
    bars = page.locator(".lc-panel").last.locator(".textpoint text")
    expect(cuts).to_have_text(["10: block3_conv4"] * 2)
    expect(bars.last).to_have_text("324 MB")
    page.get_by_role("radio", name="Freeze the base").click()  # figures of the network do not change, the cut does
    expect(cuts).to_have_text(["23: outputs"] * 2)
    expect(bars.last).to_have_text("80.3 MB")
    page.get_by_role("radio", name="Freeze below layer 10").click()
    expect(cuts).to_have_text(["10: block3_conv4"] * 2)
    expect(bars.last).to_have_text("324 MB")
    page.goto(f"{app_url}/transfer?cut=23&size=256")  # an axis of GB, and little memory
    expect(ready(page).locator(".lc-panel").last.locator(".textpoint text").last).to_have_text("0.0802 GB")


def test_trainings_are_there_without_training(app_url: str, open_page: OpenPage) -> None:
    page = ready(open_page(f"{app_url}/transfer"))
    page.get_by_role("radio", name="1,000 images").click()
    settled_link(page, {"view": "runs", "cut": "7", "images": "1000"})
    words = page.locator(".lc-words")
    expect(words).to_contain_text("Only the head is trained, on 1,000 images")
    expect(page.locator(".st-key-runs")).to_contain_text("Recorded")
    page.get_by_role("slider", name="First trainable layer").press("ArrowLeft")
    page.get_by_role("slider", name="First trainable layer").press("ArrowLeft")
    expect(words).to_contain_text("Trained from conv3 on, on 1,000 images")

"""One story of the page about shapes and cost in a real browser: a typed network, a cell, blanks, a file, a trace."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_app import ready, same_shapes, settled_link

OpenPage = Callable[..., Page]


def chip(page: Page, label: str) -> str:
    """Text of a readout."""
    return page.locator(".lc-readout", has_text=label).first.locator(".lc-value > span").last.inner_text()


def test_a_typed_network_and_its_mistakes(app_url: str, open_page: OpenPage) -> None:
    page = ready(open_page(f"{app_url}/cnn_cost?net=text&layer=1"))
    box = page.get_by_role("textbox", name="Your network")
    box.fill("conv3-8, pool2\nfc10")
    box.press("Control+Enter")
    settled_link(page, {"net": "text", "layer": "1", "text": "conv3-8, pool2\nfc10"})
    words = page.locator(".lc-words")
    expect(words).to_contain_text("3 × 3 × 3 × 8 + 8 = 224")
    box.fill("conv3-8, pool2\ncovn3-4")
    box.press("Control+Enter")
    warning = page.get_by_test_id("stAlert")
    expect(warning).to_contain_text("Line 2, column 1: Unknown layer “covn”; did you mean conv?")
    expect(warning.locator("code")).to_contain_text("covn3-4\n^")
    expect(words).to_contain_text("3 × 3 × 3 × 8 + 8 = 224")  # the last picture that works
    box.fill("input9x9-1, conv3-8, pool2, conv5-4")
    box.press("Control+Enter")
    expect(words).to_contain_text("The smallest square input that works is 12x12. Up to there")
    expect(warning).to_have_count(0)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_cell_shows_its_formula(app_url: str, open_page: OpenPage, theme: str) -> None:
    page = ready(open_page(f"{app_url}/cnn_cost", theme=theme))
    page.get_by_text("Layer table").click()
    table = page.get_by_test_id("stDataFrame")
    expect(page.get_by_text("Click a cell")).to_be_visible()
    answer = page.get_by_text("is the call 1.1")
    for _ in range(4):  # a grid that has just come into view takes no click before it has drawn itself
        table.click(position={"x": 20, "y": 52})  # the first cell of the first row
        with contextlib.suppress(AssertionError):
            expect(answer).to_be_visible(timeout=5000)
            break
    expect(answer).to_be_visible()
    for key in ["ArrowDown"] * 8 + ["ArrowRight"] * 6:
        page.keyboard.press(key)
    expect(page.get_by_text("conv3-256, parameters: 3 × 3 × 256 × 256 + 256 = 590,080")).to_be_visible()


def test_blanks_are_judged_and_outlive_another_page(app_url: str, open_page: OpenPage) -> None:
    page = ready(open_page(f"{app_url}/cnn_cost?net=vgg19&bias=0&blank=params"))
    assert chip(page, "all parameters") == "?"
    page.get_by_text("Layer table").click()
    first = page.get_by_label("1. conv3-64: parameters", exact=True)
    first.fill("1792")
    first.press("Enter")
    expect(page.get_by_text("Not quite: Biases (64) are not counted here.")).to_be_visible()
    expect(page.get_by_text("0 of 25 correct")).to_be_visible()
    first.fill("1,728")
    first.press("Enter")
    expect(page.get_by_text("Correct. 3 × 3 × 3 × 64 = 1,728.")).to_be_visible()
    settled_link(page, {"net": "vgg19", "bias": "0", "blank": "params"})  # no answer in the link
    page.get_by_role("link", name="Lectern").click()
    expect(page.get_by_role("heading", name="Lectern")).to_be_visible()
    page.go_back()
    ready(page)
    page.get_by_text("Layer table").click()
    expect(page.get_by_label("1. conv3-64: parameters", exact=True)).to_have_value("1,728")
    expect(page.get_by_text("1 of 25 correct")).to_be_visible()


def test_a_file_is_read_as_data_or_refused(app_url: str, open_page: OpenPage) -> None:
    page = open_page(f"{app_url}/cnn_cost?net=upload")
    expect(page.get_by_text("There is no file yet")).to_be_visible(timeout=60_000)
    for name, words in (
        ("model.pt", ("The file is a Python pickle, but not one of torch.save.",)),
        ("model.onnx", ("which can run code when opened", "torch.onnx.export")),
    ):
        bad = {"name": name, "mimeType": "application/octet-stream", "buffer": b"\x80\x02}q\x00."}
        page.locator("input[type=file]").set_input_files(bad)
        for told in words:
            expect(page.get_by_text(told)).to_be_visible()
        page.get_by_role("button", name=f"Remove {name}").click()
        expect(page.get_by_text(words[0])).to_have_count(0)
    header = json.dumps({"fc.weight": {"dtype": "F32", "shape": [4, 5], "data_offsets": [0, 80]}}).encode()
    good = len(header).to_bytes(8, "little") + header + bytes(80)
    file = {"name": "own.safetensors", "mimeType": "application/octet-stream", "buffer": good}
    page.locator("input[type=file]").set_input_files(file)
    ready(page)
    expect(page.get_by_text("There is no file yet")).to_have_count(0)
    assert chip(page, "all parameters") == "20"
    settled_link(page, {"net": "upload", "layer": "1"})  # its only layer, where the picture stands


def test_another_size_of_a_model_is_traced_elsewhere(app_url: str, open_page: OpenPage) -> None:
    page = open_page(f"{app_url}/cnn_cost?net=tv_squeezenet1_1&size=64")
    ready(page)
    assert chip(page, "all parameters") == "1,235,496"
    expect(page.locator(".lc-words")).to_contain_text("1,235,496")


@pytest.mark.parametrize(
    ("net", "view"),
    [
        ("resnet18", "blocks"),
        ("tv_resnet50", "costs"),
        *(pytest.param("resnet18", view, marks=pytest.mark.nightly) for view in ("costs", "compare")),
    ],
)
def test_a_tick_draws_what_a_fresh_page_draws(app_url: str, open_page: OpenPage, net: str, view: str) -> None:
    start = {"net": net, "layer": "9", **({"view": view} if view != "costs" else {})}
    page = ready(open_page(f"{app_url}/cnn_cost?{urlencode(start)}"))
    page.get_by_text("More settings").click()
    page.get_by_text("All operations", exact=True).click()
    settled_link(page, start | {"every": "1"})
    page.get_by_text("Count biases", exact=True).click()
    settled_link(page, start | {"every": "1", "bias": "0"})
    page.get_by_role("slider", name="Layer").press("ArrowRight")
    settled_link(page, start | {"every": "1", "bias": "0", "layer": "10"})
    fresh = ready(open_page(f"{app_url}/cnn_cost?{urlencode(start | {'every': '1', 'bias': '0', 'layer': '10'})}"))
    same_shapes(page, fresh)


def test_bars_stay_while_the_frame_around_one_of_them_moves(app_url: str, open_page: OpenPage) -> None:
    page = ready(open_page(f"{app_url}/cnn_cost?net=lenet5&layer=1"))
    page.keyboard.press("0")  # all figures, one of which is folded
    bars = page.locator(".bars .point path")
    expect(bars).to_have_count(5 + (1 + 7) + 5)  # with weights, with outputs and the image, with operations
    page.get_by_role("slider", name="Layer").press("ArrowRight")
    settled_link(page, {"net": "lenet5", "layer": "2"})
    expect(bars).to_have_count(18)

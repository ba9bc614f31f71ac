"""Links to a page from elsewhere: scanned from the screen, pasted into another page."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import numpy as np
import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Page, expect

from pages.ui import share
from tests.browser.test_app import ready

OpenPage = Callable[..., Page]


def scanned(page: Page) -> str:
    """The text of the QR code on the screen, as a reader that is not ours sees it."""
    seen = Image.open(io.BytesIO(page.get_by_alt_text("QR code of the link").screenshot()))
    found = zxingcpp.read_barcode(np.asarray(seen.convert("L")))
    assert found is not None
    return found.text


def test_a_class_scans_the_code_and_the_talk_goes_on(app_url: str, open_page: OpenPage) -> None:
    page = ready(open_page(f"{app_url}/bias_variance?present=1&degree=5", theme="dark", width=1366, height=650))
    page.get_by_role("button", name="Share", exact=True).wait_for()
    page.keyboard.press("q")
    expect(page.get_by_role("dialog", name="Share")).to_be_visible()
    assert scanned(page) == page.get_by_test_id("stCode").inner_text().strip() == f"{app_url}/bias_variance?degree=5"
    box = page.get_by_alt_text("QR code of the link").bounding_box()
    assert box is not None
    assert box["height"] > 300
    assert box["y"] + box["height"] < 650
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Share")).to_be_hidden()
    assert "present=1" in page.url


def test_a_snippet_shows_one_plot_in_another_page(app_url: str, open_page: OpenPage) -> None:
    page = ready(open_page(f"{app_url}/bias_variance?degree=5&n_train=60"))
    page.get_by_role("button", name="Share", exact=True).click()
    page.get_by_test_id("stDialog").get_by_role("radio", name="2").click()
    code = page.get_by_test_id("stCode").last
    expect(code).to_contain_text("panel=2")
    snippet = code.inner_text()
    page.set_content(f"<h1>My course</h1>{snippet}")
    frame = page.frame_locator("iframe")
    expect(frame.locator(".lc-panel:visible")).to_have_count(1)
    expect(frame.get_by_role("slider", name="Degree")).to_have_attribute("aria-valuetext", re.compile("^5, "))
    expect(frame.get_by_role("heading")).to_have_count(0)


@pytest.mark.parametrize(("length", "fits"), [(2_953, True), (2_954, False)])  # ISO/IEC 18004: version 40-L, bytes
def test_a_link_that_is_too_long_has_no_code(length: int, fits: bool) -> None:
    assert bool(share.qr_code("a" * length)) == fits


@pytest.mark.parametrize(
    ("address", "local"),
    [
        ("http://localhost:8501/momentum", True),
        ("http://127.0.0.1:8501/momentum", True),
        ("http://[::1]:8501/momentum", True),
        ("http://192.168.0.4:8501/momentum", False),
        ("https://lectern.example.edu/momentum?lr=1", False),
    ],
)
def test_an_address_that_no_phone_reaches_is_noticed(address: str, local: bool) -> None:
    assert share._local(address) == local

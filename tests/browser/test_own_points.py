"""A visitor's own points in a real browser: set by clicks, and with sliders that stay live."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from core.kit.controls import Scale
from core.regression.points import POINTS
from tests.browser.test_app import ready
from tests.browser.test_live_sliders import are_live
from tests.browser.test_regularization import spot
from tests.states import LABS

OpenPage = Callable[..., Page]


@pytest.mark.parametrize(("theme", "width", "height"), [("light", 1366, 650), ("dark", 390, 844)])
def test_a_click_adds_a_point_and_another_removes_it(
    app_url: str, open_page: OpenPage, theme: str, width: int, height: int
) -> None:
    page = ready(open_page(f"{app_url}/bias_variance?open=set-your-own-points", theme, width, height))
    expect(page.get_by_text("The first click makes these the points of the page")).to_be_visible()
    panel = ready(page).locator("section.lc").last.locator(".lc-panel")
    panel.scroll_into_view_if_needed()
    page.mouse.click(*spot(panel, 15, 110))
    page.wait_for_function(r"() => /pasted=[^&]*1[45]\.\d+\+1[01]\d\.\d/.test(location.search)")
    expect(page.get_by_text("The first click makes")).to_have_count(0)
    ready(page)
    panel.scroll_into_view_if_needed()
    page.mouse.click(*spot(panel, 15, 110))
    page.wait_for_function("() => location.search.includes('truth=points') && !/pasted/.test(location.search)")


@pytest.mark.nightly
@pytest.mark.parametrize(("name", "slider"), [("regularization", "degree"), ("bias_variance", "max_degree")])
def test_sliders_are_live(app_url: str, open_page: OpenPage, name: str, slider: str) -> None:
    lab = next(lab for lab in LABS if lab.name == name)
    control = next(control for control in lab.controls if control.name == slider)
    assert isinstance(control, Scale)
    are_live(app_url, open_page, lab, {"truth": POINTS}, [control])

"""Exercises in the browser: unfolded by a link, judged, and worked out after two wrong answers."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.test_app import ready

OpenPage = Callable[..., Page]


def test_what_grows_above_an_exercise_does_not_push_it_away(app_url: str, open_page: OpenPage) -> None:
    page = ready(open_page(f"{app_url}/logistic?open=exam", width=1366, height=900))
    page.evaluate("document.querySelector('.st-key-page').style.minHeight = '1500px'")
    expect(page.get_by_label("Hours for a probability of 0.5")).to_be_in_viewport()


def test_a_link_leads_to_an_exercise_that_is_judged(app_url: str, open_page: OpenPage) -> None:
    page = ready(open_page(f"{app_url}/transfer?open=vgg19", width=1366, height=650))
    cell = page.get_by_label("Frozen parameters")
    expect(cell).to_be_in_viewport()
    expect(page.get_by_text("Freeze layers 0 to 9")).to_be_in_viewport()
    cell.fill("2,325,568")
    cell.press("Enter")
    expect(page.get_by_text("Not quite: The input is layer 0, so layer 10 is block3_conv4")).to_be_visible()
    cell.fill("18,294,026")
    cell.press("Enter")
    page.get_by_role("button", name="Worked steps").click()
    expect(page.get_by_text("590,080 = 1,735,488")).to_be_visible()
    cell.fill("1,735,488")
    cell.press("Enter")
    expect(page.get_by_text("1 of 3 correct")).to_be_visible()

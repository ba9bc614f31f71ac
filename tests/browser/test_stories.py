"""Stories in a browser: a guess stands in the picture, and a lecture of one's own goes from page to page."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.test_app import ready

OpenPage = Callable[..., Page]


def test_a_guess_is_seen_beside_the_truth(app_url: str, open_page: OpenPage) -> None:
    page = ready(open_page(f"{app_url}/bias_variance?story=start.5", width=1366, height=650))
    panels = page.locator(".lc-panel:visible")
    expect(panels).to_have_count(1)
    expect(page.locator(".lc-readout:visible")).to_have_count(0)
    page.get_by_test_id("stButtonGroup").get_by_role("radio", name="15", exact=True).click()
    names = page.locator(".lc-labels")
    expect(names.get_by_text("your guess 15")).to_be_visible()
    expect(names.get_by_text("correct 8")).to_be_visible()
    expect(panels).to_have_count(3)
    # plotly.js can end a move in the frame of before; here by hand
    whole = page.evaluate("() => document.querySelector('.plotclip rect').getAttribute('height')")
    page.evaluate("() => document.querySelector('.plotclip rect').setAttribute('height', 50)")
    page.evaluate("() => document.querySelector('.lc-plot').emit('plotly_afterplot')")
    expect(page.locator(".plotclip rect").first).to_have_attribute("height", whole)


def test_a_lecture_of_ones_own_is_collected_and_played_over_pages(app_url: str, open_page: OpenPage) -> None:
    page = ready(open_page(f"{app_url}/momentum?lr=2.1&momentum=0", width=1366, height=650))
    for lab, words in (("momentum", "It diverges."), ("logistic", "How sure is it?")):
        if lab not in page.url:
            page.keyboard.press("Escape")
            page.get_by_role("link", name="Lectern").first.click()
            page.get_by_role("link", name="How sure should a model be?").click()
            expect(page.get_by_role("heading", name="How sure should a model be?")).to_be_visible()
        page.get_by_role("button", name="Add to your lecture").click()
        page.get_by_label("What to look at").fill(words)
        page.get_by_role("button", name="Add this step").click()
        expect(page.get_by_role("dialog").get_by_text(words)).to_be_visible()
    address = page.get_by_role("dialog").get_by_test_id("stCode").inner_text().strip()
    assert address.startswith(f"{app_url}/momentum?own=")
    page = ready(open_page(address, width=390, height=844))  # a student's phone
    expect(page.get_by_text("It diverges.")).to_be_visible()
    expect(page).to_have_url(re.compile("lr=2.1"))
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_text("How sure is it?")).to_be_visible()
    expect(page).to_have_url(re.compile("/logistic.*own="))


def test_a_key_goes_one_step_where_the_next_is_on_another_page(app_url: str, open_page: OpenPage) -> None:
    page = ready(open_page(f"{app_url}/bias_variance?story=gen.7", width=1366, height=650))
    told = page.locator(".st-key-told")
    page.get_by_role("button", name="Present").click()
    expect(page.get_by_role("button", name="Exit")).to_be_visible()
    assert page.evaluate("document.activeElement.tagName") == "BODY"  # a focused button would show its tooltip
    page.keyboard.press("PageDown")  # passes over the question
    expect(told.get_by_text("What does more data buy?")).to_be_visible()
    page.keyboard.press("PageDown")
    expect(told.get_by_text("8/12")).to_be_visible()
    page.keyboard.press("PageDown")
    expect(told.get_by_text("9/12")).to_be_visible()
    expect(page).to_have_url(re.compile("/regularization.*present=1"))


def test_next_lights_up_once_what_a_step_asks_for_is_done(app_url: str, open_page: OpenPage) -> None:
    page = ready(open_page(f"{app_url}/inception?story=start.4", width=1366, height=650))
    following = page.locator(".st-key-told").get_by_role("button", name="Next")
    expect(following).to_have_attribute("data-testid", "stBaseButton-tertiary")
    slider = page.get_by_role("slider", name="Reduction width r")
    for _ in range(2):
        slider.press("ArrowLeft")
    expect(following).to_have_attribute("data-testid", "stBaseButton-primary")
    expect(page.locator(".st-key-told").get_by_text("check_circle")).to_be_visible()

"""The glossary in a browser."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from core.kit.glossary import TERMS
from tests.browser.test_app import ready
from tests.browser.test_axe import idle, in_both_themes

OpenPage = Callable[..., Page]


def test_a_term_in_a_section_opens_its_place_in_the_glossary(app_url: str, open_page: OpenPage) -> None:
    page = ready(open_page(f"{app_url}/model_selection?open=formulas-with-the-current-values"))
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="leverage", exact=True).click()
    glossary = opened.value
    term = glossary.locator("#term-leverage")
    expect(term).to_be_focused()
    expect(term).to_be_in_viewport()
    expect(glossary.locator("dt[id]")).to_have_count(len(TERMS))  # no name was lost where HTML is made safe
    in_both_themes(glossary, idle)


def test_a_readout_opens_its_terms(app_url: str, open_page: OpenPage) -> None:
    page = ready(open_page(f"{app_url}/bias_variance"))
    page.locator(".lc-readouts").get_by_role("button", name="variance").click()
    with page.context.expect_page() as opened:
        page.locator(".lc-meaning:popover-open").get_by_role("link", name="variance", exact=True).click()
    expect(opened.value.locator("#term-variance")).to_be_focused()


def test_it_can_be_visited_twice(app_url: str, open_page: OpenPage) -> None:
    """An error that a script of the page throws at the second visit fails the test."""
    page = ready(open_page(f"{app_url}/momentum"))
    for _ in range(2):
        page.get_by_role("link", name="Glossary").first.click()
        expect(page.locator("#term-leverage")).to_be_visible()
        page.go_back()
        expect(page).to_have_url(f"{app_url}/momentum")
        ready(page)

"""axe-core finds nothing on any page, in either theme and in any state; and what axe-core cannot see."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from core.kit.lab import Lab
from tests.browser.test_app import ready
from tests.states import LABS

OpenPage = Callable[..., Page]
AT_A_PUSH = ("bias_variance",)  # the others at night
each_lab = pytest.mark.parametrize("lab", LABS, ids=lambda lab: lab.name)
some_labs = pytest.mark.parametrize(
    "lab", [pytest.param(lab, id=lab.name, marks=[pytest.mark.nightly] * (lab.name not in AT_A_PUSH)) for lab in LABS]
)
THEMES = ("light", "dark")
# Not our faults, by rule. Streamlit puts the items of its menu in a narrow window into a `div` of their list; Markdown
# writes a grid of numbers only with a head, whose cells are then all empty.
APART = {
    "list": "[data-testid=stSidebarNavItems]",
    "listitem": "[data-testid=stSidebarNavItems] li",
    "empty-table-header": "[data-testid=stMarkdownContainer] thead tr:not(:has(th:not(:empty))) > th",
}


def violations(page: Page, *rules: str) -> list[str]:
    """Return the violations that axe-core finds: rule, element, and reason; further rules can be switched on."""
    options = {"resultTypes": ["violations"], "rules": {name: {"enabled": True} for name in rules}}
    found = Axe().run(page, options=options).response["violations"]
    return [
        f"{rule['id']}: {node['html'][:200]} {node['failureSummary']}"
        for rule in found
        for node in rule["nodes"]
        if not page.locator(node["target"][-1]).evaluate(
            "(node, own) => Boolean(own) && node.matches(own)", APART.get(rule["id"], "")
        )
    ]


def in_both_themes(page: Page, rest: Callable[[Page], object]) -> None:
    """Look in the light and in the dark theme; `rest` waits until the page stands still."""
    for theme in THEMES:
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        page.wait_for_function(f"() => getComputedStyle(document.querySelector('.stApp')).colorScheme === '{theme}'")
        rest(page)
        assert violations(page) == [], theme


def idle(page: Page) -> None:
    """Wait until the script has ended, and whatever it sent is drawn."""
    page.evaluate("() => { window.restingFrames = 0; }")
    page.wait_for_function("""() => {
        const { testScriptState } = document.querySelector('[data-testid="stApp"]').dataset;
        window.restingFrames = testScriptState === 'notRunning' ? window.restingFrames + 1 : 0;
        return window.restingFrames > 20;
    }""")


@pytest.mark.parametrize("address", ["/", "/practice", pytest.param("/?present=1", marks=pytest.mark.nightly)])
def test_pages_that_are_not_labs(app_url: str, open_page: OpenPage, address: str) -> None:
    page = open_page(app_url + address)
    page.get_by_test_id("stMain").get_by_role("link").or_(page.get_by_role("heading", level=2)).first.wait_for()
    in_both_themes(page, idle)


@some_labs
def test_a_lab(app_url: str, open_page: OpenPage, lab: Lab) -> None:
    """Its main slider is at most five tabs away and says the headline; no image is without words or holds a control."""
    page = ready(open_page(f"{app_url}/{lab.name}"))
    in_both_themes(page, ready)
    page.evaluate("document.querySelector('[data-testid=stMain]').setAttribute('tabindex', '-1')")
    page.get_by_test_id("stMain").focus()
    focused = []
    for _ in range(5):
        page.keyboard.press("Tab")
        focused.append(page.evaluate("document.activeElement.getAttribute('aria-valuetext')"))
    said = next(filter(None, focused), "")
    assert re.fullmatch(r".+, .*\d.*", said), focused
    images: list[list[Any]] = page.locator("img, [role=img]").evaluate_all("""all => all.map((image) => [
        image.getAttribute('alt') ?? image.getAttribute('aria-label') ?? image.ariaHidden,
        image.querySelectorAll('button, a, input, [tabindex]').length,
    ])""")
    assert images and all(words is not None and inside == 0 for words, inside in images), images


@pytest.mark.nightly
@each_lab
def test_a_lab_in_every_state(app_url: str, open_page: OpenPage, lab: Lab) -> None:
    """With everything unfolded, for a presenter, with a question first, and in the first steps of its stories."""
    page = ready(open_page(f"{app_url}/{lab.name}"))
    for fold in page.locator('[data-testid="stExpander"] > details:not([open]) > summary:visible').all()[::-1]:
        fold.click()
        ready(page)
    in_both_themes(page, ready)
    for query in ("present=1", "predict=1", *(f"story={s.name}.{at}" for s in lab.stories for at in (1, 2))):
        page.goto(f"{app_url}/{lab.name}?{query}")
        page.locator(".st-key-bar h1").wait_for()
        idle(page)
        in_both_themes(page, idle)


@some_labs
def test_targets_of_a_finger_are_large_enough(app_url: str, open_page: OpenPage, lab: Lab) -> None:
    """24 px, or that much room around them: rule 2.5.8 of WCAG 2.2."""
    page = ready(open_page(f"{app_url}/{lab.name}", width=390, height=844, has_touch=True, is_mobile=True))
    assert violations(page, "target-size") == []

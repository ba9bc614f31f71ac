"""One story of the model-selection lab in a real browser: the homework's leave-one-out under other seeds."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from core.kit.links import to_link
from core.labs.model_selection.lab import LAB
from tests.browser.test_app import choose, ready, settled_link

OpenPage = Callable[..., Page]
HOMEWORK = to_link(LAB.all_controls, LAB.preset_values(LAB.presets[0]))


def test_another_splitter_changes_nothing_and_new_data_everything(app_url: str, open_page: OpenPage) -> None:
    page = ready(open_page(f"{app_url}/model_selection"))
    page.get_by_role("radio", name="Leave-one-out, degrees 1 to 4").click()
    settled_link(page, HOMEWORK)
    words = page.locator(".lc-words")
    expect(words).to_contain_text("1.0565")

    # one click on another splitter: the four values stay
    page.get_by_text("More settings").click()
    splitter = page.get_by_test_id("stNumberInput").filter(has_text="Split seed")
    splitter.get_by_test_id("stNumberInputStepUp").click()
    settled_link(page, HOMEWORK | {"split_seed": "1"})
    ready(page)
    for degree, rmse in ((2, "1.0565"), (3, "1.0781"), (4, "1.0710")):
        if degree > 2:
            page.get_by_role("slider", name="Degree", exact=True).press("ArrowRight")
        expect(words).to_contain_text(rmse)
    settled_link(page, HOMEWORK | {"split_seed": "1", "degree": "4"})

    # one click on new data: they do not
    page.get_by_role("button", name="New draw").click()
    settled_link(page, HOMEWORK | {"split_seed": "1", "degree": "4", "seed": "1"})
    expect(words).not_to_contain_text("1.0710")

    # who is held out: one row a point
    choose(page, "Show", "Held-out points")
    expect(page.get_by_text("without point 1")).to_be_visible()

    # both histories side by side
    page.get_by_text("New split seed or new data: what changes?").click()
    expect(page.get_by_text("new split seeds, same data")).to_be_visible()
    expect(page.get_by_text("Data seed 1: leave-one-out picks")).to_be_visible()
    page.get_by_role("slider", name="New seeds").press("ArrowRight")
    expect(page.get_by_text("Data seed 2: leave-one-out picks")).to_be_visible()

"""One story of the Inception page in a real browser: the reduction dragged in its diagram, an answer, a stack."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.test_app import ready, script_runs, settled_link

OpenPage = Callable[..., Page]
HOMEWORK = "w1=128&r3=128&w3=192&w5=96"


def test_the_reduction_is_dragged_in_the_diagram(app_url: str, open_page: OpenPage) -> None:
    page = open_page("about:blank")
    runs = script_runs(page)
    page.goto(f"{app_url}/inception?{HOMEWORK}")
    ready(page)
    words = page.locator(".lc-words")
    expect(words).to_contain_text("397,410,304")
    panel = page.locator(".lc-panel").first
    box = panel.locator(".lc-handle.lc-dot").bounding_box()
    bars = page.locator(".lc-panel").nth(1).locator(".bars .point")
    count, sent = bars.count(), runs[0]
    assert box is not None
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(*middle)
    page.mouse.down()
    page.mouse.move(middle[0] + 200, middle[1], steps=8)
    expect(words).to_contain_text("r = 256 adds 10.7")  # beyond the break-even, as far as the diagram goes
    page.mouse.move(middle[0] - 60, middle[1], steps=8)
    expect(words).to_contain_text("Without a 1 × 1 the 5 × 5 sees all 256 channels")
    expect(panel).not_to_contain_text("32×32×32")
    assert bars.count() == count  # those of the naive module too
    assert runs[0] == sent
    page.mouse.up()
    settled_link(page, dict(part.split("=") for part in f"{HOMEWORK}&reduce=0".split("&")))


def test_a_stack_is_mended(app_url: str, open_page: OpenPage) -> None:
    page = ready(open_page(f"{app_url}/inception?view=designs&stack=1x1%2F2%2C3x3%2F2%2C1x1"))
    words = page.locator(".lc-words")
    expect(words).to_contain_text("it lacks 4 rows and 4 columns")
    page.get_by_text("More settings").click()
    stack = page.get_by_role("textbox", name="Your stack")
    stack.fill("3x3, 3x3, 2x2")
    stack.press("Control+Enter")
    expect(words).to_contain_text("it lacks 1 row and 1 column. An even kernel (2x2)")
    stack.fill("3 by 3")
    stack.press("Control+Enter")
    expect(page.get_by_text("“Your stack” must be kernels such as 3x3")).to_be_visible()
    expect(words).to_contain_text("it lacks 1 row")  # the last stack that can be read
    stack.fill("3x3, 3x3, 3x3")
    stack.press("Control+Enter")
    expect(words).to_contain_text("Your stack sees 7 × 7 and weighs 27")
    settled_link(page, {"view": "designs", "stack": "3x3, 3x3, 3x3"})


def test_wide_tables_scroll_by_themselves_on_a_phone(app_url: str, open_page: OpenPage) -> None:
    page = ready(open_page(f"{app_url}/inception", width=390, height=844))
    for section in ("Formulas with the current values", "GoogLeNet, module by module"):
        page.get_by_text(section).click()
    expect(page.locator("table:visible")).to_have_count(2)
    wide = (
        "() => { const main = document.querySelector('[data-testid=stMain]'); return main.scrollWidth - innerWidth; }"
    )
    assert page.evaluate(wide) <= 0
    assert page.locator("table:visible").last.evaluate("table => table.scrollWidth > table.clientWidth")

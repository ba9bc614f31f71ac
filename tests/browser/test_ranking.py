"""One story of the ranking lab in a real browser: one threshold through all figures, answers by pointing, a file."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.test_app import ready, script_runs, settled_link

OpenPage = Callable[..., Page]
GAUSS = "source=gauss&n_cases=100"


PLACES = """() => [...document.querySelectorAll('.lc-handle')].map(h => {
    const box = h.getBoundingClientRect();
    return h.hidden ? null : [box.x, box.y];
})"""
MOVED = f"before => ({PLACES})().every((place, i) => !before[i] || String(place) !== String(before[i]))"


def with_all_figures(page: Page) -> Page:
    """Show all six figures at once, three of which are a key away."""
    ready(page).keyboard.press("0")
    expect(page.locator(".lc-panel:visible")).to_have_count(6)
    return ready(page)


def test_a_point_dragged_in_one_space_moves_through_all(app_url: str, open_page: OpenPage) -> None:
    page = open_page("about:blank")
    runs = script_runs(page)
    page.goto(f"{app_url}/ranking_curves?{GAUSS}")
    with_all_figures(page)
    roc = page.locator(".lc-panel").filter(has_text="false positive rate").first
    dot = roc.locator(".lc-handle.lc-dot").first
    box = dot.bounding_box()
    plot = roc.locator(".nsewdrag").first.bounding_box()
    assert box is not None and plot is not None
    before, sent = page.evaluate(PLACES), runs[0]
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(plot["x"] + plot["width"] * 0.8, plot["y"] + plot["height"] * 0.05, steps=8)
    # Two dots in each of the three spaces, the line in the histogram, and the ends of the lines of cost.
    assert sum(place is not None for place in before) >= 9
    page.wait_for_function(MOVED, arg=before)
    assert runs[0] == sent
    page.mouse.up()
    page.wait_for_function("() => new URLSearchParams(location.search).get('threshold') > 0.7")


def test_the_pointer_echoes_in_all_figures_and_a_click_goes_there(app_url: str, open_page: OpenPage) -> None:
    page = with_all_figures(open_page(f"{app_url}/ranking_curves?{GAUSS}"))
    plot = page.locator(".lc-panel").filter(has_text="recall gain").locator(".nsewdrag").first.bounding_box()
    assert plot is not None
    spot = plot["x"] + plot["width"] * 0.5, plot["y"] + plot["height"] * 0.4
    page.mouse.move(*spot)
    page.wait_for_function("() => [...document.querySelectorAll('.lc-echo')].filter(e => !e.hidden).length >= 7")
    page.mouse.click(*spot)
    page.wait_for_function("() => location.search.includes('threshold=')")
    page.mouse.move(5, 5)
    page.wait_for_function("() => [...document.querySelectorAll('.lc-echo')].every(e => e.hidden)")


def test_at_recall_0_a_sentence_stands_in_the_place_of_the_point(app_url: str, open_page: OpenPage) -> None:
    page = with_all_figures(open_page(f"{app_url}/ranking_curves?{GAUSS}&threshold=0"))
    absent = page.locator(".lc-absent:visible")
    expect(absent).to_have_count(2)  # in PR and in PRG; ROC has its corner
    assert "precision undefined" in absent.first.inner_text()
    assert "recall 0" in absent.last.inner_text()


def test_where_is_everyone_is_answered_by_pointing(app_url: str, open_page: OpenPage) -> None:
    page = open_page(f"{app_url}/ranking_curves?{GAUSS}&predict=1")
    page.get_by_role("button", name="Check").click(timeout=60_000)
    expect(page.get_by_text("Click it")).to_be_visible()
    expect(page.get_by_role("button", name="Check")).to_be_disabled()
    page.wait_for_selector(".lc-ask .nsewdrag")
    plot = page.locator(".lc-ask .nsewdrag").bounding_box()
    assert plot is not None
    # the axes go from -0.1 to 1.1
    page.mouse.click(plot["x"] + plot["width"] * 1.1 / 1.2, plot["y"] + plot["height"] * 1.1 / 1.2)
    expect(page.get_by_role("button", name="Check")).to_be_disabled()
    page.get_by_text("a fraction equal to the prevalence").click()
    expect(page.get_by_role("button", name="Check")).to_be_enabled()
    page.get_by_role("button", name="Check").click()
    ready(page)
    expect(page.get_by_text("Recall is 1, so recall gain is 1")).to_be_visible()


def test_a_file_is_read_or_refused_by_a_sentence(app_url: str, open_page: OpenPage) -> None:
    page = open_page(f"{app_url}/ranking_curves?source=upload")
    expect(page.get_by_text("Choose a CSV file with labels and scores.")).to_be_visible(timeout=60_000)
    rows = "".join(f"{'yes' if k % 3 else 'no'};{k / 40:.3f}\n".replace(".", ",") for k in range(40))
    good = {"name": "own.csv", "mimeType": "text/csv", "buffer": f"label;score\n{rows}".encode("utf-16")}
    page.locator("input[type=file]").set_input_files(good)
    ready(page)
    expect(page.get_by_text("Choose a CSV file with labels and scores.")).to_have_count(0)
    expect(page.locator(".lc-words")).to_contain_text("AUROC")
    # the curve of these 40 cases has no place 0.65, which is the default: it stands at the nearest one
    settled_link(page, {"source": "upload", "threshold": "0.648"})
    picture = page.locator(".lc-words").inner_text()
    page.get_by_role("button", name="Remove own.csv").click()
    expect(page.get_by_text("Choose a CSV file with labels and scores.")).to_be_visible()
    bad = {"name": "bad.csv", "mimeType": "text/csv", "buffer": b"label,score\nyes,1\nno,two\n"}
    page.locator("input[type=file]").set_input_files(bad)
    expect(page.get_by_text("line 3")).to_be_visible()
    assert page.locator(".lc-words").inner_text() == picture

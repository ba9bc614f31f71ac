"""The app in a real browser: cold deep links, the drag, and one full story of a page."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.sync_api import Page, expect
from streamlit.proto.BackMsg_pb2 import BackMsg

from core.draw.live import Axis
from core.kit.lab import Lab
from core.kit.links import to_link
from tests.states import LABS

OpenPage = Callable[..., Page]
# What takes long for a lab is tried with some of them at each push, and with all of them at night.
every_fourth_lab = pytest.mark.parametrize(
    "lab", [pytest.param(lab, id=lab.name, marks=[pytest.mark.nightly] * bool(k % 4)) for k, lab in enumerate(LABS)]
)
PICTURE = ".lc-plot .main-svg .trace"


def ready(page: Page) -> Page:
    """Wait until the script is idle, every figure of the page is drawn, and nothing has moved for some frames."""
    page.wait_for_function(
        """() => {
            const app = document.querySelector('[data-testid="stApp"]');
            const plots = [...document.querySelectorAll('.lc-plot')];
            const drawn = app?.dataset.testScriptState === 'notRunning' && plots.length
              && plots.every(plot => plot.querySelector('.main-svg .trace'));
            const places = plots.map(plot => JSON.stringify(plot.getBoundingClientRect())).join();
            const seen = (window.seenByTest ??= {});
            seen.frames = drawn && places === seen.places ? seen.frames + 1 : 0;
            seen.places = places;
            return seen.frames > 5;
        }""",
        timeout=60_000,
    )
    return page


def choose(page: Page, label: str, option: str) -> None:
    """Take an option of a select box."""
    page.get_by_role("combobox", name=re.compile(rf"\b{re.escape(label)}$")).click()
    page.get_by_role("option", name=option, exact=True).click()


def settled_link(page: Page, expected: dict[str, str]) -> None:
    """Wait until the address holds just these settings."""
    page.wait_for_function(
        "query => [...new URLSearchParams(location.search)].sort().join() === query",
        arg=",".join(f"{key},{value}" for key, value in sorted(expected.items())),
    )


def script_runs(page: Page) -> list[int]:
    """Count the messages that ask the server for a new run, from now on; looks that a page takes by itself are none."""
    runs = [0]

    def count(message: bytes | str) -> None:
        alone = isinstance(message, bytes) and BackMsg.FromString(message).rerun_script.is_auto_rerun
        runs[0] += not alone

    page.on("websocket", lambda socket: "/_stcore/" in socket.url and socket.on("framesent", count))
    return runs


@every_fourth_lab
def test_a_deep_link_into_a_cold_process_shows_the_page_in_the_app(
    serve: Callable[..., str], open_page: OpenPage, lab: Lab
) -> None:
    """In both themes; by turns the one or the other is the first that the process shows."""
    values = lab.preset_values(lab.presets[-1])
    link = to_link(lab.all_controls, values)
    axis = _axis(lab, values)
    url = serve("app.py")
    for theme in ("light", "dark")[:: 1 if LABS.index(lab) % 2 else -1]:
        page = ready(open_page(f"{url}/{lab.name}?{urlencode(link)}", theme=theme))
        expect(page.get_by_role("heading", name=lab.question)).to_be_visible()
        expect(page.get_by_role("link", name="Lectern")).to_be_visible()
        assert {k: v[0] for k, v in parse_qs(urlsplit(page.url).query).items()} == link
        slider = page.get_by_role("slider", name=_label(lab))
        expect(slider).to_have_attribute("aria-valuetext", spoken(axis.texts[axis.nearest(values[lab.main])]))
        assert page.get_by_test_id("stException").count() == 0


def spoken(text: str) -> re.Pattern[str]:
    """Return what a slider says at a value: the value, and the number that the page is about."""
    return re.compile(rf"^{re.escape(text)}(, .+)?$")


def _label(lab: Lab) -> str:
    return next(control.label for control in lab.controls if control.name == lab.main)


def _axis(lab: Lab, values: dict[str, Any]) -> Axis:
    """The axis of the main control in a state of the page."""
    axis: Axis = lab.draw(lab.result(values), values).axis.axes[0]
    return axis


@every_fourth_lab
def test_dragging_moves_the_picture_and_asks_the_server_once_at_the_end(
    app_url: str, open_page: OpenPage, lab: Lab
) -> None:
    page = open_page("about:blank")
    runs = script_runs(page)
    page.goto(f"{app_url}/{lab.name}")
    ready(page)
    slider = page.get_by_role("slider", name=_label(lab))
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    axis = _axis(lab, lab.fresh)
    first, last = box["x"] + 8, box["x"] + box["width"] - 8
    if axis.values[-1] == lab.fresh[lab.main]:  # where it stands already there would be nothing to ask
        first, last = last, first
    page.mouse.move(first, middle)
    page.mouse.down()
    pictures = {_picture(page)}
    before = runs[0]
    for step in range(1, 13):
        page.mouse.move(first + (last - first) * step / 12, middle)
        page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        pictures.add(_picture(page))
    assert len(pictures) >= min(11, len(axis.values))
    assert runs[0] == before
    page.mouse.up()
    said = slider.get_attribute("aria-valuetext") or ""
    text = max((text for text in axis.texts if spoken(text).match(said)), key=len)  # one may begin with another
    value = axis.values[axis.texts.index(text)]
    control = next(control for control in lab.controls if control.name == lab.main)
    settled_link(page, lab.link(lab.fresh | {lab.main: control.parse(f"{value:.6g}")}))
    assert runs[0] == before + 1


def _picture(page: Page) -> str:
    """Everything that the drag may move: the curves, the words, the marker."""
    return str(
        page.evaluate(
            "() => [...document.querySelectorAll('.lc-plot .trace path')].map(p => p.getAttribute('d')).join()"
            " + document.querySelector('.lc-words').innerText"
        )
    )


def test_a_double_click_takes_a_preset(app_url: str, open_page: OpenPage) -> None:
    page = ready(open_page(f"{app_url}/bias_variance"))
    pill = page.get_by_role("radio", name="One test set says 7, best is 8")
    pill.dblclick()
    settled_link(page, HOMEWORK | {"degree": "7"})
    expect(pill).to_be_checked()


HOMEWORK = {"generator": "legacy", "n_test": "10", "seed": "0"}


def test_the_story_of_the_bias_variance_lab(app_url: str, open_page: OpenPage, tmp_path: Path) -> None:
    page = ready(open_page(f"{app_url}/"))
    page.get_by_role("link", name="How flexible should a model be?").click()
    page.get_by_role("radio", name="One test set says 7, best is 8").click()
    ready(page)
    settled_link(page, HOMEWORK | {"degree": "7"})
    words = page.locator(".lc-words")
    expect(words).to_contain_text("0.684")  # exact expected error at degree 7 on the homework's split

    # the marker on the plot itself
    marker = page.locator(".lc-handle:visible").first
    box = marker.bounding_box()
    plot = page.locator(".lc-panel", has=marker).locator(".nsewdrag").first.bounding_box()
    assert box is not None and plot is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2 + plot["width"] / 15, box["y"] + box["height"] / 2, steps=4)
    page.mouse.up()
    settled_link(page, HOMEWORK | {"degree": "8"})
    expect(words).to_contain_text("0.595")
    expect(words).to_contain_text("Degree 8 has the smallest expected error")

    # another page and back: the state is still there
    page.get_by_role("link", name="Lectern").click()
    expect(page.get_by_role("heading", name="Lectern")).to_be_visible()
    page.go_back()
    ready(page)
    settled_link(page, HOMEWORK | {"degree": "8"})

    # the Back button undoes the last change
    page.go_back()
    settled_link(page, HOMEWORK | {"degree": "7"})
    expect(page.get_by_role("slider", name="Degree")).to_have_attribute("aria-valuetext", spoken("7"))

    # the folded parts
    page.get_by_text("Why bias², variance, and noise add up").click()
    expect(page.get_by_text("Square it.")).to_be_visible()
    page.get_by_text("Download", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Interactive figure (HTML)").click()
    saved = tmp_path / download.value.suggested_filename
    download.value.save_as(saved)
    alone = open_page(saved.as_uri())
    alone.wait_for_selector(PICTURE)
    before = _picture(alone)
    alone.get_by_role("slider", name="Degree").press("ArrowRight")
    alone.wait_for_function("() => document.querySelector('.lc-range').getAttribute('aria-valuetext').startsWith('8,')")
    assert _picture(alone) != before

    # reset
    page.get_by_role("button", name="Reset", exact=True).click()
    settled_link(page, {})


@pytest.mark.parametrize("view", ["many", *(pytest.param(v, marks=pytest.mark.nightly) for v in ("one", "choose"))])
def test_a_tick_draws_what_a_fresh_page_draws(app_url: str, open_page: OpenPage, view: str) -> None:
    page = ready(open_page(f"{app_url}/bias_variance?view={view}"))
    old = _shapes(page)
    slider = page.get_by_role("slider", name="Training points")
    slider.press("ArrowRight")
    page.wait_for_function("() => location.search.includes('n_train=41')")
    page.wait_for_function(f"old => ({SHAPES})() !== old", arg=old)
    fresh = ready(open_page(f"{app_url}/bias_variance?view={view}&n_train=41"))
    same_shapes(page, fresh)
    page.get_by_role("slider", name="Degree", exact=True).press("ArrowRight")
    fresh.get_by_role("slider", name="Degree", exact=True).press("ArrowRight")
    page.wait_for_function("() => location.search.includes('degree=4')")
    fresh.wait_for_function("() => location.search.includes('degree=4')")
    same_shapes(page, fresh)


def same_shapes(one: Page, other: Page) -> None:
    """Wait, for some hundred frames at most, until two pages have drawn the same."""
    for _ in range(300):
        if _shapes(one) == _shapes(other):
            return
        one.evaluate("() => new Promise(done => requestAnimationFrame(done))")
    assert _shapes(one) == _shapes(other)


def test_keys_faster_than_the_server_lose_nothing(app_url: str, open_page: OpenPage) -> None:
    """Reruns then come with a link that is older than the widgets; it must not win."""
    page = ready(open_page(f"{app_url}/bias_variance"))
    slider = page.get_by_role("slider", name="Training points")
    slider.focus()
    for _ in range(15):
        page.keyboard.press("ArrowRight")
    link = {"n_train": "55", "test_at": "inside"}  # as a fresh visit stands, but for the points
    settled_link(page, link)
    ready(page)
    settled_link(page, link)
    expect(slider).to_have_value("55")


# Every line, area, bar, marker, error bar, tick and text of all figures.
SHAPES = """() => [...document.querySelectorAll('.lc-plot .plot path, .lc-plot .errorbars path, .lc-plot .xtick, '
    + '.lc-plot .ytick, .lc-plot .textpoint, .lc-plot .bartext')]
    .filter(e => !e.matches('.textpoint') || e.textContent)
    .map(e => [e.getAttribute('d'), e.getAttribute('transform'), e.textContent].join()).join(';')"""


def _shapes(page: Page) -> str:
    return str(page.evaluate(SHAPES))


def test_predict_first_and_presenter_mode(app_url: str, open_page: OpenPage) -> None:
    page = open_page(f"{app_url}/bias_variance?predict=1")
    page.get_by_role("button", name="Check").wait_for(timeout=60_000)
    assert page.locator(".lc-plot").count() == 0
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_text("Your answer: 5. Correct answer: 8.")).to_be_visible()
    expect(page.get_by_text("Why is degree 15 worse")).to_be_visible()
    page.get_by_role("button", name="Check").click()
    ready(page)
    expect(page.locator(".lc-labels").get_by_text("your guess 5")).to_be_visible()

    page.get_by_role("button", name="Present").click()
    page.wait_for_function("() => location.search.includes('present=1')")
    ready(page)
    expect(page.get_by_role("combobox", name="True function")).not_to_be_in_viewport()
    page.locator("body").press("ArrowRight")
    page.wait_for_function("() => location.search.includes('degree=4')")
    sizes = page.evaluate(
        "() => [...document.querySelectorAll('.lc-plot text, .lc-words *')].filter(e => e.textContent.trim() "
        "&& !e.children.length).map(e => parseFloat(getComputedStyle(e).fontSize))"
    )
    assert min(sizes) >= 12  # at 1280 px; 18 at 1920


def test_nothing_in_presenter_mode_is_smaller_than_18_px_on_a_projector(app_url: str, open_page: OpenPage) -> None:
    page = ready(open_page(f"{app_url}/bias_variance?present=1", width=1920, height=1080))
    sizes = page.evaluate(
        "() => [...document.querySelectorAll('.lc-plot text, .lc-words *, .lc-controls *')]"
        ".filter(e => e.textContent.trim() && !e.children.length).map(e => parseFloat(getComputedStyle(e).fontSize))"
    )
    assert min(sizes) >= 18
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight") <= 1080 + 1


def test_an_impossible_setting_keeps_the_last_picture(app_url: str, open_page: OpenPage) -> None:
    page = ready(open_page(f"{app_url}/bias_variance?low=5&high=10"))
    page.get_by_text("More settings").click()
    slider = page.get_by_role("slider", name="Largest x")
    slider.focus()
    slider.press("Home")
    expect(page.get_by_text("must be less than")).to_be_visible()
    expect(page.locator(PICTURE).first).to_be_visible()
    assert "low=5" in page.url
    assert "high=-19.5" in page.url


def test_no_request_leaves_for_another_host(app_url: str, open_page: OpenPage) -> None:
    page = open_page("about:blank")
    hosts: set[str] = set()
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    for address in ("/", "/bias_variance"):
        page.goto(app_url + address)
        page.wait_for_load_state("networkidle")
    assert hosts <= {urlsplit(app_url).netloc, ""}


def test_a_step_by_a_key_is_no_entry_of_the_history(app_url: str, open_page: OpenPage) -> None:
    page = ready(open_page(f"{app_url}/bias_variance?n_train=30"))
    before = page.evaluate("history.length")
    slider = page.get_by_role("slider", name="Training points")
    for step in (1, 2, 3):
        slider.press("ArrowRight")
        page.wait_for_function("query => location.search.includes(query)", arg=f"n_train={30 + step}")
    assert page.evaluate("history.length") == before
    page.locator(".st-key-bias_variance-reset button").first.click()
    page.wait_for_function("() => !location.search.includes('n_train=33')")
    assert page.evaluate("history.length") > before
    page.go_back()
    page.wait_for_function("() => location.search.includes('n_train=33')")


HOSTILE = (
    "__import__('os')",
    "*a* _b_ `c` ~~d~~ $x^2$",
    ":material/home: :red[e] :smile:",
    "<b>f</b> &amp; a -> b -- c <- d",
    "[g](https://h.example)",
    "https://h.example www.h.example",
    "i@h.example ![j](k.png) | l",
)


def test_what_comes_with_a_link_is_shown_as_it_is(app_url: str, open_page: OpenPage) -> None:
    """No formula, link, icon or color comes of it."""
    for some in (HOSTILE[:4], HOSTILE[4:]):
        page = ready(open_page(f"{app_url}/bias_variance?{urlencode(dict.fromkeys(some, 1))}"))
        note = page.get_by_test_id("stAlert").locator("p")
        keys = f"{', '.join(map(repr, some[:-1]))} and {some[-1]!r}"
        words = f"Ignored {keys} in the link: this page has no such settings."
        expect(note).to_have_count(1)
        assert note.inner_text().replace("\N{WORD JOINER}", "") == words
        assert note.locator("*").count() == 0

"""The actions of a walk: each does one thing that a visitor may do, checks what is particular to it, and names it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.parse import urlencode, urlsplit

from playwright.sync_api import Error, Locator

from tests.explore import link_of, pick, state_of
from tests.roam.holds import differ, look, settings, still
from tests.roam.walk import SIZES, Broken, Walk
from tests.states import HOSTILE, LABS

KEYS = (
    *("ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "PageUp", "PageDown", "Home", "End", "Tab", "Shift+Tab"),
    *("Escape", "Enter", "Space", *"0123?pPvlnmqs"),
)
TEXTS = (
    *(text for text in HOSTILE if len(text) < 100 and "\ud800" not in text and "\x00" not in text),
    "3",
    "0.5",
    "x",
)
EXTRAS: tuple[dict[str, str], ...] = (
    {},
    {},
    {},
    {"present": "1"},
    {"embed": "true", "bare": "1"},
    {"bare": "1", "panel": "2"},
)
CLICKED = "button:not([disabled]), [role=tab], [role=option], summary, label, a[href]"
DRAGGED = ".lc-handle, .lc-range, [data-testid=stSlider] [role=slider], [data-testid=stSlider] input[type=range]"
TYPED = "input[type=text], input[type=number], input:not([type]), textarea"


def _name(target: Locator) -> str:
    script = (
        "e => (e.ariaLabel || e.innerText || e.title || e.placeholder || e.className || e.tagName).trim().slice(0, 50)"
    )
    return repr(target.evaluate(script))


def open_link(walk: Walk) -> str:
    """Follow a link from somewhere: any state of a lab, a hostile one, or another page."""
    rng = walk.rng
    lab = pick(rng, LABS)
    kind = rng.random()
    if kind < 0.1:
        target = pick(rng, ("", "practice", "glossary"))
    elif kind < 0.25:
        told = [f"{story.name}.{at}" for story in lab.stories for at in range(1, len(story.steps) + 1)]
        target = f"{lab.name}?story={pick(rng, told)}" if told else lab.name
    elif kind < 0.4:
        query = {key: texts for key, texts in link_of(rng, lab).items() if "\ud800" not in key + "".join(texts)}
        target = f"{lab.name}?{urlencode(query, doseq=True)}"
    else:
        target = f"{lab.name}?{urlencode(lab.link(state_of(rng, lab)) | pick(rng, EXTRAS))}"
    walk.page.goto(f"{walk.url}/{target}", wait_until="domcontentloaded")
    return f"open {target[:300]}"


def click(walk: Walk) -> str:
    """Click on anything."""
    target = walk.some(CLICKED)
    if target is None:
        return ""
    href = target.get_attribute("href") or ""
    if urlsplit(href).netloc not in ("", urlsplit(walk.url).netloc):
        return ""
    name = _name(target)
    known = len(walk.context.pages)
    try:
        target.click(timeout=3000)
    except Error:
        return f"(out of reach: {name})"
    if len(walk.context.pages) > known:
        walk.context.pages[-1].close()
    return f"click {name}"


def burst(walk: Walk) -> str:
    """Click several times in a row, without waiting for anything."""
    target = walk.some("button:not([disabled])")
    if target is None:
        return ""
    name = _name(target)
    times = int(walk.rng.integers(2, 6))
    with suppress(Error):
        for _ in range(times):
            target.click(timeout=1000, no_wait_after=True)
    return f"click {name} up to {times} times"


def drag(walk: Walk) -> str:
    """Drag a slider or the marker in a plot, in a few moves."""
    target = walk.some(DRAGGED)
    if target is None:
        return ""
    with suppress(Error):
        target.scroll_into_view_if_needed(timeout=1000)
    box = target.bounding_box()
    if box is None:
        return ""
    name = _name(target)
    mouse = walk.page.mouse
    x, y = box["x"] + box["width"] * float(walk.rng.random()), box["y"] + box["height"] / 2
    mouse.move(x, y)
    mouse.down()
    for _ in range(int(walk.rng.integers(1, 6))):
        x, y = x + float(walk.rng.normal(0, 100)), y + float(walk.rng.normal(0, 20))
        mouse.move(x, y, steps=3)
    mouse.up()
    return f"drag {name} to {x:.0f}, {y:.0f}"


def press(walk: Walk) -> str:
    """Press a key, sometimes a few times."""
    key, times = str(pick(walk.rng, KEYS)), int(pick(walk.rng, (1, 1, 1, 5)))
    for _ in range(times):
        walk.page.keyboard.press(key)
    return f"press {key} {times} times"


def write(walk: Walk) -> str:
    """Type something into a field."""
    target = walk.some(TYPED)
    if target is None:
        return ""
    name, text = _name(target), str(pick(walk.rng, TEXTS))
    with suppress(Error):
        target.fill(text, timeout=2000)
        target.press("Enter", timeout=2000)
    return f"type {text!r} into {name}"


def resize(walk: Walk) -> str:
    """Change the size of the window, or the theme of the system."""
    if walk.rng.random() < 0.3:
        walk.theme = "light" if walk.theme == "dark" else "dark"
        walk.page.emulate_media(color_scheme=walk.theme)
        return f"{walk.theme} theme"
    walk.size = pick(walk.rng, SIZES)
    width, height = walk.size
    walk.page.set_viewport_size({"width": width, "height": height})
    return f"resize to {width} x {height}"


def back_and_forward(walk: Walk) -> str:
    """Go back and forward again: the address and the picture are those of before."""
    before = look(walk.page)
    with suppress(Error):
        walk.page.go_back(wait_until="commit")
    with suppress(Error):
        still(walk.page)
    if not walk.page.url.startswith(walk.url):
        walk.page.goto(before["address"])
        return "back, out of the app, and in again"
    walk.trail.append(f"back to {walk.page.url}")
    walk.check()
    walk.page.go_forward(wait_until="commit")
    still(walk.page)
    after = look(walk.page)
    if after["address"] != before["address"]:
        raise Broken(f"forward leads to {after['address']}, not to {before['address']}")
    if _comparable(before):
        walk.report([f"after back and forward: {fault}" for fault in differ(before, after)])
    return "forward"


def back(walk: Walk) -> str:
    """Go back."""
    here = walk.page.url
    walk.page.go_back(wait_until="commit")
    if not walk.page.url.startswith(walk.url):
        walk.page.goto(here)
    return f"back to {walk.page.url}"


def reload(walk: Walk) -> str:
    """Load the page again: it shows the picture of before."""
    before = look(walk.page)
    walk.page.reload(wait_until="domcontentloaded")
    still(walk.page)
    if _comparable(before):
        walk.report([f"after a reload: {fault}" for fault in differ(before, look(walk.page))])
    return "reload"


def fresh_visitor(walk: Walk) -> str:
    """Let someone else follow the address: they see the same picture."""
    before = look(walk.page)
    if not _comparable(before):
        return ""
    context = walk.visitor()
    try:
        page = context.new_page()
        page.goto(before["address"], wait_until="domcontentloaded")
        still(page)
        walk.report([f"a fresh visitor: {fault}" for fault in differ(before, look(page))])
    finally:
        context.close()
    return "a fresh visitor follows the address"


def switch_tab(walk: Walk) -> str:
    """Go to the other tab, which shows what it showed when it was left; the first time, open one."""
    walk.left[walk.page] = look(walk.page)
    others = [page for page in walk.left if page is not walk.page]
    walk.page = others[0] if others else walk.context.new_page()
    if not others:
        return f"in a new tab {open_link(walk)}"
    walk.page.bring_to_front()
    still(walk.page)
    before, after = walk.left[walk.page], look(walk.page)
    if before["address"] != after["address"]:
        raise Broken(f"a tab that was left has gone from {before['address']} to {after['address']}")
    walk.report([f"a tab that was left: {fault}" for fault in differ(before, after)] if _comparable(before) else [])
    return "switch tabs"


def offline(walk: Walk) -> str:
    """Do something without network; once it is back, the page answers."""
    walk.offline = True
    walk.context.set_offline(True)
    walk.page.evaluate("setCut(true)")
    done = pick(walk.rng, (drag, press, click))(walk)
    walk.page.wait_for_timeout(int(walk.rng.integers(100, 1500)))
    walk.context.set_offline(False)
    walk.page.evaluate("setCut(false)")
    walk.page.wait_for_function(
        "() => document.querySelector('[data-testid=stApp]')?.dataset.testConnectionState === 'CONNECTED'",
        timeout=60_000,
    )
    walk.offline = False
    return f"without network: {done}"


def _comparable(seen: dict[str, Any]) -> bool:
    """Return whether the address says all that is on the page: an answer that was given is not in it, nor is a run."""
    name, query = settings(seen["address"])
    told = "story=" in seen["address"] or "own=" in seen["address"]
    return (
        bool(seen["picture"])
        and not told
        and "predict" not in query
        and name not in ("", "lr_range", "schedules", "transfer")
    )


Action = Callable[[Walk], str]
_WEIGHTS: dict[Action, int] = {
    click: 30,
    drag: 20,
    press: 12,
    write: 6,
    open_link: 6,
    burst: 4,
    resize: 4,
    back: 3,
    back_and_forward: 3,
    fresh_visitor: 6,
    reload: 2,
    switch_tab: 4,
    offline: 2,
}
ACTIONS = [act for act, weight in _WEIGHTS.items() for _ in range(weight)]

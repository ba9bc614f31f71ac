"""Looking at a page with a clock: drags, ticks, first picture."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page

PROBE = Path(__file__).with_name("probe.js").read_text(encoding="utf-8")
PICTURE = ".js-plotly-plot"
DRAWN = f"() => document.querySelector('{PICTURE} .main-svg .trace path, {PICTURE} .main-svg .point')"
MAIN = '[data-testid="stMain"]'
HUMAN_PAUSE = 150  # ms between two steps of a drag


@dataclass(frozen=True)
class Drag:
    """Steps painted, ms from step to paint, messages while dragging, messages and bytes after the release."""

    painted: float
    step: float
    sent_dragging: float
    sent_release: float
    bytes_release: float


@dataclass(frozen=True)
class Tick:
    """From key press to the last paint (ms), and what came over the websocket (bytes)."""

    paint: float
    bytes: float


@contextmanager
def visit(browser: Browser, url: str, picture: bool = True) -> Iterator[Page]:
    """Open an address in a browser that knows nothing yet; on entering, the (first) picture is painted."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    try:
        page = context.new_page()
        page.add_init_script(PROBE)
        page.goto(url, wait_until="commit")
        if picture:
            page.wait_for_function(DRAWN, timeout=60_000, polling="raf")
            page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        yield page
    finally:
        context.close()


def settle(page: Page) -> None:
    """Wait until the script is idle and nothing has come for a while."""
    page.wait_for_function("() => probe.settled()", timeout=60_000, polling=50)


def slider(page: Page, label: str) -> Locator:
    """The slider with an accessible name; the first one, should there be more."""
    found = page.get_by_role("slider", name=label).first
    found.wait_for(state="visible", timeout=30_000)
    found.scroll_into_view_if_needed()
    return found


def drag(page: Page, label: str, steps: int = 12, repeats: int = 5) -> Drag:
    """Drag a slider from end to end and back with the mouse, in equal steps at the pace of a hand."""
    hits, times, dragging, released, weights = [], [], [], [], []
    for turn in range(repeats):
        box = slider(page, label).bounding_box()
        ends = [box["x"] + 8, box["x"] + box["width"] - 8]
        start, end = ends if turn % 2 == 0 else ends[::-1]
        height = box["y"] + box["height"] / 2
        page.mouse.move(start, height)
        page.mouse.down()
        page.wait_for_timeout(2 * HUMAN_PAUSE)
        seen = []
        for step in range(1, steps + 1):
            page.evaluate(f"() => probe.arm('{PICTURE}')")
            page.mouse.move(start + (end - start) * step / steps, height)
            page.wait_for_timeout(HUMAN_PAUSE)
            seen.append(page.evaluate("() => ({...probe})"))
        page.evaluate(f"() => probe.arm('{PICTURE}')")
        page.mouse.up()
        page.wait_for_timeout(1200)
        after = page.evaluate("() => ({...probe})")
        painted = [one["first"] - one["start"] for one in seen if one["first"]]
        hits.append(len(painted))
        times += painted
        dragging.append(sum(one["sent"] for one in seen))
        released.append(after["sent"])
        weights.append(after["bytes"])
    middle = statistics.median
    return Drag(middle(hits), middle(times), max(dragging), middle(released), middle(weights))


@dataclass(frozen=True)
class Control:
    """A widget on an open page, and the key that changes its value."""

    page: Page
    label: str
    role: str = "slider"
    key: str = "ArrowRight"

    def press(self) -> Tick:
        """Press the key and wait for everything that follows."""
        self.page.bring_to_front()
        self.page.get_by_role(self.role, name=self.label).first.focus()
        self.page.evaluate(f"() => probe.arm('{MAIN}')")
        self.page.keyboard.press(self.key)
        settle(self.page)
        seen = self.page.evaluate("() => ({...probe})")
        return Tick(seen["last"] - seen["start"], seen["bytes"])


def ticks(controls: dict[str, Control], rounds: int) -> dict[str, Tick]:
    """Median tick of each control; they take turns."""
    seen: dict[str, list[Tick]] = {name: [] for name in controls}
    for _ in range(rounds):
        for name, control in controls.items():
            seen[name].append(control.press())
    middle = statistics.median
    return {name: Tick(middle(t.paint for t in all_), middle(t.bytes for t in all_)) for name, all_ in seen.items()}

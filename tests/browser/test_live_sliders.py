"""Every slider of every page under a real mouse: the picture follows, and the script runs once, at the release."""

from __future__ import annotations

import json
import math
import zlib
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from core import worker
from core.draw.packing import pack
from core.kit.brought import File
from core.kit.controls import Scale
from core.kit.lab import Lab
from tests.browser.test_app import ready, same_shapes, script_runs, settled_link
from tests.states import LABS

OpenPage = Callable[..., Page]
STEPS = 12
# Other sources of scores wait for models to be fitted: that is work, and left to the release. Sweeps that nobody has
# trained are all drawn empty while the axes hold still, whatever their length.
WORK = {"ranking_curves": ("digit", "test_share"), "lr_range": ("epochs",)}
BASES = {"ranking_curves": {"source": "gauss"}}

# Keeps what our own socket brings, and whatever is on screen as one number.
LISTEN = """
    const Plain = WebSocket;
    window.live = { asked: 0, answers: [] };
    window.WebSocket = class extends Plain {
      constructor(url, ...more) {
        super(url, ...more);
        if (!new URL(url).pathname.endsWith("/live")) return;
        this.addEventListener("message", ({ data }) => live.answers.push(Array.from(new Uint8Array(data))));
      }
      send(data) {
        if (typeof data === "string") live.asked += 1;
        super.send(data);
      }
    };
    window.seen = () => {
      const plots = [...document.querySelectorAll(".lc-plot")];
      const words = document.querySelector(".lc-words").innerText;
      const all = plots.map((plot) => plot.ariaLabel + plot.innerHTML).join() + words;
      let sum = 0;
      for (let i = 0; i < all.length; i++) sum = (sum * 31 + all.charCodeAt(i)) | 0;
      return sum;
    };
"""
# Where the thumb of a slider is, how long its track is, and where it stands among its values.
THUMB = """(holder) => {
    const input = holder.querySelector("input[type=range]");
    const thumb = input.closest("[style*=absolute][style*=left]"); // the one inside hides the input
    const [box, track] = [thumb, thumb.parentElement].map((part) => part.getBoundingClientRect());
    const place = Math.round((input.getAttribute("value") - input.min) / (input.step || 1));
    return { x: box.x + box.width / 2, y: box.y + box.height / 2, width: track.width, place };
}"""


def drags() -> Iterator[Any]:
    """Yield one case for each page and each way that some of its sliders are shown."""
    for lab in LABS:
        groups: dict[tuple[Any, ...], list[Scale]] = {}
        for control in lab.controls:
            if not isinstance(control, Scale) or control.name in (*lab.dragged, *WORK.get(lab.name, ())):
                continue
            if control.place == "section":
                continue  # moves the figures of its section alone, at the release
            base = dict(BASES.get(lab.name, {}))
            if not control.shown(lab.fresh | base):
                name, meant = control.when  # type: ignore[misc]
                if any(isinstance(other, File) and other.name == name for other in lab.controls):
                    continue  # what is in a file is not in the link: left to the release
                base[name] = meant[0]
            groups.setdefault(tuple(base.items()), []).append(control)
        for base_items, controls in groups.items():
            yield pytest.param(
                lab, dict(base_items), controls, id="-".join((lab.name, *map(str, dict(base_items).values())))
            )


def places(lab: Lab, values: dict[str, Any], control: Scale, least: int) -> list[int]:
    """Up to twelve places to drag through, at least `least` apart and none refused; the last is near the first."""
    here = control.values.index(values[control.name])

    def possible(place: int) -> bool:
        try:
            digests(lab, values | {control.name: control.values[place]})
        except ValueError:
            return False
        return True

    low = high = here
    stride = max(least, len(control.values) // (2 * STEPS))
    while low - stride >= 0 and possible(low - stride) and here - low < stride * STEPS / 2:
        low -= stride
    while high + stride < len(control.values) and possible(high + stride) and high - here < stride * STEPS:
        high += stride
    up, down = list(range(here + stride, high + 1, stride)), list(range(here - stride, low - 1, -stride))
    way = up + up[-2::-1] + [here] * bool(up and down) + down + down[-2::-1]
    way = way[: STEPS - 1]
    last = here + least if here + least < len(control.values) and possible(here + least) else here - least
    return way + [last] if not way or way[-1] != last else way


def digests(lab: Lab, values: dict[str, Any]) -> list[str]:
    """Return what the page must show in a state: a digest for each figure."""
    with worker.nothing_new():
        picture = lab.draw(lab.result(values), values)
    return shown(pack(picture))


def shown(packed: bytes) -> list[str]:
    return [panel["digest"] for panel in header(packed)["panels"] if not panel["folded"]]


def header(packed: bytes) -> dict[str, Any]:
    if not any(packed[:4]):
        packed = zlib.decompress(packed[4:])
    found: dict[str, Any] = json.loads(packed[4 : 4 + int.from_bytes(packed[:4], "little")])
    return found


def open_lab(open_page: OpenPage, url: str, lab: Lab, values: dict[str, Any]) -> tuple[Page, list[int]]:
    page = open_page("about:blank")
    page.add_init_script(LISTEN)
    runs = script_runs(page)
    page.goto(f"{url}/{lab.name}?{urlencode(lab.link(values))}")
    return ready(page), runs


def two_of_some() -> Iterator[Any]:
    """Yield a case for every sixth page: its first slider and its last one, which is folded as a rule."""
    first = {case.values[0].name: case.values for case in reversed([*drags()])}
    for lab, base, controls in [first[lab.name] for lab in LABS if lab.name in first][::6]:
        yield pytest.param(lab, base, [*dict.fromkeys((controls[0], controls[-1]))], id=lab.name)


@pytest.mark.parametrize(("lab", "base", "controls"), [*two_of_some()])
def test_two_sliders_of_some_pages_are_live(
    app_url: str, open_page: OpenPage, lab: Lab, base: dict[str, Any], controls: list[Scale]
) -> None:
    are_live(app_url, open_page, lab, base, controls)


@pytest.mark.nightly
@pytest.mark.parametrize(("lab", "base", "controls"), [*drags()])
def test_every_slider_is_live(
    app_url: str, open_page: OpenPage, lab: Lab, base: dict[str, Any], controls: list[Scale]
) -> None:
    are_live(app_url, open_page, lab, base, controls)


def are_live(app_url: str, open_page: OpenPage, lab: Lab, base: dict[str, Any], controls: list[Scale]) -> None:
    values = lab.fresh | base
    page, runs = open_lab(open_page, app_url, lab, values)
    if any(control.name not in lab.open for control in controls):
        page.get_by_text("More settings").click()
        page.locator(f".st-key-{lab.name}-predict").wait_for()
        ready(page)
    for control in controls:
        before = runs[0]
        way, painted = drag(page, lab, values, control)
        assert painted >= min(len(way), STEPS - 1), f"{control.name}: {painted} of {len(way)} steps"
        assert runs[0] == before, control.name
        page.mouse.up()
        values = settled(lab, values | {control.name: control.values[way[-1]]})
        settled_link(page, lab.link(values))
        ready(page)
        assert runs[0] == before + 1, control.name
    fresh = ready(open_page(f"{app_url}/{lab.name}?{urlencode(lab.link(values))}"))
    same_shapes(page, fresh)


def test_previews_without_the_current_step_leave_the_main_slider(app_url: str, open_page: OpenPage) -> None:
    """LeNet-5 has fewer layers for some sizes of the image."""
    lab = next(lab for lab in LABS if lab.name == "cnn_cost")
    size = next(control for control in lab.controls if control.name == "size" and isinstance(control, Scale))
    values = lab.fresh | {"net": "lenet5", "layer": 6}
    page, _ = open_lab(open_page, app_url, lab, values)
    slider = page.get_by_role("slider", name="Layer")
    spoken = slider.get_attribute("aria-valuetext") or ""
    holder = page.locator(".st-key-cnn_cost-size")
    holder.hover()
    thumb = holder.evaluate(THUMB)
    page.mouse.move(thumb["x"], thumb["y"])
    page.mouse.down()
    seen = set()
    for place in (4, 0):
        asked = page.evaluate("() => live.answers.length")
        page.mouse.move(thumb["x"] + (place - thumb["place"]) / (len(size.values) - 1) * thumb["width"], thumb["y"])
        page.wait_for_function("count => live.answers.length > count && live.answers.length === live.asked", arg=asked)
        seen.add(slider.get_attribute("aria-valuetext"))
    page.mouse.up()
    expect(slider).to_have_attribute("aria-valuetext", spoken)
    assert len(seen) == 2  # the preview had other layers
    ready(page)
    settled_link(page, lab.link(values))
    expect(slider).to_have_attribute("aria-valuetext", spoken)


def settled(lab: Lab, values: dict[str, Any]) -> dict[str, Any]:
    """Return what a page makes of settings: another picture may have fewer places for the slider under it."""
    with worker.nothing_new():
        return lab.settled(lab.draw(lab.result(values), values), values)


def drag(page: Page, lab: Lab, values: dict[str, Any], control: Scale) -> tuple[list[int], int]:
    """Drag a slider step by step, and hold it; gives the places and how many of them were painted as they must be."""
    holder = page.locator(f".st-key-{lab.name}-{control.name}")
    holder.hover()  # waits until nothing moves it any more
    thumb = holder.evaluate(THUMB)
    pixels = 2 * (len(control.values) - 1) / thumb["width"]  # values in two pixels: the mouse knows whole ones
    way = places(lab, values, control, max(1, math.ceil(pixels)))
    page.mouse.move(thumb["x"], thumb["y"])
    page.mouse.down()
    painted, before = 0, digests(lab, values)
    for place in way:
        old, asked = page.evaluate("() => [seen(), live.answers.length]")
        x = thumb["x"] + (place - thumb["place"]) / (len(control.values) - 1) * thumb["width"]
        page.mouse.move(x, thumb["y"])
        page.wait_for_function("count => live.answers.length > count && live.answers.length === live.asked", arg=asked)
        at = holder.evaluate(THUMB)["place"]
        wanted = digests(lab, values | {control.name: control.values[at]})
        answer = bytes(page.evaluate("live.answers.at(-1)"))
        if not answer or shown(answer) != wanted:
            continue
        if wanted != before:
            page.wait_for_function("old => seen() !== old", arg=old)
        painted, before = painted + 1, wanted
    way[-1] = holder.evaluate(THUMB)["place"]
    return way, painted

"""Properties of a page that stands still, whatever has been done before."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page

from core import worker
from core.kit.lab import Lab
from pages.ui.state import SHELL
from tests.states import LABS

PATIENCE_S = 90
BY_NAME = {lab.name: lab for lab in LABS}
FRAME = {*SHELL, "embed", "embed_options"}  # keys of an address that are no settings of a lab

# The page has stood still for 0.5 s: longer than any pause after which it tells the server of a key or a slider.
STILL = """() => {
    const app = document.querySelector('[data-testid="stApp"]');
    const plots = [...document.querySelectorAll('.lc-plot')].filter((plot) => plot.checkVisibility());
    const drawn = plots.every((plot) => plot.querySelector('.main-svg'));
    const thumbs = [...document.querySelectorAll('input[type=range]')].map((one) => one.ariaValueText + one.value);
    const now = JSON.stringify([location.href, thumbs, plots.map((plot) => plot.getBoundingClientRect())]);
    const seen = (window.seenByWalk ??= { since: performance.now() });
    if (now !== seen.now || !drawn) Object.assign(seen, { now, since: performance.now() });
    const stage = document.querySelector('.st-key-stage'); // on its way as long as it says nothing
    const other = document.querySelector('h1, [data-testid="stImage"], [data-testid="stException"]');
    const asked = document.querySelector('.st-key-story'); // whose first question has no picture before it
    const there = stage ? (stage.querySelector('.lc') ? plots.length : stage.innerText.trim() || asked) : other;
    return app?.dataset.testScriptState === 'notRunning' && there && performance.now() - seen.since > 500;
}"""
LOOK = """() => {
    const all = (selector, of = document) => [...of.querySelectorAll(selector)].filter((one) => one.checkVisibility());
    const texts = (selector) => all(selector).map((one) => one.innerText);
    const stage = document.querySelector('.st-key-stage');
    const plots = stage ? all('.lc-plot', stage) : [];
    const round = (value) => (Number.isFinite(value) ? +value.toPrecision(6) : String(value));
    const isRow = (value) => value?.length > 1 && typeof value !== 'string'; // of a heatmap
    const list = (values) => Array.from(values ?? [], (value) => (isRow(value) ? value.length : round(value)));
    const isTorn = (plot) => [...plot.querySelectorAll('path')].some((one) => /NaN|undef/.test(one.getAttribute('d')));
    const words = '.lc-words .lc-steady > span:not(.lc-ghost)';
    const ids = [...document.querySelectorAll('[id]')].map((one) => one.id);
    const root = document.documentElement;
    return {
        address: location.href,
        boxes: texts('[data-testid="stException"]'),
        warnings: texts('.st-key-stage [data-testid="stAlert"]'),
        text: document.body.innerText,
        titles: texts('h1'),
        twice: ids.filter((id, at) => id && ids.indexOf(id) !== at),
        wide: Math.max(root.scrollWidth - root.clientWidth, 0),
        torn: plots.some(isTorn),
        sliders: stage ? all('.lc-range', stage).map((one) => one.ariaValueText) : [],
        picture: plots.length ? {
            words: [...stage.querySelectorAll(words)].map((one) => one.textContent),
            sliders: all('.lc-range', stage).map((one) => one.ariaValueText),
            plots: Object.fromEntries(plots.map((plot) => [
                plot.ariaLabel,
                plot.data.map((trace) => [trace.name, trace.type, list(trace.x), list(trace.y), list(trace.z)]),
            ])),
        } : null,
    };
}"""
GARBLED = re.compile(r"\[object |undefined$|\bnan\b|\binf\b|\bNone\b")
SORRY = re.compile("Something went wrong|Page not found|Connection error|could not be loaded")

Seen = dict[str, Any]


def still(page: Page) -> None:
    """Wait until the page stands still."""
    page.evaluate("() => delete window.seenByWalk")
    page.wait_for_function(STILL, timeout=1000 * PATIENCE_S)


def look(page: Page) -> Seen:
    """Return what is on a page."""
    seen: Seen = page.evaluate(LOOK)
    return seen


def settings(address: str) -> tuple[str, dict[str, list[str]]]:
    """Return the name of the page that an address means, and its query without what is the frame's."""
    parts = urlsplit(address)
    query = parse_qs(parts.query, keep_blank_values=True)
    return parts.path.rpartition("/")[2], {key: texts for key, texts in query.items() if key not in FRAME}


def broken(seen: Seen) -> Iterator[str]:
    """Yield what does not hold on a page."""
    for box in seen["boxes"]:
        yield f"an error box: {box}"
    if found := SORRY.search(seen["text"]):
        yield f"on the page: {found[0]}"
    if seen["picture"] and (words := list(filter(GARBLED.search, seen["picture"]["words"] + seen["sliders"]))):
        yield f"in the words: {words}"
    if seen["twice"]:
        yield f"ids that are there twice: {seen['twice'][:5]}"
    if seen["wide"]:
        yield f"the page is {seen['wide']} pixels wider than the window"
    if seen["torn"]:
        yield "a curve has points that are not numbers"
    name, query = settings(seen["address"])
    if name in BY_NAME:
        yield from _lab_broken(name, query, seen)


def _lab_broken(name: str, query: dict[str, list[str]], seen: Seen) -> Iterator[str]:
    lab = BY_NAME[name]
    values, notes = lab.read_link(query)
    if notes or {key: [text] for key, text in lab.link(values).items()} != query:
        yield f"the address is not one that the page writes: {notes or lab.link(values)}"
    if len(seen["titles"]) > 1:
        yield f"titles: {seen['titles']}"
    if seen["sliders"] and not seen["warnings"]:
        spoken = _spoken(lab, values)
        if spoken not in ("", seen["sliders"][0]):
            yield f"the slider says {seen['sliders'][0]!r}, and at this address it is {spoken!r}"


def _spoken(lab: Lab, values: dict[str, Any]) -> str:
    """Return what the main slider of a state speaks, with the number that the page is about; empty if unknown."""
    with suppress(ValueError, LookupError), worker.nothing_new():
        picture = lab.draw(lab.result(values), values)
        if len(picture.axis.axes) > 1:
            return ""
        axis = picture.axis.axes[0]
        at = axis.nearest(lab.stand(values))
        said = [f", {one.label} {one.texts[min(at, len(one.texts) - 1)]}" for one in picture.readouts if one.headline]
        return "".join([axis.texts[at], *said[:1]])
    return ""


def differ(one: Seen, other: Seen) -> Iterator[str]:
    """Yield where two pages that should show the same picture do not."""
    if one["warnings"] != other["warnings"]:
        yield f"warnings: {one['warnings']} and {other['warnings']}"
    if bool(one["picture"]) != bool(other["picture"]):
        yield f"a picture: {bool(one['picture'])} and {bool(other['picture'])}"
    elif one["picture"] and not one["warnings"]:
        for part in ("words", "sliders"):
            yield from _first(part, one["picture"][part], other["picture"][part])
        plots = other["picture"]["plots"]  # by what they show: one of them may fill the stage
        both = [(alt, traces, plots[alt]) for alt, traces in one["picture"]["plots"].items() if alt in plots]
        if not both:
            yield f"plots: {list(one['picture']['plots'])} and {list(plots)}"
        for alt, traces, others in both:
            yield from _first(alt[:60], traces, others)


def _first(part: str, one: list[Any], other: list[Any]) -> Iterator[str]:
    """Yield the first difference of two lists."""
    if len(one) != len(other):
        yield f"{part}: {len(one)} and {len(other)}"
        return
    for a, b in zip(one, other, strict=True):
        if isinstance(a, list) and isinstance(b, list):
            yield from _first(f"{part} of {a[0] if a else ''}", a, b)
        elif a != b and not (isinstance(a, float) and isinstance(b, (int, float)) and abs(a - b) <= 1e-5 * abs(a)):
            yield f"{part}: {a!r} and {b!r}"
            return

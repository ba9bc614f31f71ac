"""Frames that the browser computes from a few numbers, against those of the Python twin."""

from __future__ import annotations

import base64
import itertools
from collections.abc import Iterator

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from core.draw import live, style
from core.draw.packing import pack
from core.draw.page import STATIC
from core.draw.rules import Nearest, Recurrence, Rule

DECODED = """([coded, steps]) => {
  const header = decode(Uint8Array.from(atob(coded), (c) => c.charCodeAt(0)), rules);
  return steps.map((step) => header.panels[0].frames.map((frames) => Array.from(frames.at(step), String)));
}"""
RNG = np.random.default_rng(0)
STEPS = np.round(RNG.uniform(-2, 4, (4, 2)) * 2) / 2  # of the moved point, as often equally far as the others


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    """A blank page with the scripts that read a packed picture."""
    page = browser.new_page()
    code = "".join((STATIC / f"live_{name}.js").read_text("utf-8") for name in ("data", "rules"))
    page.add_script_tag(content=code.replace("export ", ""))
    yield page
    page.close()


def in_the_browser(page: Page, rule: Rule, values: np.ndarray, parts: int) -> list[list[np.ndarray]]:
    """Return every part at every step as the script of the page computes it."""
    figure = live.Figure(data=[{"type": "scatter"}], layout=style.layout(title="A", x="x", y="y"))
    frames = tuple(live.Frames(0, values, rule=rule, part=part) for part in range(parts))
    steps = tuple(map(float, range(len(values))))
    axis = live.Axis("step", "Step", steps, tuple(map(str, steps)))
    coded = base64.b64encode(pack(live.Picture((live.Panel(figure, "A", frames),), axis))).decode()
    # Backward, so that no step finds what the one before has left.
    drawn = page.evaluate(DECODED, [coded, list(range(len(values)))[::-1]])[::-1]
    return [[np.array(part, np.float32) for part in step] for step in drawn]


def nearest(metric: str, weights: str, tie: str, k: int, n: int = 30) -> Nearest:
    """Return a rule over points that often coincide or are equally far away."""
    x, y = np.round(RNG.uniform(-2, 4, (2, n)) * 2) / 2
    return Nearest(
        x=x,
        y=y,
        rest=RNG.integers(0, 2, n) * 0.25,
        labels=RNG.integers(0, 3, n),
        classes=3,
        moved=int(RNG.integers(n)),
        k=k,
        metric=metric,
        weights=weights,
        tie=tie,
        scale=(1.0, 0.5),
        unit=1e-8,
        across=np.linspace(-2, 4, 25),
        up=np.linspace(-2, 4, 13),
    )


@pytest.mark.parametrize("metric", ["euclid", "manhattan", "chebyshev", "cosine"])
def test_regions_are_those_of_the_twin(page: Page, metric: str) -> None:
    cases = itertools.product(("equal", "inverse", "square"), ("nearest", "first", "undecided"))
    for (weights, tie), k in zip(cases, itertools.cycle((1, 4, 2, 15)), strict=False):
        rule = nearest(metric, weights, tie, k, n=15 if k == 15 else 30)  # with K = 15, all of them
        for values, drawn in zip(STEPS, in_the_browser(page, rule, STEPS, 6), strict=True):
            for part, expected in zip(drawn, rule.drawn(values), strict=True):
                np.testing.assert_array_equal(part, expected, err_msg=f"{weights} {tie} {k}")


def test_sequences_are_those_of_the_twin(page: Page) -> None:
    values = RNG.uniform(-1, 1, (5, 2, 3))
    rule = Recurrence(12, -3, 3)
    for step, drawn in zip(values, in_the_browser(page, rule, values, 1), strict=True):
        np.testing.assert_allclose(drawn[0], rule.drawn(step.astype("f4"))[0], rtol=1e-6)

"""Below the picture: the factor of each direction, and how the curvature changes along the path."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.draw.live import Picture
from core.draw.marks import curve, panel
from core.draw.style import ceiling
from core.kit.arrays import Array
from core.kit.lab import Section, Table
from core.kit.words import number
from core.labs.descent.compute.descent import STEPS, Descent, descend
from core.labs.descent.compute.losses import BOTH, CURVATURES, begin, cancer, sharpness


def factors(result: Descent, values: Mapping[str, Any]) -> Sequence[Any]:
    """Say what a step does to the distance from the minimum, in each direction."""
    rate = float(values["rate"])
    why = (
        "Along a direction of curvature λ the gradient is λ times the distance from the minimum. A step therefore "
        "multiplies that distance by 1 − ηλ. It shrinks as long as this factor is between −1 and 1: in every "
        "direction, if η is below 2/L, where L is the largest curvature."
    )
    curvatures = _curvatures(result)
    if not len(curvatures):
        return (why, _OTHERS[result.loss])
    left = 1 - rate * curvatures
    columns = {
        "curvature λ": [number(float(v)) for v in curvatures],
        f"factor 1 − {rate:g}λ": [number(float(v)) for v in left],
    }
    where = " At the start, which is where the curvature is largest:"
    if result.loss != "logistic":
        where = ""
        with np.errstate(over="ignore"):
            after = np.abs(left) ** result.steps
        columns[f"distance left after {result.steps}"] = [number(float(v)) for v in after]
    return (f"{why}{where}", Table(columns, caption="Directions"))


_OTHERS = {
    "quartic": "On x⁴ the gradient is 4x² times the distance, so the factor is 1 − 4ηx²: it depends on the position.",
    "absolute": "On |x| the gradient is 1 or −1 at any distance: near the minimum no rate is small enough.",
    "two": "Here each valley has its own factor: 1 − 16η in the sharp one, 1 − η in the wide one.",
}


def _curvatures(result: Descent) -> Array:
    """Curvatures of all directions, the largest first; empty where they depend on the position."""
    if result.loss in CURVATURES:
        return np.array(CURVATURES[result.loss])[::-1]
    if result.loss in _OTHERS:
        return np.zeros(0)
    return cancer().curvatures[::-1] / (4 if result.loss == "logistic" else 1)


def along_the_path(result: Descent, values: Mapping[str, Any]) -> Sequence[Any]:
    """The largest curvature at each step of the current rate, against 2/η."""
    rate = float(values["rate"])
    first = begin(result.loss, result.start)
    noise = result.noise * np.random.default_rng(result.seed).standard_normal((STEPS, len(first)))
    positions, _ = descend(BOTH[result.loss], first, np.array([rate]), noise[: result.steps])
    found = sharpness(result.loss, positions[:, 0])
    below = int((found < 2 / rate).sum())
    top = ceiling(1.15 * max(float(found[0]), min(2 / rate, 3 * float(np.abs(found).max()) + 1), 1e-3))
    steps = np.arange(result.steps + 1)
    drawn = panel(
        [
            curve(steps, np.clip(found, -top, 3 * top), "risk", "largest curvature", 2.6),
            curve(steps[[0, -1]], np.full(2, min(2 / rate, 3 * top)), "threshold", "2/η", 2),
        ],
        f"Largest curvature at each of {result.steps} steps with a rate of {rate:g}: {number(float(found[0]))} at the "
        f"start, {number(float(found[-1]))} at the end; the line stands at 2/η = {number(2 / rate)}.",
        x="steps",
        y="curvature",
        height=320,
        xaxis={"range": [0, result.steps]},
        yaxis={"range": [min(0.0, 1.1 * float(max(found.min(), -top))), top]},
    )
    return (
        "η is below 2/L wherever the curvature is below 2/η. On a quadratic the curvature is the same everywhere. On "
        "other losses it changes along the path: where it shrinks, larger steps become safe; where it grows, a step "
        "that was safe no longer is.",
        Picture((drawn,)),
        f"At η = {rate:g} the curvature is below 2/η = {number(2 / rate)} at {below} of {result.steps + 1} positions.",
    )


SECTIONS = (
    Section("Why 2/L? Each direction has its own factor", factors),
    Section("Does the limit change along the path?", along_the_path),
)

"""Learning curves: the benefit of more data at each degree, and the degree that it supports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.draw.live import Frames, Panel, Picture
from core.draw.marks import Trace, curve, dots, panel
from core.draw.regression import there
from core.draw.style import ceiling, line
from core.kit.lab import Section
from core.kit.words import fixed, larger, with_error
from core.labs.model_selection.compute.explore import ModelSelection
from core.labs.model_selection.compute.learning_curves import LearningCurves
from core.labs.model_selection.panels.view import degrees_axis, faint
from core.regression.controls import if_known

_HEIGHT = 400
_TICKS = [3, 5, 10, 20, 50, 100, 200]


def learning(result: ModelSelection, values: Mapping[str, Any]) -> Sequence[str | Picture]:
    """Show errors over the number of points at each degree, and the best degree for each number."""
    c = result.learning
    start = float(min(int(values["degree"]), c.degrees.size))
    redrawn = result.experiment.protocol != "fixed"
    over = " Inputs are redrawn, so the curves are medians over the draws of x." if redrawn else ""
    return (
        f"The same closed forms for {len(c.sizes)} sizes of the training set, tested at "
        f"{c.x_test.size} points that do not change. Training and expected error converge to the "
        f"noise plus the bias² that more data cannot remove.{over}",
        Picture(
            panels=(_errors(c, result.experiment.n_train), _best(c, result.experiment.n_train)),
            axis=degrees_axis(c.degrees, "learner", start),
            sentences=tuple(_sentence(c, k) for k in range(c.degrees.size)),
        ),
    )


def _size_axis() -> dict[str, Any]:
    return {
        "type": "log",
        "range": [np.log10(2.8), np.log10(215)],
        "tickvals": _TICKS,
        "ticktext": [str(tick) for tick in _TICKS],
    }


def _errors(c: LearningCurves, n: int) -> Panel:
    """Draw expected and training error of the current degree, with the other degrees faint."""
    sizes = c.sizes.astype(float)
    gap = np.full((1, c.degrees.size), np.nan)
    every = np.vstack([c.median_risk, gap]).T.ravel()
    least = float(np.nanmin(c.median_risk))
    top = ceiling(max(3 * max(c.noise, least), 1.3 * float(np.nanmin(c.median_risk[:, 0])), 1e-9))
    traces = [
        faint(np.tile(np.append(sizes, np.nan), c.degrees.size), every, "expected error, other degrees", opacity=0.35),
        curve(sizes, None, "risk", "expected error", 3.2),
        curve(sizes, None, "train", "training error", 2.6),
        curve(np.array([2.8, 215.0]), np.full(2, c.noise), "noise", "noise σ²"),
        dots(sizes, None, "test", "simulated", 6, "circle-open"),
        _here(n, top),
    ]
    ends = sorted({0, c.degrees.size - 1})
    last = ", ".join(f"{fixed(float(c.median_risk[-1, k]))} at degree {c.degrees[k]}" for k in ends)
    return panel(
        traces,
        f"Expected and training error against the number of training points; with {c.sizes[-1]} the former is {last}.",
        x="training points n (logarithmic)",
        y="squared error (units of y²)",
        frames=(
            Frames(1, [there(row) for row in c.median_risk.T]),
            Frames(2, [there(row) for row in c.train_error.T]),
            Frames(4, [there(row) for row in c.mc_error.T]),
        ),
        height=_HEIGHT,
        xaxis=_size_axis(),
        yaxis={"range": [-0.03 * top, top]},
    )


def _here(n: int, top: float) -> Trace:
    """Draw the number of points on the page."""
    return curve(np.array([n, n]), [0, top], "muted", f"n = {n} above", 1.2, dash="dash", table=False)


def _best(c: LearningCurves, n: int) -> Panel:
    """Draw the degree with the smallest expected error for each number of points."""
    best = np.nanargmin(c.median_risk, axis=1) + 1
    traces = [
        curve(c.sizes.astype(float), best, "risk", "best degree", line=line("risk", 2.6, shape="hv")),
        _here(n, c.degrees.size + 0.5),
    ]
    return panel(
        traces,
        f"Degree with the smallest expected error: {best[0]} with {c.sizes[0]} points, {best[-1]} with {c.sizes[-1]}.",
        x="training points n (logarithmic)",
        y="best degree",
        column=1,
        height=_HEIGHT,
        xaxis=_size_axis(),
        yaxis={"range": [0.5, c.degrees.size + 0.5], "dtick": 1 if c.degrees.size <= 10 else 2, "tick0": 1},
    )


def _sentence(c: LearningCurves, k: int) -> str:
    degree, best = int(c.degrees[k]), int(np.nanargmin(c.median_risk[-1])) + 1
    last, train = float(c.median_risk[-1, k]), float(c.train_error[-1, k])
    simulated = with_error(float(c.mc_error[-1, k]), float(c.mc_error_se[-1, k]))
    redrawn = bool(c.risk_se[-1, k])
    of_what = "median over the inputs; simulated mean" if redrawn else "simulated"
    at_the_end = (
        f"Degree {degree} with {c.sizes[-1]} points: expected error {fixed(last)} ({of_what} {simulated}), training "
        f"error {fixed(train)}, noise {fixed(c.noise)}."
    )
    least = float(c.median_risk[-1, best - 1])
    if last <= max(least * (1 + 1e-9), 1e-12):
        return f"{at_the_end} No other degree does better there."
    n = c.crossing(min(degree, best), max(degree, best))
    if degree < best and n is not None:
        return f"{at_the_end} From n = {n} on, degree {best} is better."
    ratio = f"{larger(last / least)} that of degree {best}" if least > 1e-12 else f"above that of degree {best}"
    return f"{at_the_end} That is {ratio}, the best there."


SECTION = if_known(Section("Learning curves: what more data buys", learning))

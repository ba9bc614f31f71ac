"""Weights of one data set along the penalty, under two penalties."""

from __future__ import annotations

import numpy as np

from core.draw.live import Frames, Panel, Track
from core.draw.marks import Trace, curve, dots, panel, span
from core.draw.regression import error_axis, fit_range, outside
from core.kit.words import number
from core.labs.regularization.compute.explore import Regularization
from core.labs.regularization.panels.penalty import (
    HEIGHT,
    LOWER,
    PLACES,
    SPAN,
    over,
    over_penalty,
    penalty_axis,
    squeezed,
    weight_axis,
)
from core.labs.regularization.panels.ridge import column_name

_ROLES = ("first", "second", "threshold", "test", "train")
_DASHES = ("solid", "dash", "dot", "dashdot")
_COARSE = slice(None, None, 3)


def path_panels(result: Regularization, log_y: bool) -> tuple[Panel, ...]:
    """Draw the weights above their combined size, and the fit above its error."""
    return weights(result), sizes(result), fits(result), errors(result, log_y)


def weights(result: Regularization) -> Panel:
    """Draw every weight over the penalty."""
    path = result.path
    traces = []
    for k, weight in enumerate(path.weights.T):
        role, dash, name = _ROLES[k % 5], _DASHES[k // 5 % 4], column_name(k + 1, result.basis)
        look: Trace = {"hover": f"{name}: %{{customdata:.3g}}", "customdata": over(weight)}
        traces.append(curve(SPAN, over(squeezed(weight)), role, name, 2, dash=dash, **look))
    alive = [int(np.count_nonzero(path.nonzero >= k)) for k in (1, 2)]
    alt = (
        f"Weights of the {result.degree} standardized columns over the penalty, "
        f"{result.penalty_name}. {int(path.nonzero[1])} are nonzero at the smallest penalty, "
        f"{int(path.nonzero[-1])} at the largest; at least two remain at {alive[1]} of "
        f"{len(path.alphas)} penalties."
    )
    return panel(
        traces,
        alt,
        x="penalty α",
        y="weight",
        tracks=(Track(PLACES),),
        height=HEIGHT - LOWER,
        xaxis=penalty_axis(),
        yaxis=weight_axis(float(np.abs(path.weights).max())),
    )


def sizes(result: Regularization) -> Panel:
    """Draw the size of the weights over the penalty; the lasso limits the sum of the absolute ones."""
    path, ridge = result.path, result.ridge_fit
    curves = [
        (path.l1, "second", f"Σ|w|, {result.penalty_name}", 2.6),
        (ridge.l1, "first", "Σ|w|, ridge", 1.6),
    ]
    floor = max(float(path.l1[path.l1 > 0].min(initial=1e-3)), 1e-3)
    traces = [over_penalty(np.where(y > 0, y, np.nan), role, name, width) for y, role, name, width in curves]
    top = max(float(path.l1.max()), float(ridge.l1.max()), 10 * floor)
    alt = (
        f"Sum of the absolute weights over the penalty: {number(path.l1[1])} at the smallest and {number(path.l1[-1])} "
        f"at the largest penalty for {result.penalty_name}, {number(ridge.l1[1])} and {number(ridge.l1[-1])} for ridge."
    )
    return panel(
        traces,
        alt,
        x="penalty α",
        y="Σ|w|",
        tracks=(Track(PLACES),),
        height=LOWER,
        margin={"t": 8, "b": 44},
        xaxis=penalty_axis(),
        yaxis={
            "type": "log",
            "range": [np.floor(np.log10(floor)), np.ceil(np.log10(top))],
            "exponentformat": "power",
            "nticks": 5,
        },
    )


def fits(result: Regularization) -> Panel:
    """Draw the data set with the fit under each penalty."""
    path, ridge, noise = result.path, result.ridge_fit, result.ridge.noise
    grid, y = path.grid[_COARSE], fit_range(path.f_grid, noise)
    traces = [
        curve(path.grid, path.f_grid, "truth", "truth", 2),
        curve(grid, None, "first", "ridge", 2),
        curve(grid, None, "second", result.penalty_name, 3),
        dots(path.x_train, path.y_train, "train", "data", 6),
        outside(path.grid, path.x_train, y, showlegend=False),
    ]
    frames = (Frames(1, ridge.fit_grid[:, _COARSE]), Frames(2, path.fit_grid[:, _COARSE]))
    best, other = int(np.argmin(path.error)), int(np.argmin(ridge.error))
    alt = (
        f"One data set of {path.x_train.size} points with its fit under two penalties of the same weight, against the "
        f"truth (dashed). The best {result.penalty_name} fit on the path has error {number(path.error[best])}, the "
        f"best ridge fit {number(ridge.error[other])}."
    )
    return panel(
        traces,
        alt,
        x="x",
        y="y",
        frames=frames,
        column=1,
        height=HEIGHT - LOWER,
        xaxis={"range": span(path.grid, 0.01)},
        yaxis={"range": y},
    )


def errors(result: Regularization, log_y: bool) -> Panel:
    """Draw the expected error of these fits on new data, and their training errors."""
    path, ridge = result.path, result.ridge_fit
    name = result.penalty_name
    traces = [
        over_penalty(ridge.error, "first", "ridge", 2),
        over_penalty(path.error, "second", name, 2.6),
        over_penalty(path.train_mse, "train", "training error"),
    ]
    curves = {"risk": np.minimum(path.error, ridge.error), "training": path.train_mse}
    best, other = int(np.argmin(path.error)), int(np.argmin(ridge.error))
    alt = (
        f"Error of the fits to this data set on new data over the penalty: for {name} smallest, "
        f"{number(path.error[best])}, at α = {number(path.alphas[best], 2)}; for ridge smallest, "
        f"{number(ridge.error[other])}, at α = {number(ridge.alphas[other], 2)}."
    )
    return panel(
        traces,
        alt,
        x="penalty α",
        y="error (y²)",
        tracks=(Track(PLACES),),
        column=1,
        height=LOWER,
        margin={"t": 8, "b": 44},
        xaxis=penalty_axis(),
        yaxis=error_axis(curves, float(path.error[0]), log_y),
    )

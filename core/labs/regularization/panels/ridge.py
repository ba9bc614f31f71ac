"""Ridge: the fits, the weights, and the errors over the penalty."""

from __future__ import annotations

import numpy as np

from core.draw.live import Frames, Panel, Track, strands
from core.draw.marks import Trace, band, bars, curve, dots, estimates, panel, span
from core.draw.regression import error_axis, fit_range, outside
from core.draw.style import color
from core.kit.arrays import Numbers
from core.kit.words import number, subscript, superscript
from core.labs.regularization.compute.explore import Regularization
from core.labs.regularization.panels.penalty import (
    HEIGHT,
    LOWER,
    PLACES,
    index_of,
    over_penalty,
    penalty_axis,
    squeezed,
    weight_axis,
)

_COARSE = slice(None, None, 6)  # of the grid, for the band, which travels once for every penalty
_FAINT = 44  # coefficients that the faint fits may have together


def ridge_panels(result: Regularization, log_y: bool) -> tuple[Panel, ...]:
    """Draw fits above weights, and the errors next to them."""
    return fits(result), weights(result.ridge.weights, result.basis), errors(result, log_y)


def fits(result: Regularization) -> Panel:
    """Draw the first data set and its fit, faint fits to others, and mean and scatter of all."""
    r = result.ridge
    grid, mean, sd = r.grid[_COARSE], r.mean_grid[:, _COARSE], r.sd_grid[:, _COARSE]
    half, others = r.grid[::2], r.scores[1 : 1 + min(7, max(2, _FAINT // r.scores.shape[1]))]
    y = fit_range(r.f_grid, r.noise)
    several = _one_curve(_in_a_row(np.tile(half, (len(others), 1))))
    traces = [
        band(np.concatenate([grid, grid[::-1]]), None, "band", "mean ± 1 sd"),
        curve(several, None, "fit_faint", "other data sets", 1, table=False),
        curve(r.grid, r.f_grid, "truth", "truth", 2),
        curve(_one_curve(half), None, "bias", "mean of all fits", 2.6),
        curve(_one_curve(r.grid), None, "accent", "fit", 3),
        dots(r.x_train, r.y_train[0], "train", "first data set", 6),
        outside(r.grid, r.x_train, y, showlegend=False),
    ]
    # Every fit is a sum over the singular directions of which a penalty keeps shares: these alone travel for each one.
    shares = r.filters[:, np.newaxis]
    scattered = np.stack([_in_a_row(np.outer(s, mode)) for s, mode in zip(others.T, r.modes[:, ::2], strict=True)])
    frames = (
        Frames(0, np.concatenate([mean + sd, (mean - sd)[:, ::-1]], axis=1)),
        Frames(1, shares, basis=scattered),
        Frames(3, shares, basis=r.mean_scores[:, np.newaxis] * r.modes[:, ::2]),
        Frames(4, shares, basis=r.scores[0][:, np.newaxis] * r.modes),
    )
    best = int(np.argmin(r.risk))
    alt = (
        f"A first data set of {r.x_train.size} points with its ridge fit, faint fits to {len(others)} others, "
        f"their mean and a band of one standard deviation, against the truth (dashed). From penalty 0 to 10⁴ the "
        f"effective degrees of freedom go from {number(r.df[0])} to {number(r.df[-1])}; the expected error is smallest "
        f"with {number(r.df[best])}."
    )
    return panel(
        traces,
        alt,
        x="x",
        y="y",
        frames=frames,
        height=HEIGHT - LOWER,
        xaxis={"range": span(r.grid, 0.01)},
        yaxis={"range": y},
    )


def _one_curve(x: Numbers) -> Numbers:
    return strands(x[np.newaxis])


def _in_a_row(curves: Numbers) -> Numbers:
    """Join several curves into a single one with gaps in it."""
    return strands(curves)[:-1]


def weights(values: Numbers, basis: str) -> Panel:
    """Draw the weights (P, d) of a fit."""
    names = [column_name(k, basis) for k in range(1, values.shape[1] + 1)]
    own = squeezed(values)
    words = "%{x}: %{customdata:.3g}"
    traces = [bars(names, own[0], "accent", "weights of the fit", customdata=values[0], hover=words)]
    frames = (Frames(0, own), Frames(0, values, "customdata"))
    norms = np.sqrt((values**2).sum(axis=1))
    at = index_of(10)
    alt = (
        f"Weights of the {len(names)} standardized columns. The root of the sum of their "
        f"squares is {number(norms[1])} at the smallest penalty, {number(norms[at])} at 10 and "
        f"{number(norms[-1])} at 10⁴."
    )
    return panel(
        traces,
        alt,
        x="column (standardized)",
        y="weight",
        frames=frames,
        height=LOWER,
        margin={"t": 8, "b": 44},
        showlegend=False,
        xaxis={"type": "category", "showgrid": False},
        yaxis=weight_axis(float(np.abs(values).max())),
    )


def column_name(k: int, basis: str) -> str:
    """Return the name of the k-th penalized column."""
    if basis == "chebyshev":
        return f"T{subscript(k)}"
    return "x" if k == 1 else f"x{superscript(k)}"


def errors(result: Regularization, log_y: bool) -> Panel:
    """Draw exact errors over the penalty, the simulation on top of them, and the best penalty."""
    r = result.ridge
    curves = {"risk": r.risk, "bias²": r.bias2, "variance": r.variance, "training": r.train_error}
    some = np.concatenate([[0], np.arange(1, len(r.alphas), 8)])
    best = int(np.argmin(r.risk))
    words: Trace = {"text": ["best"], "textposition": "bottom center", "textfont": {"color": color("risk")}}
    mark = dots(PLACES[[best]], r.risk[[best]], "risk", "best α", 14, "star", edge=0, table=False) | words
    mark |= {"mode": "markers+text", "showlegend": False}
    traces = [
        over_penalty(r.risk, "risk", "test error", 3.2),
        over_penalty(r.bias2, "bias", "bias²"),
        over_penalty(r.variance, "variance", "variance"),
        over_penalty(np.full(len(r.alphas), r.noise), "noise", "noise"),
        over_penalty(r.train_error, "train", "training error"),
        over_penalty(r.one_test_error, "test", "one test set", 1.6),
        estimates(PLACES[some], r.mc_error[some], r.mc_error_se[some], "risk", "test error", named=True),
        estimates(PLACES[some], r.mc_bias2[some], r.mc_bias2_se[some], "bias", "bias²"),
        estimates(PLACES[some], r.mc_variance[some], r.mc_variance_se[some], "variance", "variance"),
        mark,
    ]
    at = index_of(10)
    alt = (
        f"Error versus penalty. The expected test error is {number(r.risk[0])} without a penalty, "
        f"{number(r.risk[at])} at α = 10 and smallest, {number(r.risk[best])}, at α = "
        f"{number(r.best, 2)}. From penalty 0 to 10⁴ bias² goes from {number(r.bias2[0])} to "
        f"{number(r.bias2[-1])}, variance from {number(r.variance[0])} to "
        f"{number(r.variance[-1])}."
    )
    return panel(
        traces,
        alt,
        x="penalty α (effective d.f. below)",
        y="squared error (units of y²)",
        tracks=(Track(PLACES),),
        column=1,
        height=HEIGHT,
        width=1.1,
        margin={"b": 57},
        xaxis=penalty_axis(r.df),
        yaxis=error_axis(curves, float(r.risk[0]), log_y),
    )

"""Double descent: the peak over the number of features, and the penalty that removes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from core.draw.live import Axis, Frames, Panel, Picture, Track
from core.draw.marks import band, curve, dots, panel, span
from core.draw.regression import fit_range
from core.kit.lab import Section
from core.kit.words import fixed, number
from core.labs.regularization.compute.explore import Regularization
from core.labs.regularization.controls import show_penalty
from core.labs.regularization.descent.double_descent import ALPHAS, DoubleDescent, double_descent
from core.regression.designs import Settings

_COARSE = slice(None, None, 2)
POINTS = 20  # whatever the page asks for: the peak is where features and points are equal
_UPPER = 330  # of two panels above each other
_HOVER = "%{x} parameters: %{y:.3g}<extra></extra>"


_double_descent = lru_cache(maxsize=4)(double_descent)  # asked for again at each tick of an open section


def errors(result: Regularization) -> DoubleDescent:
    """Compute the errors over the number of features."""
    s = result.settings
    # Only what matters here, so that other settings leave the errors as they are.
    own = Settings(n_train=POINTS, truth=s.truth, low=s.low, high=s.high, noise_std=s.noise_std, seed=s.seed)
    return _double_descent(own)


def descent(result: Regularization, values: Mapping[str, Any]) -> Sequence[str | Picture]:
    """Show two pictures of one experiment: one moves along the features, the other along the penalty."""
    d = errors(result)
    n = int(np.argmin(np.abs(d.widths - d.n_train)))
    before = int(np.argmin(d.risk[0, : n + 1]))
    calm = d.calm_alpha
    tamed = (
        (f"From α = {show_penalty(calm)} on, the peak is no higher than the error of the widest model.")
        if np.isfinite(calm)
        else "No penalty here lowers the peak to the error of the widest model."
    )
    return (
        "Least squares with more and more cosine features (feature k divided by k) on "
        f"{d.n_train} points; with more weights than points, the minimum-norm fit. Medians over "
        f"20 draws of x, exact in the noise. The error is {fixed(float(d.risk[0, before]))} with "
        f"{int(d.widths[before])} parameters, {number(float(d.risk[0, n]))} with "
        f"{int(d.widths[n])}, and {fixed(float(d.risk[0, -1]))} with {int(d.widths[-1])}. At the "
        f"peak, bias² is {number(float(d.bias2[0, n]))} and variance "
        f"{number(float(d.variance[0, n]))}.",
        over_features(d),
        f"**With a penalty** the same curve changes. At {int(d.widths[n])} parameters the error is "
        f"{number(float(d.peak[0]))} times that of the widest model without one. {tamed}",
        over_descent_penalty(d),
    )


def _axes(d: DoubleDescent) -> dict[str, Any]:
    widths = [w for w in (2, 5, 10, 20, 50, 100, 200, 400) if w <= d.widths[-1]]
    return {"type": "log", "tickvals": widths, "range": np.log10([d.widths[0] / 1.1, d.widths[-1] * 1.1]).tolist()}


def _tall(d: DoubleDescent) -> dict[str, Any]:
    positive = d.bias2[0][d.bias2[0] > 0]
    low = max(float(positive.min(initial=1e-3)), 1e-4 * float(np.median(d.risk[0])))
    top = max(float(d.risk[0].max()), 10 * low)
    return {"type": "log", "exponentformat": "power", "range": [np.log10(low) - 0.2, np.log10(top) + 0.3], "nticks": 6}


def over_features(d: DoubleDescent) -> Picture:
    """Draw error and smallest singular value over the number of parameters, and the fit with each number."""
    x = d.widths.astype(float)
    panels = (_first_fits(d), _errors_over_features(d), _smallest_over_features(d))
    sentences = tuple(
        f"{int(w)} parameters for {d.n_train} points: bias² {number(float(b))} + variance {number(float(v))} + noise; "
        f"the smallest singular value is {number(float(s))}."
        for w, b, v, s in zip(d.widths, d.bias2[0], d.variance[0], d.smallest, strict=True)
    )
    axis = Axis("width", "Parameters", tuple(x.tolist()), tuple(str(int(w)) for w in x), start=float(d.n_train))
    return Picture(panels, axis, sentences=sentences)


def _first_fits(d: DoubleDescent) -> Panel:
    grid = d.grid[_COARSE]
    return panel(
        [
            curve(d.grid, d.f_grid, "truth", "truth", 2),
            curve(grid, None, "accent", "minimum-norm fit", 3),
            dots(d.x_train, d.y_train, "train", "first data set", 7),
        ],
        f"Fits to the first data set of {d.n_train} points with 2 to {int(d.widths[-1])} parameters, and the truth "
        f"(dashed).",
        x="x",
        y="y",
        frames=(Frames(1, np.clip(d.fit_grid[0][:, _COARSE], -1e4, 1e4)),),
        height=520,
        xaxis={"range": span(d.grid, 0.01)},
        yaxis={"range": fit_range(d.f_grid, 0.3)},
    )


def _errors_over_features(d: DoubleDescent) -> Panel:
    x = d.widths.astype(float)
    kinds = (
        ("test error", "risk", d.risk[0], 3),
        ("bias²", "bias", d.bias2[0], 2),
        ("variance", "variance", d.variance[0], 2),
    )
    errors = [
        curve(x, _positive(v), role, name, width, hovertemplate=_HOVER, hoverinfo="all")
        for name, role, v, width in kinds
    ]
    errors.append(curve(x, _positive(d.train_error[0]), "train", "training error"))
    return panel(
        errors,
        f"Error over the number of parameters, both logarithmic: from {number(d.risk[0, 0])} to "
        f"{number(d.risk[0, -1])} with its largest value {number(d.risk[0].max())} at "
        f"{int(d.widths[np.argmax(d.risk[0])])} parameters.",
        x="parameters (features and intercept)",
        y="squared error (y²)",
        tracks=(Track(x),),
        column=1,
        height=_UPPER,
        xaxis=_axes(d),
        yaxis=_tall(d),
    )


def _smallest_over_features(d: DoubleDescent) -> Panel:
    x = d.widths.astype(float)
    return panel(
        [curve(x, d.smallest, "threshold", "smallest singular value", 2.4, hovertemplate=_HOVER, hoverinfo="all")],
        f"Smallest singular value of the features: least, {number(d.smallest.min())}, at "
        f"{int(d.widths[np.argmin(d.smallest)])} parameters.",
        x="parameters",
        y="singular value",
        tracks=(Track(x),),
        column=1,
        height=520 - _UPPER,
        margin={"t": 8, "b": 44},
        xaxis=_axes(d),
        yaxis={"type": "log", "exponentformat": "power", "nticks": 4},
    )


def over_descent_penalty(d: DoubleDescent) -> Picture:
    """Draw the error over the number of parameters, at every penalty; the curve without a penalty stays."""
    x = d.widths.astype(float)
    traces = [
        band(np.concatenate([x, x[::-1]]), None, "noise_fill", "middle 50% of draws"),
        curve(x, _positive(d.risk[0]), "noise", "no penalty", 1.6),
        curve(x, None, "risk", "test error", 3),
        curve(x, None, "bias", "bias²"),
        curve(x, None, "variance", "variance"),
    ]
    frames = (
        Frames(0, np.concatenate([d.risk_high, d.risk_low[:, ::-1]], axis=1)),
        Frames(2, _positive(d.risk)),
        Frames(3, _positive(d.bias2)),
        Frames(4, _positive(d.variance)),
    )
    own = panel(
        traces,
        "Error over the number of parameters at each penalty. The largest error is "
        f"{number(d.risk[0].max())} without a penalty and {number(d.risk[-1].max())} with the "
        "largest.",
        x="parameters (features and intercept)",
        y="squared error (y²)",
        frames=frames,
        height=340,
        xaxis=_axes(d),
        yaxis=_tall(d),
    )
    sentences = tuple(
        f"α = {show_penalty(float(a))}: the largest error is {number(float(risk.max()))}, at "
        f"{int(d.widths[risk.argmax()])} parameters; the smallest is {number(float(risk.min()))}, at "
        f"{int(d.widths[risk.argmin()])}."
        for a, risk in zip(d.alphas, d.risk, strict=True)
    )
    texts = tuple(show_penalty(float(alpha)) for alpha in ALPHAS)
    axis = Axis("descent_alpha", "Penalty α", tuple(float(a) for a in d.alphas), texts)
    return Picture((own,), axis, sentences=sentences)


def _positive(values: Any) -> Any:
    """Return values that a logarithmic axis can show; 0 is far below the picture."""
    return np.maximum(values, 1e-30)


SECTION = Section("Double descent, and the penalty that removes its peak", descent)

"""Panels of fits: to one data set, and to many with their mean and scatter."""

from __future__ import annotations

import numpy as np

from core.draw.live import Frames, Panel, strands
from core.draw.marks import Trace, band, curve, dots, panel, span
from core.draw.regression import fit_range, outside
from core.draw.style import ceiling, color
from core.kit.arrays import Numbers
from core.kit.words import number
from core.labs.bias_variance.compute.explore import Exploration
from core.labs.bias_variance.panels.errors import HEIGHT

_LOWER = 215  # of the two panels that stand above each other
COARSE = slice(None, None, 2)  # of the grid, for what travels once for every degree
PINNED = ("first", "second", "test", "threshold")  # colors of the fits that stay on screen


def one_data_set(result: Exploration, compare: tuple[int, ...]) -> tuple[Panel, ...]:
    """Draw one data set with the current fit and the fits of the degrees in `compare`."""
    d = result.decomposition
    pinned = [k for k in compare if k <= d.degrees[-1]]
    traces = [
        curve(d.grid, d.f_grid, "truth", "truth", 2),
        *(
            curve(d.grid, d.coefs[0, k - 1] @ d.basis, role, f"degree {k}", 2)
            for k, role in zip(pinned, PINNED, strict=False)
        ),
        curve(strands(d.grid[None]), None, "accent", "degree on the slider", 3.2),
        _points(d.x_train[0], d.y_train[0], "train", "training", 8),
        _points(d.x_test, d.y_test, "test", "test", 7, "circle-open"),
    ]
    moving = len(pinned) + 1
    fits = [d.coefs[:1, k, : k + 2] for k in range(len(d.degrees))]
    shown = f" The fits of degree {', '.join(map(str, pinned))} stay on screen." if pinned else ""
    alt = (
        f"One data set of {d.x_train.shape[1]} points with noise, the truth (dashed) and the polynomial of the degree "
        f"on the slider.{shown} The fit of degree {result.best} has the smallest expected error."
    )
    frames = (Frames(moving, fits, basis=d.basis),)
    return (_fit_panel(result, traces, frames, alt, HEIGHT),)


def many_data_sets(result: Exploration, compare: tuple[int, ...]) -> tuple[Panel, ...]:
    """Draw fits to many data sets with their mean and scatter; below, their error at each x."""
    d = result.decomposition
    curves = len(d.coefs)
    grid, mean, sd = d.grid[COARSE], d.mean_grid[:, COARSE], d.sd_grid[:, COARSE]
    traces = [
        band(np.concatenate([grid, grid[::-1]]), None, "band", "mean ± 1 sd"),
        curve(strands(np.tile(d.grid, (curves, 1))), None, "fit_faint", f"fits of {curves} data sets", 1, table=False),
        curve(d.grid, d.f_grid, "truth", "truth", 2),
        curve(grid, None, "bias", "mean of all fits", 2.6),
    ]
    frames = (
        Frames(0, [np.concatenate([m + s, (m - s)[::-1]]) for m, s in zip(mean, sd, strict=True)]),
        Frames(1, [d.coefs[:, k, : k + 2] for k in range(len(d.degrees))], basis=d.basis),
        Frames(3, list(mean)),
    )
    alt = (
        f"Fits of one degree to {curves} data sets (faint), their mean and a band of one standard deviation, against "
        f"the truth (dashed). From degree 1 to {d.degrees[-1]}, bias² goes from {number(float(result.bias2[0]))} to "
        f"{number(float(result.bias2[-1]))} and variance from {number(float(result.variance[0]))} to "
        f"{number(float(result.variance[-1]))}."
    )
    return (_fit_panel(result, traces, frames, alt, HEIGHT - _LOWER), _pointwise(result))


def _pointwise(result: Exploration) -> Panel:
    """Draw bias², variance, and noise at each x, stacked, so that the upper edge is the expected error there."""
    d = result.decomposition
    grid = d.grid[COARSE]
    bias2, variance = ((d.mean_grid - d.f_grid) ** 2)[:, COARSE], d.sd_grid[:, COARSE] ** 2
    lower, upper = bias2 + variance, bias2 + variance + d.noise
    layers = [
        ("bias²", "bias", "bias_fill", bias2, "tozeroy"),
        ("variance", "variance", "variance_fill", lower, "tonexty"),
        ("noise", "noise", "noise_fill", upper, "tonexty"),
    ]
    traces = [
        curve(grid, None, role, name, 1.4, dash="solid", fill=fill, fillcolor=color(area))
        for name, role, area, _, fill in layers
    ]
    traces.append(
        dots(
            d.x_test,
            np.zeros(len(d.x_test)),
            "test",
            "test x",
            marker={"symbol": "line-ns", "size": 9, "line": {"color": color("test"), "width": 2}},
            hover="test point at x = %{x:.3g}",
            table=False,
        )
    )
    best = upper[result.best - 1]
    top = ceiling(
        max(
            1.4 * float(np.quantile(best, 0.9)),
            1.5 * float(result.risk[result.best - 1]),
            0.3 * float(result.risk[0]),
            float(upper[0].max()),
            1e-9,
        )
    )
    frames = tuple(Frames(k, list(values)) for k, (*_, values, _) in enumerate(layers))
    alt = (
        "Bias², variance and noise at each x, stacked: the upper edge is the expected test error there. "
        f"At degree {result.best} the largest error on the grid is {number(float(best.max()))}, "
        f"at x = {number(float(grid[best.argmax()]))}."
    )
    return panel(
        traces,
        alt,
        x="x",
        y="error at x (y²)",
        frames=frames,
        height=_LOWER,
        margin={"t": 8, "b": 44},
        xaxis={"range": span(d.grid, 0.01)},
        yaxis={"range": [-0.03 * top, top]},
    )


def _fit_panel(result: Exploration, traces: list[Trace], frames: tuple[Frames, ...], alt: str, height: int) -> Panel:
    d = result.decomposition
    y = fit_range(d.f_grid, d.noise)
    return panel(
        [*traces, outside(d.grid, d.x_train, y)],
        alt,
        x="x",
        y="y",
        frames=frames,
        height=height,
        xaxis={"range": span(d.grid, 0.01)},
        yaxis={"range": y},
    )


def _points(x: Numbers, y: Numbers, role: str, name: str, size: int, symbol: str = "circle") -> Trace:
    return dots(x, y, role, name, size, symbol, hover="x %{x:.3g}<br>y %{y:.3g}")

"""Panels for a visitor's own points: the fit and its bootstrap band, and the errors that points alone can tell."""

from __future__ import annotations

import numpy as np

from core.draw.live import Frames, Panel, Track, strands
from core.draw.marks import band, curve, dots, panel, span
from core.draw.regression import error_axis, there
from core.kit.words import number
from core.labs.bias_variance.compute.own import OwnFits
from core.labs.bias_variance.panels.errors import HEIGHT
from core.labs.bias_variance.panels.fits import PINNED
from core.regression.resampling import RESAMPLES


def own_fits(result: OwnFits, pinned: tuple[int, ...], resampled: bool) -> Panel:
    """Draw the points and the current fit, over fits to resampled points or beside the fits of the pinned degrees."""
    again = result.resampled
    edges = [there(np.concatenate([upper, lower[::-1]])) for lower, upper in again.band.swapaxes(0, 1)]
    traces = [
        band(np.concatenate([result.grid, result.grid[::-1]]), None, "band", f"68% of {RESAMPLES} bootstrap fits"),
        curve(result.grid, None, "accent", "fit to your points", 3.2),
    ]
    frames = [Frames(0, edges), Frames(1, result.curves)]
    if resampled:
        faint = strands(np.tile(result.grid, (len(again.fits), 1)))
        name = f"{len(again.fits)} of these fits"
        traces.append(curve(faint, None, "fit_faint", name, 1, table=False))
        frames.append(Frames(2, [there(strands(fits)) for fits in again.fits.swapaxes(0, 1)]))
    kept = [k for k in pinned if k <= result.degrees[-1] and not resampled]
    traces += [
        curve(result.grid, result.curves[k - 1], role, f"degree {k}", 2) for k, role in zip(kept, PINNED, strict=False)
    ]
    traces.append(dots(result.x, result.y, "train", "your points", 7, hover="x %{x:.3g}<br>y %{y:.3g}"))
    alt = (
        f"{result.x.size} points of your own, the polynomial of the degree on the slider, and a band of fits to "
        f"resampled points. Leave-one-out is smallest at degree {result.best}."
    )
    return panel(
        traces,
        alt,
        x="x",
        y="y",
        frames=frames,
        height=HEIGHT,
        xaxis={"range": span(result.grid, 0.02)},
        yaxis={"range": span(result.y, 0.15)},
    )


def own_errors(result: OwnFits, log_y: bool) -> Panel:
    """Draw training error, leave-one-out error, and bootstrap variance against the degree."""
    x, error, least = result.degrees, result.left_out, float(result.left_out[result.best - 1])
    rows = (
        ("train", "training error", result.train_mse, 2.2),
        ("threshold", "leave-one-out error", error, 3.2),
        ("variance", "bootstrap variance", result.resampled.variance, 2.2),
    )
    words = "degree %{{x}}<br>{} %{{y:.4g}}"
    traces = [curve(x, there(y), role, name, w, hover=words.format(name)) for role, name, y, w in rows]
    mark = dots(np.array([result.best]), np.array([least]), "threshold", "picked", 13, showlegend=False, table=False)
    alt = (
        f"Squared error against degree. Leave-one-out is {number(float(error[0]))} at degree 1 and smallest, "
        f"{number(least)}, at degree {result.best}; the training error falls to {number(float(result.train_mse[-1]))}."
    )
    known = {"risk": error[np.isfinite(error)], "training": result.train_mse}
    return panel(
        [*traces, mark],
        alt,
        x="degree of the polynomial",
        y="squared error (units of y²)",
        tracks=(Track(x),),
        column=1,
        height=HEIGHT,
        margin={"b": 48},
        xaxis={"range": [0.5, x[-1] + 0.5], "dtick": 1 if len(x) <= 10 else 2, "tick0": 1, "tickangle": 0},
        yaxis=error_axis(known, float(known["risk"][0]), log_y),
    )

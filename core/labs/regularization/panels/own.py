"""Panels for a visitor's own points: the fit and its bootstrap band, and the errors that points alone can tell."""

from __future__ import annotations

import numpy as np

from core.draw.live import Frames, Panel, Track
from core.draw.marks import band, curve, dots, panel, span
from core.draw.regression import error_axis, there
from core.kit.words import number
from core.labs.regularization.compute.own import COARSE, OwnRidge
from core.labs.regularization.panels.penalty import HEIGHT, LOWER, PLACES, index_of, over_penalty, penalty_axis
from core.labs.regularization.panels.ridge import weights
from core.regression.resampling import RESAMPLES


def own_panels(result: OwnRidge, log_y: bool) -> tuple[Panel, ...]:
    """Draw the fit above its weights, and the errors next to them."""
    return _fit(result), weights(result.weights, result.basis), _errors(result, log_y)


def _fit(result: OwnRidge) -> Panel:
    grid = result.grid[COARSE]
    edges = [there(np.concatenate([upper, lower[::-1]])) for lower, upper in result.resampled.band.swapaxes(0, 1)]
    traces = [
        band(np.concatenate([grid, grid[::-1]]), None, "band", f"68% of {RESAMPLES} bootstrap fits"),
        curve(result.grid, None, "accent", "fit to your points", 3),
        dots(result.x, result.y, "train", "your points", 6, hover="x %{x:.3g}<br>y %{y:.3g}"),
    ]
    alt = (
        f"{result.x.size} points of your own with the ridge fit of degree {result.degree}, and a band of fits to "
        f"resampled points. Leave-one-out is smallest at α = {number(result.best, 2)}."
    )
    return panel(
        traces,
        alt,
        x="x",
        y="y",
        frames=(Frames(0, edges), Frames(1, result.curves)),
        height=HEIGHT - LOWER,
        xaxis={"range": span(result.grid, 0.02)},
        yaxis={"range": span(result.y, 0.15)},
    )


def _errors(result: OwnRidge, log_y: bool) -> Panel:
    error, best = result.left_out, index_of(result.best)
    traces = [
        over_penalty(result.train_mse, "train", "training error"),
        over_penalty(error, "threshold", "leave-one-out error", 3.2),
        over_penalty(result.resampled.variance, "variance", "bootstrap variance"),
        dots(PLACES[[best]], error[[best]], "threshold", "picked", 13, showlegend=False, table=False),
    ]
    alt = (
        f"Error versus penalty. The leave-one-out error is {number(float(error[0]))} without a penalty and smallest, "
        f"{number(float(error[best]))}, at α = {number(result.best, 2)}; the training error rises from "
        f"{number(float(result.train_mse[0]))} to {number(float(result.train_mse[-1]))}."
    )
    known = {"risk": error[np.isfinite(error)], "training": result.train_mse}
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
        xaxis=penalty_axis(result.df),
        yaxis=error_axis(known, float(known["risk"][0]), log_y),
    )

"""Squared, absolute and Huber loss: what one outlier does to a straight line, in y and in x."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from core.figures.live import Axis, Frames, Picture, Readout, Track
from core.figures.regularization.parts import curve, dots, panel, span
from core.lab import Section
from core.regularization.losses import EFFICIENT, LOSSES, TRUTH, Points, example_points, fit_lines
from core.regularization.outliers import OutlierSweep, sweep_outlier
from core.regularization.regularize import Regularization
from core.text import fixed, number

_ROLES = dict(zip(LOSSES, ("first", "second", "threshold"), strict=True))
_LABELS = {"squared": "squared (L2)", "absolute": "absolute (L1)", "huber": "Huber"}
_SEED = 4
_MOVED = {"y": 13, "x": 19}  # a point in the middle that moves up and down, and the last one, to both sides
_RANGES = {"y": (-20.0, 20.0), "x": (-10.0, 30.0)}


@lru_cache(maxsize=2)
def _sweep(axis: str) -> OutlierSweep:
    low, high = _RANGES[axis]
    return sweep_outlier(points=_points(), delta=EFFICIENT, moved=_MOVED[axis], axis=axis, low=low, high=high)


def _points() -> Points:
    return example_points(seed=_SEED)


def losses(result: Regularization, values: Mapping[str, Any]) -> Sequence[str | Picture]:
    """The losses, an outlier in y and an outlier in x."""
    up, across = _sweep("y"), _sweep("x")
    return (
        "This is about the *loss*, not the penalty: how much does one residual count? Its derivative is the pull of a "
        "point on the line. Under squared loss it grows without bound, under absolute loss it is ±1, and Huber's loss "
        f"cuts it off at δ = {EFFICIENT} (here the noise has standard deviation 1).",
        curves(),
        "**An outlier in y.** Drag the point up and down. How far is each line from the one without the point?",
        moving(up, "y"),
        "**An outlier in x.** Now the last point moves sideways. A small residual does not help when the leverage h is "
        "near 1: bounded pull is no protection against a far x.",
        moving(across, "x"),
    )


def curves() -> Picture:
    """Loss and its derivative over the residual."""
    fits = fit_lines(points=_points())
    panels = []
    for column, (values, y) in enumerate(((fits.loss_curves, "loss"), (fits.score_curves, "pull (derivative)"))):
        traces = [curve(fits.errors, v, _ROLES[k], _LABELS[k], 2.6) for k, v in zip(LOSSES, values, strict=True)]
        ends = ", ".join(f"{_LABELS[k]} {number(float(v[-1]))}" for k, v in zip(LOSSES, values, strict=True))
        alt = f"{y.capitalize()} over the residual; at {number(float(fits.errors[-1]))}: {ends}."
        panels.append(panel(traces, alt, x="residual", y=y, column=column, height=260))
    return Picture(tuple(panels))


def moving(sweep: OutlierSweep, axis: str) -> Picture:
    """Points and lines, and the distance of each line from that without the moved point."""
    x, y = np.array(_points()).T
    moved = _MOVED[axis]
    rest = np.arange(x.size) != moved
    place = sweep.positions
    at_x, at_y = (place, np.full_like(place, y[moved])) if axis == "x" else (np.full_like(place, x[moved]), place)
    ends = np.array([-11.0, 31.0]) if axis == "x" else np.array([-0.5, 10.5])
    drawn = [lines[:, :1] + lines[:, 1:] * ends for lines in sweep.lines]
    shown = [dots(x[rest], y[rest], "train", "points", 7)]
    shown.append(curve(ends, TRUTH[0] + TRUTH[1] * ends, "truth", "truth", 1.6))
    shown += [curve(ends, None, _ROLES[k], _LABELS[k], 2.6) for k in LOSSES]
    farthest = ", ".join(f"{_LABELS[k]} {number(float(s.max()))}" for k, s in zip(LOSSES, sweep.shift, strict=True))
    left = panel(
        shown,
        f"{x.size} points with lines under three losses; one point moves in {axis}.",
        x="x",
        y="y",
        frames=[Frames(2 + i, values) for i, values in enumerate(drawn)],
        tracks=[Track(at_x, at_y, "warning")],
        height=380,
        xaxis={"range": ends.tolist()},
        yaxis={"range": [-21, 21] if axis == "y" else [-6, 14]},
    )
    right = panel(
        [curve(place, s, _ROLES[k], _LABELS[k], 2.6) for k, s in zip(LOSSES, sweep.shift, strict=True)],
        f"Distance of each line from the one without the moved point, over its {axis}; largest: {farthest}.",
        x=f"{axis} of the moved point",
        y="distance moved (y)",
        tracks=[Track(place)],
        column=1,
        height=380,
        xaxis={"range": span(place, 0.02)},
        yaxis={"range": [0, 1.05 * float(sweep.shift.max())]},
    )
    readouts = tuple(
        Readout(f"slope, {_LABELS[k]}", tuple(fixed(float(b)) for b in lines[:, 1]), _ROLES[k])
        for k, lines in zip(LOSSES, sweep.lines, strict=True)
    )
    readouts += (
        Readout("leverage h", tuple(fixed(float(h)) for h in sweep.leverage), help="Diagonal of the hat matrix."),
        Readout("Cook's distance", tuple(number(float(c)) for c in sweep.cooks), help="Leverage and residual in one."),
    )
    sentences = tuple(
        f"Without the point the slopes are {', '.join(fixed(float(b)) for b in sweep.rest[:, 1])} (squared, absolute, "
        f"Huber); with it the lines are {', '.join(fixed(float(s), 2) for s in shift)} away."
        for shift in sweep.shift.T
    )
    texts = tuple(fixed(float(p), 1) for p in place)
    own = Axis(f"moved_{axis}", f"{axis} of the point", tuple(place.tolist()), texts, 15.0 if axis == "y" else 30.0)
    return Picture((left, right), own, readouts, sentences)


SECTION = Section("Another way to be robust: squared, absolute and Huber loss with an outlier", losses)

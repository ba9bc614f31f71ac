"""Squared, absolute, and Huber loss: the effect of one outlier on a straight line, in y and in x."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from core.draw.live import Axis, Frames, Panel, Picture, Plane, Readout, Track, strands
from core.draw.marks import curve, dots, panel, span
from core.kit.lab import Section
from core.kit.words import fixed, number
from core.labs.regularization.compute.explore import Regularization
from core.labs.regularization.controls import EXTRA
from core.labs.regularization.outliers.losses import EFFICIENT, LOSSES, TRUTH, Points, example_points, fit_lines
from core.labs.regularization.outliers.sweep import OutlierSweep, drag_outlier, sweep_outlier

_ROLES = dict(zip(LOSSES, ("first", "second", "threshold"), strict=True))
_LABELS = {"squared": "squared (L2)", "absolute": "absolute (L1)", "huber": "Huber"}
_SEED = 4
_MOVED = {"y": 13, "x": 19}  # a point in the middle that moves up and down, and the last one, to both sides
_RANGES = {"y": (-20.0, 20.0), "x": (-10.0, 30.0)}
_ENDS = np.array([EXTRA.across[0] - 1, EXTRA.across[-1] + 1])  # of the lines while a point is dragged


@lru_cache(maxsize=2)
def _sweep(axis: str) -> OutlierSweep:
    low, high = _RANGES[axis]
    return sweep_outlier(points=_points(), delta=EFFICIENT, moved=_MOVED[axis], axis=axis, low=low, high=high)


@lru_cache(maxsize=8)
def _drag(points: Points) -> OutlierSweep:
    return drag_outlier(points=points, across=EXTRA.across, up=EXTRA.up, delta=EFFICIENT)


def _points() -> Points:
    return example_points(seed=_SEED)


def losses(result: Regularization, values: Mapping[str, Any]) -> Sequence[str | Picture]:
    """Show the losses, points that are added and dragged, an outlier in y, and an outlier in x."""
    up, across = _sweep("y"), _sweep("x")
    others = values[EXTRA.name][:-1]
    return (
        "This is about the *loss*, not the penalty. Its derivative is a point's pull on the "
        f"line: unbounded for squared loss, ±1 for absolute loss, capped at δ = {EFFICIENT} for "
        "Huber (here the noise has standard deviation 1).",
        curves(),
        "**Add points and drag them.** Up and down: an outlier in y. To the sides: an outlier in "
        "x, with high leverage h whatever its residual. How many outliers does it take to move "
        "the absolute-loss line?",
        dragged(_drag((*_points(), *others)), others),
        "**An outlier in y**, and how far each line is from the one without the point. The squared line follows it, "
        "the others stop.",
        moving(up, "y"),
        "**An outlier in x.** Now the last point moves sideways. When the leverage h is near 1 "
        "even a bounded pull gives no protection.",
        moving(across, "x"),
    )


def curves() -> Picture:
    """Draw the loss and its derivative over the residual."""
    fits = fit_lines(points=_points())
    panels = []
    for column, (values, y) in enumerate(((fits.loss_curves, "loss"), (fits.score_curves, "pull (derivative)"))):
        traces = [curve(fits.errors, v, _ROLES[k], _LABELS[k], 2.6) for k, v in zip(LOSSES, values, strict=True)]
        ends = ", ".join(f"{_LABELS[k]} {number(float(v[-1]))}" for k, v in zip(LOSSES, values, strict=True))
        alt = f"{y.capitalize()} over the residual; at {number(float(fits.errors[-1]))}: {ends}."
        panels.append(panel(traces, alt, x="residual", y=y, column=column, height=260))
    return Picture(tuple(panels))


def dragged(sweep: OutlierSweep, others: Points) -> Picture:
    """Draw points and lines while one point is dragged, and the leverage of its every position.

    Parameters
    ----------
    sweep
        The lines for each position of the dragged point.
    others
        Points that were added before it.
    """
    across, up = (
        Axis(name, f"{name} of the selected point", values, tuple(fixed(v, 0) for v in values))
        for name, values in (("x", EXTRA.across), ("y", EXTRA.up))
    )
    plane = Plane(EXTRA.name, across, up, EXTRA.default[-1])
    points = len(_points()) + len(others) + 1
    return Picture((_lines(sweep, others), _leverage(sweep, others)), plane, _effects(sweep), _verdicts(sweep, points))


def _lines(sweep: OutlierSweep, others: Points) -> Panel:
    x, y = np.array(_points()).T
    return panel(
        [
            dots(x, y, "train", "points", 6),
            dots(
                [p[0] for p in others],
                np.array([p[1] for p in others]),
                "accent",
                "added",
                9,
                "circle-open",
                showlegend=bool(others),
            ),
            curve(_ENDS, TRUTH[0] + TRUTH[1] * _ENDS, "truth", "truth", 1.6),
            *(curve(_ENDS, None, _ROLES[k], _LABELS[k], 2.6) for k in LOSSES),
        ],
        f"{x.size} points, {len(others)} added before and one selected, with lines under three "
        "losses. Over all positions of the selected point the lines move by at most "
        + ", ".join(f"{number(float(s.max()))} ({_LABELS[k]})" for k, s in zip(LOSSES, sweep.shift, strict=True))
        + ".",
        x="x",
        y="y",
        frames=[Frames(3 + i, found[:, :1] + found[:, 1:] * _ENDS) for i, found in enumerate(sweep.lines)],
        tracks=[Track(*sweep.positions.T)],
        height=420,
        xaxis={"range": _ENDS.tolist()},
        yaxis={"range": [EXTRA.up[0] - 1, EXTRA.up[-1] + 1]},
    )


def _leverage(sweep: OutlierSweep, others: Points) -> Panel:
    grid, known = np.linspace(float(_ENDS[0]), float(_ENDS[1]), 61), np.array([p[0] for p in (*_points(), *others)])
    coefs = sweep.parabola[:, np.newaxis]
    return panel(
        [
            curve(strands(grid[np.newaxis]), None, "noise", "leverage at x", 1.6),
            dots(strands(known[np.newaxis]), None, "train", "points", 6),
            dots(None, None, "accent", "dragged", 11),
        ],
        "Leverage over x: that of the selected point is between "
        f"{number(float(sweep.leverage.min()))} and {number(float(sweep.leverage.max()))}, and "
        "depends on its x alone.",
        x="x",
        y="leverage h",
        frames=[
            Frames(0, coefs, basis=np.vander(grid, 3, increasing=True).T),
            Frames(1, coefs, basis=np.vander(known, 3, increasing=True).T),
            Frames(2, sweep.positions[:, :1], "x"),
            Frames(2, sweep.leverage[:, np.newaxis]),
        ],
        column=1,
        height=420,
        xaxis={"range": _ENDS.tolist()},
        yaxis={"range": [-0.04, 1.04]},
    )


def _effects(sweep: OutlierSweep) -> tuple[Readout, ...]:
    moved = tuple(
        Readout(
            f"{_LABELS[k]}: shift",
            tuple(f"{s:.2f}" for s in shift),
            _ROLES[k],
            "RMS distance from the line fitted without this point, in units of y.",
        )
        for k, shift in zip(LOSSES, sweep.shift, strict=True)
    )
    return (
        *moved,
        Readout(
            "leverage h",
            tuple(f"{h:.2f}" for h in sweep.leverage),
            help="How strongly the point pulls the fit toward itself (hat-matrix diagonal).",
        ),
        Readout(
            "Cook's distance",
            tuple(number(float(c), 2) for c in sweep.cooks),
            help="Effect of removing the point: combines leverage and residual.",
        ),
    )


def _verdicts(sweep: OutlierSweep, n_points: int) -> tuple[str, ...]:
    """Say which line a position of the point moves most and least, and whether its leverage counts as high."""
    high = np.where(sweep.leverage > 4 / n_points, "above", "not above")
    order = np.argsort(sweep.shift, axis=0)
    return tuple(
        _verdict(LOSSES[rank[2]], LOSSES[rank[0]], float(most), str(where), 4 / n_points)
        for rank, most, where in zip(order.T, sweep.shift.max(axis=0), high, strict=True)
    )


def _verdict(most: str, least: str, shift: float, where: str, limit: float) -> str:
    moved = (
        f"This point moves the {_LABELS[most]} line most, the {_LABELS[least]} line least"
        if shift >= 0.01
        else "This point moves no line by 0.01"
    )
    return f"{moved}. Its leverage is {where} 4/n = {limit:.2f}, a usual cutoff for high leverage."


def moving(sweep: OutlierSweep, axis: str) -> Picture:
    """Draw points and lines, and the distance of each line from that without the moved point."""
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
        Readout(
            "leverage h",
            tuple(fixed(float(h)) for h in sweep.leverage),
            help="How strongly the point pulls the fit toward itself (hat-matrix diagonal).",
        ),
        Readout(
            "Cook's distance",
            tuple(number(float(c)) for c in sweep.cooks),
            help="Effect of removing the point: combines leverage and residual.",
        ),
    )
    sentences = tuple(
        f"Without the point the slopes are {', '.join(fixed(float(b)) for b in sweep.rest[:, 1])} (squared, absolute, "
        f"Huber); with it the lines are {', '.join(fixed(float(s), 2) for s in shift)} away."
        for shift in sweep.shift.T
    )
    texts = tuple(fixed(float(p), 1) for p in place)
    own = Axis(f"moved_{axis}", f"{axis} of the point", tuple(place.tolist()), texts, 15.0 if axis == "y" else 30.0)
    return Picture((left, right), own, readouts, sentences)


SECTION = Section("Robust losses: squared, absolute, and Huber with an outlier", losses)

"""One training for each rate: where each has come to, how it came there, and what the homework read from it."""

from __future__ import annotations

import numpy as np

from core.draw.live import Frames, Panel
from core.draw.marks import Trace, curve, panel
from core.kit.arrays import Numbers
from core.kit.words import number
from core.labs.lr_range.compute.curves import Candidate
from core.labs.lr_range.compute.explore import LrRange, Moment
from core.labs.lr_range.controls import show_rate
from core.labs.lr_range.panels.rates import (
    LOWER,
    LOWER_RATE,
    UPPER,
    UPPER_RATE,
    accuracy_range,
    counter,
    crosses,
    faint,
    gapped,
    nothing_yet,
    over_rates,
)

_TOP = 3.2  # a network that knows nothing about ten classes has 2.3
_BLOCKS = 60  # points of the curve of one training


def sweep_panels(result: LrRange, now: Moment) -> tuple[Panel, ...]:
    """Loss at the end above the way there, accuracy above the counter."""
    return _ends(result, now), _ways(result, now), _accuracy(result, now), counter(result)


def _ends(result: LrRange, now: Moment) -> Panel:
    lost = [each.rate for sweep in now.sweeps for each in sweep.candidates if each.diverged is not None]
    traces = [
        *_bounds(now),
        *_points(now, "loss", "train"),
        crosses(np.log10(lost), np.full(len(lost), 0.95 * _TOP), "diverged", "bottom center"),
    ]
    return over_rates(
        result,
        traces,
        _alt(now, "loss"),
        y="loss, last epoch",
        height=UPPER,
        yaxis={"range": [0, _TOP]},
    )


def _points(now: Moment, name: str, role: str) -> list[Trace]:
    """A point for each training that has ended with a number; lines join neighbors alone."""
    ended = [[each for each in sweep.candidates if each.ended] for sweep in now.sweeps]
    x = gapped([np.log10([each.rate for each in some]) for some in ended])
    y = gapped([np.array([getattr(each, name) for each in some], dtype=float) for some in ended])
    if not np.isfinite(y).any():  # all have diverged so far
        x = y = np.array([])
    look: Trace = {"hover": f"{name} %{{y:.4g}}", "mode": "lines+markers", "marker": {"size": 9}}
    return [curve(x, y, role, f"{name} of each training", 2, dash="solid", **look)]


def _bounds(now: Moment) -> list[Trace]:
    """Mark the rates of the published rule and of the bracket."""
    found: dict[str, tuple[tuple[float, float], str, float]] = {}
    for sweep in now.sweeps[:1]:
        if sweep.homework_bounds:
            found["best and next"] = (sweep.homework_bounds, "variance", 0.08)
        if not isinstance(sweep.bracket, str):
            found["bracket"] = (sweep.bracket, "second", 0.03)
    return [
        curve(np.log10(bounds), np.full(2, height * _TOP), role, name, 6, dash="solid")
        for name, (bounds, role, height) in found.items()
    ]


def _alt(now: Moment, name: str) -> str:
    ended = [each for sweep in now.sweeps[:1] for each in sweep.candidates if each.ended]
    if not ended:
        return "Empty axes: no training with these settings has ended yet."
    lost = sum(each.diverged is not None for each in ended)
    told = ", ".join(
        f"{show_rate(each.rate)}: {number(getattr(each, name))}" for each in ended if each.diverged is None
    )
    return f"{name.capitalize()} over the last epoch by rate: {told or 'none'}. {lost} of {len(ended)} have diverged."


def _accuracy(result: LrRange, now: Moment) -> Panel:
    return over_rates(
        result,
        _points(now, "accuracy", "test"),
        _alt(now, "accuracy"),
        y="accuracy, last epoch",
        column=1,
        height=UPPER,
        folded=True,
        yaxis=accuracy_range(),
    )


def _ways(result: LrRange, now: Moment) -> Panel:
    """Loss over the updates of every training, and on top those whose rates are nearest to the bounds."""
    every = now.sweeps[0].candidates if now.sweeps else ()
    curves = [_blocks(each, result.spec.updates) for each in every]
    x = gapped([curves_x for curves_x, _ in curves])
    y = gapped([curves_y for _, curves_y in curves])
    traces = [faint(x, y, "train", "every training")]
    traces += nothing_yet(traces, result.spec.updates / 2, [0, _TOP])
    frames: tuple[Frames, ...] = ()
    if every:
        rates = np.log([each.rate for each in every])
        nearest = [int(np.abs(rates - np.log(rate)).argmin()) for rate in result.axis]
        for name, dash, along in (("lower", "dot", LOWER_RATE), ("upper", "solid", UPPER_RATE)):
            traces.append(curve(None, None, "accent", f"nearest to {name}", 3, dash=dash))
            frames += tuple(
                Frames(len(traces) - 1, [curves[k][axis] for k in nearest], "xy"[axis], along=along) for axis in (0, 1)
            )
    alt = (
        f"Loss over the updates of {len(every)} trainings, from the same initial weights."
        if every
        else "Empty axes: no training with these settings has begun yet."
    )
    return panel(
        traces,
        alt,
        x="updates",
        y="loss",
        frames=frames,
        height=LOWER,
        margin={"l": 96, "b": 40, "t": 8, "r": 16},
        xaxis={"range": [0, result.spec.updates]},
        yaxis={"range": [0, _TOP]},
    )


def _blocks(each: Candidate, updates: int) -> tuple[Numbers, Numbers]:
    """Means of the loss over blocks of steps, with the middles of the blocks; at least one point."""
    size = max(updates // _BLOCKS, 1)
    starts = np.arange(0, max(len(each.losses), 1), size)
    if not len(each.losses):
        return np.array([0.0]), np.array([np.nan])
    lengths = np.diff(np.append(starts, len(each.losses)))
    return starts + lengths / 2, np.add.reduceat(each.losses, starts) / lengths

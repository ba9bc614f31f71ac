"""Panels: the batch above its outputs on two number lines, outputs against the dragged value, and a gradient."""

from __future__ import annotations

import numpy as np

from core.draw.live import Frames, Panel, Track
from core.draw.marks import area, bars, curve, dots, panel
from core.draw.style import ceiling, color
from core.kit.arrays import Array
from core.kit.words import number
from core.labs.normalization.compute import LARGEST, MODES, MOVED, Normalized

MINE, OTHERS = "second", "first"  # roles of the dragged value and of the others
TESTING = "test"
_EDGE = 1.1 * LARGEST  # of the number lines
_TALL = 0.07  # half the height of a spread
_TICKS = np.array([1 + _TALL, 1 - _TALL, np.nan, _TALL, -_TALL, np.nan])  # of the means in it


def lines_of(result: Normalized) -> Panel:
    """The batch on an upper number line, its outputs on a lower one, joined value by value."""
    z, y = result.inputs, result.outputs
    heights = np.array([1.0, 0.0])
    ends = np.stack([z[:, -1], y[:, -1]], axis=1)
    middles = np.stack([result.mean, np.full(len(MOVED), result.beta)], axis=1)
    drawn = [
        (area(*_bars(), "right_fill", "spread"), _spreads(result)),
        (curve(None, _TICKS, "muted", "mean ± spread", 2), np.repeat(middles, 3, axis=1)),
    ]
    if result.size > 1:
        joined = np.stack([z[:, :-1], y[:, :-1], np.full_like(z[:, :-1], np.nan)], axis=2).reshape(len(MOVED), -1)
        ways = np.tile([1.0, 0.0, np.nan], result.size - 1)
        drawn += [
            (curve(None, ways, OTHERS, _others(result), 1.4, table=False), joined),
            (dots(None, ways, OTHERS, "others", 9, showlegend=False), joined),
        ]
    drawn += [
        (curve(None, heights, MINE, "last value", 2.6, table=False), ends),
        (dots(None, heights, MINE, "last", 12, "diamond", showlegend=False), ends),
    ]
    where = "its mean and spread" if result.mode == "train" else "the running mean and spread"
    return panel(
        [trace for trace, _ in drawn],
        f"A batch of {result.size} on an upper number line, with {where} as a bar, and its outputs on a lower one. "
        "Lines join each value with its output. The last value is dragged.",
        x="value",
        y="batch above, outputs below",
        frames=tuple(Frames(k, x, "x") for k, (_, x) in enumerate(drawn)),
        tracks=(Track(MOVED, np.ones(len(MOVED))),),
        height=560,
        dragmode=False,
        xaxis={"range": [-_EDGE, _EDGE], "fixedrange": True},
        yaxis={"range": [-0.2, 1.2], "tickvals": [0, 1], "ticktext": ["y", "z"], "fixedrange": True},
    )


def _others(result: Normalized) -> str:
    return "the others" if result.size > 2 else "the other"


def _bars() -> tuple[Array, Array]:
    y = np.array([h + side * _TALL for h in (1, 0) for side in (-1, -1, 1, 1, np.nan)])
    return np.zeros(len(y)), y


def _spreads(result: Normalized) -> Array:
    """From left to right of the bars: mean ± spread of what the mode uses, and β ± γ."""
    sd = np.sqrt(result.variance)
    ends = np.stack([result.mean - sd, result.mean + sd], axis=1)
    out = np.broadcast_to([result.beta - abs(result.gamma), result.beta + abs(result.gamma)], ends.shape)
    gap = np.full((len(MOVED), 1), np.nan)
    corners = [0, 1, 1, 0]
    return np.hstack([ends[:, corners], gap, out[:, corners], gap])


def against(result: Normalized) -> Panel:
    """Every output against the dragged value, in training and, for the dragged one, in testing."""
    y = result.outputs
    traces = [curve(MOVED, y[:, -1], MINE, "last value", 3)]
    if result.size > 1:
        gap = np.array([np.nan])
        across = np.tile(np.append(MOVED, gap), result.size - 1)
        others = np.concatenate([np.append(row, gap) for row in y[:, :-1].T])
        traces.insert(0, curve(across, others, OTHERS, _others(result), 1.8))
    other = "test" if result.mode == "train" else "train"
    compared = result.outputs_of(other)[:, -1]
    if np.isfinite(compared).all():
        role = TESTING if other == "test" else "train"
        traces.append(curve(MOVED, compared, role, f"last value in {MODES[other].split()[0]}", 2))
    curved = "bend toward limits" if result.mode == "train" and result.size > 1 else "are straight lines"
    return panel(
        traces,
        f"Outputs in {MODES[result.mode].split()[0]} against the last value, from "
        f"{number(float(y[0, -1]))} at −10 to {number(float(y[-1, -1]))} at 10 for the last value itself; they "
        f"{curved}.",
        x="last value",
        y="output",
        tracks=(Track(MOVED, y[:, -1]),),
        column=1,
        height=280,
        dragmode=False,
        xaxis={"range": [-_EDGE, _EDGE]},
        yaxis={"range": _heights(result)},
    )


def _heights(result: Normalized) -> list[float]:
    """Range of the outputs: up to the limits of training, in testing as far as the number line reaches."""
    reach = 1.25 * abs(result.gamma) * max(result.limit, 0.6)
    if result.mode == "test":
        reach = max(reach, min(float(np.abs(result.outputs[:, -1] - result.beta).max()), LARGEST))
    reach = max(reach, 0.6)
    return [result.beta - reach, result.beta + reach]


def gradient(result: Normalized) -> Panel:
    """Bars: what a little more of each input does to the output of the dragged value."""
    places = np.arange(1, result.size + 1)
    rows = result.gradient
    top = ceiling(max(1.1 * float(np.quantile(np.abs(rows), 0.98)), 0.5))
    look = {"color": [color(OTHERS)] * (result.size - 1) + [color(MINE)]}
    names = [f"z{'₁₂₃₄₅₆₇₈'[k]}" for k in range(result.size)]
    names[-1] = f"{names[-1]} (last)"
    rule = "the bars add up to 0" if result.mode == "train" else "only its own bar is not 0"
    return panel(
        [bars(places, rows[0], MINE, "gradient", marker=look)],
        f"Gradient of the last value's output by each of the {result.size} inputs; {rule}.",
        x="input",
        y="gradient of the last output",
        frames=(Frames(0, np.clip(rows, -1e6, 1e6).astype(np.float32)),),
        column=1,
        height=280,
        showlegend=False,
        xaxis={"range": [0.4, result.size + 0.6], "tickvals": places.tolist(), "ticktext": names},
        yaxis={"range": [-top, top]},
    )

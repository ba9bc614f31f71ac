"""Panels: the loss with the path on it, loss against steps, and the last loss against the rate."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.draw.live import Frames, Panel, Picture, Track
from core.draw.marks import Trace, curve, dots, panel
from core.draw.style import ceiling, color
from core.kit.arrays import Array
from core.kit.words import number
from core.labs.descent.compute.descent import RATES, Descent
from core.labs.descent.compute.losses import BOTH, LOSSES, REAL, begin, steepest

ROLES = ("first", "second", "test", "threshold")  # of the fixed rates, the largest first
_WINDOW = {"squares": (-0.25, 0.75), "logistic": (-1.0, 15.0)}  # positions that are shown; for the others:
_AROUND = (-3.2, 3.2)
_HEIGHT = {"bowl": 5.0, "valley": 5.0, "quartic": 1.0, "absolute": 3.0, "two": 2.0, "squares": 0.5, "logistic": 0.8}
_TICKS = [0.0001, 0.001, 0.01, 0.1, 1, 10]
_OUTSIDE = 20  # windows away: a path that leaves is drawn that far


def landscape(result: Descent) -> Panel:
    """The loss along its steepest direction, with the path at each rate; the end of the first step is dragged."""
    (low, high), top = window(result)
    far = _OUTSIDE * (high - low)
    places = np.clip(result.places, low - far, high + far).astype(np.float32)
    heights = np.clip(result.losses, 0, _OUTSIDE * top).astype(np.float32)
    first, landed = result.places[:, 1], result.losses[:, 1]
    inside = (first > low) & (first < high) & (landed < top)
    path = curve(None, None, "accent", "path", 1.4, mode="lines+markers", marker={"size": 5, "color": color("accent")})
    alt = (
        f"{LOSSES[result.loss].capitalize()} along its steepest direction with the path of {result.steps} steps at "
        f"each rate. It starts at a loss of {number(float(result.losses[0, 0]))}; the end of the first step can be "
        "dragged."
    )
    return _along(
        result,
        path,
        alt,
        frames=(Frames(1, places, "x"), Frames(1, heights)),
        tracks=(Track(np.where(inside, first, np.nan), np.where(inside, landed, np.nan)),),
        paced="along",
    )


def pointed(result: Descent, place: tuple[float, float] | None) -> Picture:
    """The loss and the start alone, with the place that is pointed at."""
    x, y = (np.array([part]) for part in place) if place else (np.array([]), np.array([]))
    mark = dots(x, y, "accent", "your answer", 14, "x")
    alt = f"{LOSSES[result.loss].capitalize()} along its steepest direction and the start, to click a point in."
    return Picture((_along(result, mark, alt),))


def _along(result: Descent, moved: Trace, alt: str, **more: Any) -> Panel:
    """The loss along its steepest direction, something on it, and the start."""
    (low, high), top = window(result)
    grid = np.linspace(low, high, 81 if result.loss in REAL else 201)
    many = len(steepest(result.loss)) > 1
    traces = [
        curve(grid, profile(result, grid), "risk", "loss through the start" if many else "loss", 2.6),
        moved,
        dots(result.places[:1, 0], result.losses[:1, 0], "risk", "start", 9),
    ]
    return panel(
        traces,
        alt,
        x="position in the steepest direction" if many else "position x",
        y="loss",
        height=560,
        xaxis={"range": [low, high]},
        yaxis={"range": [-0.03 * top, top]},
        **more,
    )


def profile(result: Descent, grid: Array) -> Array:
    """The loss along its steepest direction, on the line through the start."""
    along, first = steepest(result.loss), begin(result.loss, result.start)
    values, _ = BOTH[result.loss](first + (grid - first @ along)[:, None] * along)
    return values


def window(result: Descent) -> tuple[tuple[float, float], float]:
    """Positions and the largest loss that are shown."""
    top = ceiling(1.1 * max(float(result.losses[0, 0]), _HEIGHT[result.loss]))
    return _WINDOW.get(result.loss, _AROUND), top


def loss_curves(result: Descent) -> Panel:
    """Loss against steps: the dragged rate, the four fixed ones, and the mean over all noise where it is known."""
    span = scale(result)
    steps = np.arange(result.steps + 1)
    drawn = shown(result.losses, span)
    traces = [
        curve(steps, drawn[k], role, f"rate {RATES[k]:g}", 1.8) for role, k in zip(ROLES, result.fixed, strict=True)
    ]
    traces.append(curve(steps, None, "accent", "dragged rate", 3.4))
    frames = [Frames(len(ROLES), drawn)]
    if result.noise and result.quadratic:
        traces.append(curve(steps, None, "truth", "mean over noise", 1.6))
        frames.append(Frames(len(ROLES) + 1, shown(result.expected, span)))
    ends = "; ".join(f"{RATES[k]:g} ends at {number(float(result.last[k]))}" for k in result.fixed)
    return panel(
        traces,
        f"Loss against steps on a logarithmic axis for the dragged rate and four fixed rates: {ends}.",
        x="steps",
        y="loss",
        frames=tuple(frames),
        column=1,
        height=280,
        xaxis={"range": [0, result.steps]},
        yaxis=_log(span),
    )


def by_rate(result: Descent) -> Panel:
    """Loss after all steps against the rate, with the limit and the fixed rates."""
    span = scale(result)
    last = shown(result.last, span)
    fixed = list(result.fixed)
    traces = [curve(np.array(RATES), last, "risk", f"loss after {result.steps} steps", 2.4)]
    limit = RATES[0] <= result.limit <= RATES[-1]
    if limit:
        ends = 10.0 ** np.array(span)
        traces.append(curve(np.full(2, result.limit), ends, "threshold", "limit 2/L", 2))
    marker = {"color": [color(role) for role in ROLES], "size": 9}
    traces.append(dots(np.array(RATES)[fixed], last[fixed], "first", "fixed rates", marker=marker, showlegend=False))
    best = int(np.argmin(result.last))
    where = f" The limit 2/L is {number(result.limit)}." if limit else ""
    return panel(
        traces,
        f"Loss after {result.steps} steps against the learning rate, both logarithmic. It is smallest at a rate of "
        f"{RATES[best]:g} with {number(float(result.last[best]))}.{where}",
        x="learning rate η",
        y="loss at the end",
        tracks=(Track(np.array(RATES)),),
        column=1,
        height=280,
        xaxis={"type": "log", "range": [-4.05, 1.05], "tickvals": _TICKS, "ticktext": [f"{v:g}" for v in _TICKS]},
        yaxis=_log(span),
    )


def scale(result: Descent) -> tuple[float, float]:
    """Powers of ten at the ends of the axis of losses: they depend on the loss and on its first value."""
    first = max(float(result.losses[0, 0]), 0.01)
    if result.loss in _WINDOW:
        return (-1.0, 0.5) if result.loss == "squares" else (-1.5, 0.5)
    top = float(np.ceil(np.log10(first))) + 0.9  # below the next power of ten, whose label would stand in the title
    return top - 7.9, top


def shown(losses: Array, span: tuple[float, float]) -> Array:
    """Losses for a logarithmic axis: what lies far outside waits there."""
    return np.clip(losses, 10.0 ** (span[0] - 1), 10.0 ** (span[1] + 1)).astype(np.float32)


def _log(span: tuple[float, float]) -> dict[str, Any]:
    if span[1] - span[0] < 3:
        ticks = [0.03, 0.1, 0.3, 1, 3]
        return {"type": "log", "range": list(span), "tickvals": ticks, "ticktext": [f"{v:g}" for v in ticks]}
    look = {"type": "log", "exponentformat": "power", "dtick": 2, "tickfont": {"size": 10}}
    return look | {"range": list(span)}  # plotly.js writes powers of ten a quarter larger

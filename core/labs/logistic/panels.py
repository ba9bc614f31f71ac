"""Panels: the probability along x1, and losses and their gradients along the score."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from core.draw.live import Frames, Panel, Track
from core.draw.marks import Trace, curve, dots, panel
from core.draw.style import color
from core.kit.arrays import Array
from core.kit.words import number
from core.labs.logistic.compute import HOURS, LOSSES, SCORES, Logistic, gradients, losses

ROLES = {"bce": "first", "squared": "second", "absolute": "test", "hinge": "noise"}
TANGENT = 12.0  # hours on either side


def probability(result: Logistic) -> Panel:
    """P along x1 with the point that is dragged, its tangent, and the way to the target."""
    p = result.probabilities
    ends = [np.array([x - TANGENT, x + TANGENT]) for x in HOURS]
    rises = [np.array([a - TANGENT * s, a + TANGENT * s]) for a, s in zip(p, result.slopes, strict=True)]
    traces = [
        curve(HOURS, p, "first", "probability", 3.2, hover="%{x} h<br>P = %{y:.3f}"),
        curve(None, None, "muted", "tangent", 1.6),
        _target(result),
    ]
    where = f" It reaches {result.target:g} at {number(result.hours)} hours." if math.isfinite(result.hours) else ""
    alt = (
        f"Probability against hours of study, from {number(float(p[0]))} at 0 hours to {number(float(p[-1]))} at 120 "
        f"hours.{where} A point on the curve and its tangent move with the slider."
    )
    return panel(
        traces,
        alt,
        x="hours x₁",
        y="probability",
        frames=(Frames(1, ends, "x"), Frames(1, rises)),
        tracks=(Track(HOURS, p),),
        height=560,
        xaxis={"range": [-3, 123]},
        yaxis={"range": [-0.04, 1.04]},
    )


def _target(result: Logistic) -> Trace:
    hours = result.hours
    there = math.isfinite(hours) and 0 <= hours <= 120
    x = np.array([-3.0, hours, hours]) if there else np.array([-3.0, 123.0])
    y = np.array([result.target, result.target, -0.04]) if there else np.full(2, result.target)
    return curve(x, y, "threshold", "target", 2)


def loss_curves(result: Logistic) -> Panel:
    """Each loss along the score, for the true label, with a dot at the score of the slider."""
    alt = (
        f"Four losses against the score for the true label {result.y}: cross-entropy and hinge keep rising where the "
        "prediction is surely wrong, squared and absolute error level off at 1."
    )
    return _along(result, losses(SCORES, result.y, result.base), result.loss(result.y), "loss", (-0.15, 4.15), alt)


def gradient_curves(result: Logistic) -> Panel:
    """Each loss's derivative with respect to the score, with a dot at the score of the slider."""
    alt = (
        f"Derivatives of four losses with respect to the score for the true label {result.y}: where the prediction is "
        "surely wrong, those of squared and absolute error go to 0 and those of cross-entropy and hinge do not."
    )
    at = gradients(result.scores, result.y, result.base)
    low, high = (
        ((-1.6, 0.1) if result.y else (-0.1, 1.6)) if result.base == "2" else ((-1.1, 0.1) if result.y else (-0.1, 1.1))
    )
    return _along(result, gradients(SCORES, result.y, result.base), at, "gradient by the score", (low, high), alt)


def _along(
    result: Logistic, curves: Mapping[str, Array], at: Mapping[str, Array], y: str, span: tuple[float, float], alt: str
) -> Panel:
    inside = (result.scores >= SCORES[0]) & (result.scores <= SCORES[-1])
    place = np.where(inside, result.scores, np.nan)
    shown = np.clip(result.scores, SCORES[0], SCORES[-1])  # beyond the panel a dot waits at its edge
    heights = np.array([np.interp(shown, SCORES, curves[name]) for name in LOSSES]).T
    heights[inside] = np.array([at[name] for name in LOSSES]).T[inside]
    marker = {"color": [color(ROLES[name]) for name in LOSSES], "size": 9}
    traces = [curve(SCORES, curves[name], ROLES[name], label) for name, label in LOSSES.items()]
    traces.append(dots(None, None, "first", "at the slider", marker=marker, showlegend=False, table=False))
    frames = (
        Frames(len(LOSSES), np.repeat(shown[:, None], len(LOSSES), axis=1), "x"),
        Frames(len(LOSSES), heights),
    )
    moves = len(set(result.scores.tolist())) > 1
    return panel(
        traces,
        alt,
        x="score z",
        y=y,
        frames=frames,
        tracks=(Track(place),) if moves else (),
        column=1,
        height=280,
        xaxis={"range": [float(SCORES[0]), float(SCORES[-1])]},
        yaxis={"range": list(span)},
    )

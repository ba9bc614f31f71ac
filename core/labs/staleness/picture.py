"""The picture: the timeline over the staleness of each gradient, and the weight, dragged along a learner's period."""

from __future__ import annotations

import numpy as np

from core.draw.live import Axis, Picture
from core.draw.thumbnail import svg_curves
from core.labs.staleness.compute.delayed import decay, limit
from core.labs.staleness.compute.explore import PERIODS, Staleness
from core.labs.staleness.panels import Drawing, ages, timeline, weight
from core.labs.staleness.words import readouts, summaries


def picture(result: Staleness) -> Picture:
    """Draw what each period of learner 2 does to every gradient."""
    drawing, periods = Drawing(result), tuple(float(p) for p in PERIODS)
    return Picture(
        panels=(timeline(drawing), ages(drawing), weight(drawing)),
        axis=Axis("period", "Period of learner 2", periods, tuple(f"{p:.6g}" for p in periods), start=2.5),
        readouts=readouts(result),
        summaries=summaries(result),
    )


def thumbnail() -> str:
    """Draw how fast gradient descent is with gradients that are up to two updates old."""
    across = np.linspace(0, 2, 101)
    curves = []
    for tau, role in ((0, "test"), (1, "first"), (2, "second")):
        product, factor = decay(tau)
        curves.append((f"{tau} old", role, across, np.interp(across, product, factor)))
    return svg_curves(curves, top=1.4, mark=limit(2))

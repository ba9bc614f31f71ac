"""The picture: the map of regions next to distances and errors, with a query that is dragged in the plane."""

from __future__ import annotations

import numpy as np

from core.draw.live import Axis, Picture, Plane
from core.draw.thumbnail import svg_curves
from core.labs.neighbors.compute.explore import Neighbors, explore
from core.labs.neighbors.compute.points import GRID, at_grid
from core.labs.neighbors.panels import error_curves, in_order, plane_map
from core.labs.neighbors.words import readouts, summaries


def picture(result: Neighbors) -> Picture:
    """Draw the map with distances in order and errors against K."""
    values = tuple(GRID.tolist())
    digits = 4 if result.data == "own" else 6
    ends = zip(("qx", "qy"), ("Query x₁", "Query x₂"), result.low, result.high, strict=True)
    across, up = (
        Axis(name, label, values, tuple(f"{v:.{digits}g}" for v in at_grid(low, high, GRID)), start=0.0)
        for name, label, low, high in ends
    )
    return Picture(
        panels=(plane_map(result), in_order(result), error_curves(result)),
        axis=Plane("query", across, up, (0.0, 0.0)),
        readouts=readouts(result),
        summaries=summaries(result),
    )


def thumbnail() -> str:
    """Draw training and leave-one-out error against K as a small SVG."""
    result = explore(data="moons", n=100, noise=0.5)
    counts = np.arange(1.0, len(result.left_out) + 1)
    curves = [("training", "train", counts, result.training), ("leave-one-out", "test", counts, result.left_out)]
    return svg_curves(curves, top=1.3 * float(result.left_out.max()), mark=float(1 + result.left_out.argmin()))

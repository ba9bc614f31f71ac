"""Pictures and words of the page on momentum."""

from __future__ import annotations

import numpy as np

from core.draw.live import Picture
from core.draw.thumbnail import svg_curves
from core.labs.momentum.compute.explore import Momentum
from core.labs.momentum.compute.roots import roots
from core.labs.momentum.panels.plane import RIGHT, plane
from core.labs.momentum.panels.rates import cut_panel, plane_panel
from core.labs.momentum.panels.run import distance_panel, path_panel, roots_panel
from core.labs.momentum.words import readouts, sentences, summaries


def picture(result: Momentum) -> Picture:
    """Draw the plane and, for the position of the dot, the run, the roots, and a cut through the plane."""
    panels = (
        plane_panel(result),
        path_panel(result),
        distance_panel(result),
        roots_panel(result),
        cut_panel(result),
    )
    return Picture(panels, plane(result), readouts(result), sentences(result), (), summaries(result))


def thumbnail() -> str:
    """Draw the rate over the step size without and with the best momentum, for condition number 25."""
    best = 25 / 9
    across = np.concatenate([np.linspace(0.02, best, 80), np.linspace(best, RIGHT, 40)])
    a = across[:, np.newaxis] * np.array([1 / 25, 1.0])
    curves = [
        (label, role, across, np.abs(roots(a, np.array(momentum), "heavy")).max(axis=(-2, -1)))
        for label, role, momentum in (("no momentum", "first", 0.0), ("", "risk", 4 / 9))
    ]
    return svg_curves(curves, top=1.25, mark=best)

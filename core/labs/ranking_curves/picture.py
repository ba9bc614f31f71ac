"""Pictures of the ranking lab: ROC, PR, and PRG side by side, the examples below, one threshold through all."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np

from core.draw.live import Axis, Picture
from core.draw.thumbnail import svg_curves
from core.labs.ranking_curves.compute.comparison import Comparison
from core.labs.ranking_curves.panels.cases import confusion, scores
from core.labs.ranking_curves.panels.curves import gains, precision_recall, roc
from core.labs.ranking_curves.panels.decisions import calibration, costs
from core.labs.ranking_curves.panels.view import View
from core.labs.ranking_curves.words import readouts, sentence, summary, thresholds


def picture(
    result: Comparison,
    *,
    prevalence: float,
    beta: float,
    cost_ratio: float,
    lines: str,
    hull: bool,
    bands: bool,
    interpolation: str,
    homework: bool,
    lower: str,
) -> Picture:
    """Draw a comparison, scrubbed by the threshold.

    Parameters
    ----------
    result
        What to show.
    prevalence, beta, cost_ratio, lines, hull, bands, interpolation, homework
        See `core.labs.ranking_curves.panels.view.View`.
    lower
        Panel below the precision-recall-gain curves: "costs" or "calibration".
    """
    view = View(
        prevalence=prevalence,
        beta=beta,
        cost_ratio=cost_ratio,
        lines=lines,
        hull=hull,
        bands=bands,
        interpolation=interpolation,
        homework=homework,
    )
    below = {"costs": costs, "calibration": calibration}[lower]
    return Picture(
        panels=tuple(draw(result, view) for draw in (roc, precision_recall, gains, scores, confusion, below)),
        axis=Axis("threshold", "Threshold", tuple(result.places.tolist()), thresholds(result, view)),
        readouts=readouts(result, view),
        sentences=(sentence(result, view),),
        summaries=(summary(result, view),),
    )


def thumbnail() -> str:
    """Draw two ROC curves as a small SVG: scores of two normal distributions each, with the same area."""
    fpr = np.linspace(0, 1, 201)
    normal = NormalDist()
    cuts = np.array([normal.inv_cdf(1 - x) if 0 < x < 1 else (math.inf if x == 0 else -math.inf) for x in fpr])
    curves = []
    for role, mean, std in (("first", 1.5, 1.0), ("second", 2.4, 2.0)):
        tpr = np.array([1 - normal.cdf((cut - mean) / std) for cut in cuts])
        curves.append(("", role, fpr, tpr))  # all three begin in the corner
    return svg_curves([("", "noise", fpr, fpr), *curves], top=1.0, mark=0.2)

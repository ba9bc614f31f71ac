"""The picture: the probability beside losses and gradients, dragged along x1."""

from __future__ import annotations

from core.draw.live import Axis, Picture
from core.draw.thumbnail import svg_curves
from core.labs.logistic.compute import HOURS, Logistic, explore
from core.labs.logistic.panels import gradient_curves, loss_curves, probability
from core.labs.logistic.words import readouts, summaries


def picture(result: Logistic) -> Picture:
    """Draw the curve of the probability with losses and gradients along the score."""
    hours = tuple(int(x) for x in HOURS)
    return Picture(
        panels=(probability(result), loss_curves(result), gradient_curves(result)),
        axis=Axis("x1", "Hours x₁", hours, tuple(str(x) for x in hours), start=40),
        readouts=readouts(result),
        summaries=summaries(result),
    )


def thumbnail() -> str:
    """Draw the default curve as a small SVG."""
    result = explore()
    return svg_curves([("probability", "first", HOURS, result.probabilities)], top=1.1, mark=40.0)

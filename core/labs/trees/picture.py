"""The picture: flowers and gains next to the tree, dragged along the first threshold."""

from __future__ import annotations

from core.draw.live import Axis, Picture
from core.draw.thumbnail import svg_curves
from core.labs.trees.compute.data import IRIS
from core.labs.trees.compute.splits import Splits, explore
from core.labs.trees.controls import THRESHOLDS
from core.labs.trees.panels import flowers, gain_curves, tree
from core.labs.trees.words import readouts, summaries


def picture(result: Splits) -> Picture:
    """Draw what each threshold gains and the tree that grows from it."""
    places = tuple(round(float(t), 10) for t in result.thresholds)
    texts = tuple(f"{t:.6g}" for t in places)
    if result.samples is not IRIS:
        places = THRESHOLDS[: len(places)]  # the slider counts the thresholds of a table
    start = 4.25 if result.feature == "petal length" and result.samples is IRIS else places[len(places) // 2]
    return Picture(
        panels=(flowers(result), gain_curves(result), tree(result)),
        axis=Axis("threshold", "Threshold", places, texts, start=start),
        readouts=readouts(result),
        summaries=summaries(result),
    )


def thumbnail() -> str:
    """Draw the gain against the threshold as a small SVG."""
    result = explore()
    return svg_curves(
        [("gain", "test", result.thresholds, result.gains("entropy"))],
        top=0.8,
        mark=float(result.thresholds[result.best]),
    )

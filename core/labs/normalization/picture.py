"""The picture: a batch with its outputs, and what they depend on, dragged along the last value."""

from __future__ import annotations

from core.draw.live import Axis, Picture
from core.draw.thumbnail import svg_curves
from core.labs.normalization.compute import MOVED, Normalized, explore
from core.labs.normalization.panels import against, gradient, lines_of
from core.labs.normalization.words import readouts, summaries


def picture(result: Normalized) -> Picture:
    """Draw the number lines beside the outputs and a gradient."""
    values = tuple(MOVED.tolist())
    return Picture(
        panels=(lines_of(result), against(result), gradient(result)),
        axis=Axis("moved", "Last value", values, tuple(f"{v:g}" for v in values), start=6.0),
        readouts=readouts(result),
        summaries=summaries(result),
    )


def thumbnail() -> str:
    """Draw the outputs of the default batch against its last value."""
    y = explore().outputs + 2
    curves = [("", "first", MOVED, y[:, k]) for k in range(3)]
    return svg_curves([*curves, ("outputs", "second", MOVED, y[:, -1])], top=4.0, mark=6.0)

"""Pictures of the Inception page: a module and its cost, and the designs that see 7 x 7."""

from __future__ import annotations

import numpy as np

from core.cnn.inception_sweep import Sweep, sweep
from core.figures.inception.costs import operation_bars, parameter_bars
from core.figures.inception.designs import bottleneck_curve, weight_bars
from core.figures.inception.diagram import diagram
from core.figures.inception.fields import fields
from core.figures.inception.parts import AXIS
from core.figures.inception.questions import PREDICTIONS
from core.figures.inception.saving import savings
from core.figures.inception.story import SECTIONS
from core.figures.inception.text import design_readouts, design_sentences, module_readouts, module_sentences
from core.figures.live import Picture
from core.figures.thumbnail import svg_curves

__all__ = ["PREDICTIONS", "SECTIONS", "picture", "thumbnail"]


def picture(result: Sweep, *, view: str) -> Picture:
    """Picture of a module or of the designs, scrubbed by the width of the reduction.

    Parameters
    ----------
    result
        What to show.
    view
        "module" or "designs".

    Raises
    ------
    ValueError
        With a sentence, if the visitor's stack cannot be read.
    """
    if view == "designs":
        seen = fields(result), weight_bars(result), bottleneck_curve(result)
        return Picture(seen, AXIS, design_readouts(result), design_sentences(result))
    panels = diagram(result), operation_bars(result), savings(result), parameter_bars(result)
    return Picture(panels, AXIS, module_readouts(result), module_sentences(result))


def thumbnail() -> str:
    """Operations of a branch over the width of its reduction, with and without it, as a small SVG."""
    found = sweep().eighth.reductions["5x5"]
    r = np.linspace(0, 1.25 * float(found.break_even), 40)
    level = np.ones_like(r)
    lines = [("5 × 5 alone", "first", r, level), ("1 × 1 before it", "second", r, r / float(found.break_even))]
    return svg_curves(lines, top=1.45, mark=float(found.break_even))

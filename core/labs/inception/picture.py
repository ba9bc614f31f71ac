"""Pictures of the Inception page: a module and its cost, and the designs that see 7 x 7."""

from __future__ import annotations

import numpy as np

from core.draw.live import Picture
from core.draw.thumbnail import svg_curves
from core.labs.inception.compute.explore import Sweep, sweep
from core.labs.inception.panels.costs import operation_bars, parameter_bars
from core.labs.inception.panels.designs import bottleneck_curve, weight_bars
from core.labs.inception.panels.diagram import diagram
from core.labs.inception.panels.fields import fields
from core.labs.inception.panels.saving import savings
from core.labs.inception.panels.widths import AXIS
from core.labs.inception.words import (
    design_readouts,
    design_sentences,
    design_summaries,
    module_readouts,
    module_sentences,
    module_summaries,
)


def picture(result: Sweep, *, view: str) -> Picture:
    """Draw a module or the designs, scrubbed by the width of the reduction.

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
        words = design_readouts(result), design_sentences(result), (), design_summaries(result)
        return Picture(seen, AXIS, *words)
    panels = diagram(result), operation_bars(result), savings(result), parameter_bars(result)
    return Picture(panels, AXIS, module_readouts(result), module_sentences(result), (), module_summaries(result))


def thumbnail() -> str:
    """Draw the operations of a branch over the width of its reduction, with and without it, as a small SVG."""
    found = sweep().eighth.reductions["5x5"]
    r = np.linspace(0, 1.25 * float(found.break_even), 40)
    level = np.ones_like(r)
    lines = [("5 × 5 alone", "first", r, level), ("1 × 1 before it", "second", r, r / float(found.break_even))]
    return svg_curves(lines, top=1.45, mark=float(found.break_even))

"""Pictures of the page on range tests: one rising rate, or one training for each rate."""

from __future__ import annotations

import numpy as np

from core.figures.live import Picture
from core.figures.lr_range import match, runs, story
from core.figures.lr_range.parts import rate_axis
from core.figures.lr_range.ramp import ramp_panels
from core.figures.lr_range.sweep import sweep_panels
from core.figures.lr_range.text import (
    PREDICTIONS,
    ramp_readouts,
    ramp_sentences,
    sweep_readouts,
    sweep_sentences,
)
from core.figures.thumbnail import svg_curves
from core.training.lr_range import LrRange, lr_range
from core.training.range_controls import CONTROLS

__all__ = ["PREDICTIONS", "SECTIONS", "picture", "thumbnail"]

SECTIONS = (*story.SECTIONS, match.SECTION, *runs.SECTIONS)


def picture(result: LrRange) -> Picture:
    """Picture of a range test as far as it has come, scrubbed by the rate."""
    now, axis = result.now(), rate_axis(result)
    if result.is_ramp:
        return Picture(ramp_panels(result, now), axis, ramp_readouts(result, now), ramp_sentences(result, now))
    return Picture(sweep_panels(result, now), axis, sweep_readouts(result, now), sweep_sentences(result, now))


def thumbnail() -> str:
    """The default test as a small SVG: its loss, as recorded and smoothed, and where it falls fastest."""
    values = {control.name: control.default for control in CONTROLS if control.name != "rate"}
    (ramp,) = lr_range(**values).now().ramps
    x = np.log10(ramp.rates[30:])
    lines = [("", "train", x, ramp.losses[30:]), ("loss while the rate rises", "risk", x, ramp.smoothed[30:])]
    steepest = next(each.rate for each in ramp.suggestions if each.rate is not None)
    return svg_curves(lines, top=3.0, mark=float(np.log10(steepest)))

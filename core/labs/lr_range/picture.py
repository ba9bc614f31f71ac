"""Pictures of the page on range tests: one rising rate, or one training for each rate; two bounds are dragged."""

from __future__ import annotations

import numpy as np

from core.draw.live import Picture
from core.draw.thumbnail import svg_curves
from core.labs.lr_range.compute.explore import LrRange, lr_range
from core.labs.lr_range.controls import SETTINGS
from core.labs.lr_range.panels.ramp import ramp_panels
from core.labs.lr_range.panels.rates import bounds_plane
from core.labs.lr_range.panels.sweep import sweep_panels
from core.labs.lr_range.words import (
    ramp_readouts,
    ramp_remarks,
    ramp_summary,
    sweep_readouts,
    sweep_remarks,
    sweep_summary,
    waiting,
)


def picture(result: LrRange) -> Picture:
    """Picture of a range test as far as it has come, with two bounds that are dragged along the rate."""
    now = result.now()
    if result.is_ramp:
        panels, readouts, remarks = ramp_panels(result, now), ramp_readouts(result, now), ramp_remarks(result, now)
        said = ramp_summary(now)
    else:
        panels, readouts, remarks = sweep_panels(result, now), sweep_readouts(result, now), sweep_remarks(result, now)
        said = sweep_summary(now)
    return Picture(panels, bounds_plane(result), readouts, waiting(now), remarks, said)


def thumbnail() -> str:
    """The default test as a small SVG: its loss, as recorded and smoothed, and where it falls fastest."""
    (ramp,) = lr_range(**SETTINGS).now().ramps
    x = np.log10(ramp.rates[30:])
    lines = [("", "train", x, ramp.losses[30:]), ("loss while the rate rises", "risk", x, ramp.smoothed[30:])]
    steepest = next(each.rate for each in ramp.suggestions if each.rate is not None)
    return svg_curves(lines, top=3.0, mark=float(np.log10(steepest)))

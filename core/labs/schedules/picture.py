"""Pictures of the page on schedules: one schedule or strategies side by side, as planned and as trained."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from core.draw.live import Picture
from core.draw.thumbnail import svg_curves
from core.labs.schedules.compute.explore import Schedules
from core.labs.schedules.compute.own import OwnLog, beside, pasted_log
from core.labs.schedules.compute.runs import Asked
from core.labs.schedules.compute.shapes import Shape
from core.labs.schedules.compute.trained import moment
from core.labs.schedules.panels.axes import axis
from core.labs.schedules.panels.curves import batch_panel, momentum_panel, noise_panel, rate_panel
from core.labs.schedules.panels.memory import memory_panel
from core.labs.schedules.panels.own import own_panels
from core.labs.schedules.panels.strategies import strategy_panels
from core.labs.schedules.panels.trained import trained_panels
from core.labs.schedules.words import (
    readouts,
    sentences,
    strategy_readouts,
    strategy_sentences,
    strategy_summaries,
    summaries,
)
from core.labs.schedules.words.own import own_readouts, own_summaries
from core.labs.schedules.words.trained import trained_readouts, trained_sentences
from core.training.devices import place


def picture(
    result: Schedules,
    *,
    what: str,
    view: str,
    along: str,
    seeds: int,
    label_smoothing: float,
    ema: float,
    device: str,
    precision: str,
    logged: str,
    record: OwnLog | None,
    counted: str,
) -> Picture:
    """Picture of one schedule or of the strategies, scrubbed by the length.

    Parameters
    ----------
    result
        What to show.
    what
        "plan", "runs" for the trainings as far as they have come, or "own" for a visitor's log beside the plan.
    view, along, seeds, label_smoothing, ema, device, precision
        See `core.labs.schedules.compute.runs.Asked`.
    logged, record, counted
        The log as text, or as it was read from a file, and what its rows count.
    """
    if what == "own":
        found_log = beside((record or pasted_log(logged)).as_unit(counted), result.base)
        panels = own_panels(result, along, found_log)
        words = own_summaries(result, found_log)
        return Picture(panels, axis(result), own_readouts(result, found_log), sentences(result), (), words)
    if what == "runs":
        asked = Asked(view, along, seeds, label_smoothing, ema, *place(device, precision))
        found = moment(result, asked)
        panels, words = trained_panels(result, asked, found), trained_sentences(result, asked, found)
        panels = tuple(replace(panel, paced="across") for panel in panels)
        return Picture(panels, axis(result), trained_readouts(result, asked, found), words)
    if view == "several":
        panels = strategy_panels(result, along)
        said = strategy_sentences(result, along), (), strategy_summaries(result, along)
        return Picture(panels, axis(result), strategy_readouts(result, along), *said)
    below = batch_panel if result.shape.kind == "grow" else momentum_panel
    panels = rate_panel(result, along), below(result, along), noise_panel(result, along), memory_panel(result)
    return Picture(panels, axis(result), readouts(result), sentences(result), (), summaries(result))


def thumbnail() -> str:
    """Cycles against a cosine, as a small SVG."""
    cycles = Shape(kind="triangular2", length=25, high=1.0, low=0.05)
    t = np.linspace(0, 130, 131)
    cosine = Shape(kind="cosine", length=130, high=1.0)
    lines = [("", "second", t, cosine.rate(t)), ("", "first", t, cycles.rate(t))]
    return svg_curves(lines, top=1.25, mark=25.0)

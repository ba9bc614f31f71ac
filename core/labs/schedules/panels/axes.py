"""The axes of the schedule panels: the length, the position of an update, and their frames."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from core.draw.live import Axis, Frames
from core.draw.marks import Trace, area
from core.kit.arrays import Numbers
from core.labs.schedules.compute.bookkeeping import Run
from core.labs.schedules.compute.explore import BEYOND, Schedules
from core.labs.schedules.compute.plan import Plan
from core.labs.schedules.controls import LENGTH

UPPER, LOWER = 310, 210  # height of the panels of both rows
MARGIN = {"l": 56, "r": 10, "t": 24, "b": 38}  # above, the buttons of the figure


def axis(result: Schedules) -> Axis:
    """Axis of the lengths, each with what it means in this training."""
    texts = tuple(steps_text(length, result.by_epoch) for length in result.lengths)
    return Axis(LENGTH.name, LENGTH.label, tuple(map(float, result.lengths)), texts, start=float(LENGTH.default))


def steps_text(steps: int, by_epoch: bool) -> str:
    """Write how many steps of the scheduler there are.

    >>> steps_text(1, True), steps_text(2000, False)
    ('1 epoch', '2,000 updates')
    """
    unit = "epoch" if by_epoch else "update"
    return f"{steps:,} {unit}{'' if steps == 1 else 's'}"


def place(plan: Plan, updates: Any, along: str) -> Numbers:
    """Return where updates stand on the horizontal axis."""
    return plan.further.epochs_at(updates) if along == "epochs" else np.asarray(updates, dtype=np.float64)


def right(result: Schedules, along: str, beyond: float = BEYOND) -> float:
    """Right end of the horizontal axis, which does not depend on the length."""
    return beyond * (result.epochs if along == "epochs" else result.base.updates)


def horizontal(result: Schedules, along: str, beyond: float = BEYOND) -> dict[str, Any]:
    """Horizontal axis of a panel over the training."""
    end = right(result, along, beyond)
    return {
        "range": [-0.02 * end, end],
        "showgrid": False,
        "nticks": 7,
        "title": {"standoff": 5},
        "tickangle": 0,
        "tickformat": ",",
    }


def with_frames(trace: int, xs: Sequence[Numbers], ys: Sequence[Numbers]) -> tuple[Frames, Frames]:
    """Frames of both coordinates of a trace."""
    return Frames(trace, [x.astype(np.float32) for x in xs], "x"), Frames(trace, [y.astype(np.float32) for y in ys])


def batch_steps(run: Run) -> tuple[Numbers, Numbers]:
    """Staircase of the batch sizes of a training: updates, and the size at each."""
    at = np.concatenate([[0.0], run.growths().repeat(2), [float(run.updates)]])
    return at, np.repeat([float(stage.batch) for stage in run.stages], 2)


def batch_axis(least: float, top: float) -> dict[str, Any]:
    """Vertical axis of batch sizes, with powers of two on it."""
    ticks = [tick for tick in (8, 32, 128, 512, 2048, 8192) if tick <= top]
    return {
        "type": "log",
        "range": [math.log10(0.7 * least), math.log10(top)],
        "tickvals": ticks,
        "ticktext": [f"{tick:,}" for tick in ticks],
    }


def shade(result: Schedules, ends: Sequence[float], along: str, top: float) -> tuple[Trace, tuple[Frames, Frames]]:
    """Shade what lies behind the end of the training, as the first trace of a panel."""
    last = right(result, along)
    xs = [np.array([end, end, last, last]) for end in ends]
    ys = [np.array([0.0, top, top, 0.0])] * len(xs)
    trace = area(xs[0], ys[0], "noise_fill", "not trained")
    return trace, with_frames(0, xs, ys)

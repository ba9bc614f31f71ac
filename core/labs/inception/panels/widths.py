"""The axis of the reduction width, numbers as figures show them, and bars."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from core.draw.live import Axis, Frames
from core.draw.marks import Trace, bars, labels
from core.kit.arrays import Numbers
from core.labs.inception.compute.explore import WIDTHS, Sweep
from core.labs.inception.controls import REDUCE, show_width

UPPER, LOWER = 380, 200  # height of the panels of both rows
R: Numbers = np.array(WIDTHS, dtype=np.float64)
AXIS = Axis(REDUCE.name, REDUCE.label, WIDTHS, tuple(show_width(r) for r in WIDTHS))


def si(value: float) -> str:
    """Write a count with three digits and a unit, as `%{customdata:.3s}` in a figure does.

    >>> si(629145600), si(2048), si(96), si(0)
    ('629M', '2.05k', '96', '0')
    """
    power = 0
    while float(f"{abs(value) / 1000**power:.3g}") >= 1000:
        power += 1
    scaled = value / 1000**power
    digits = 3 if power == 0 else max(0, 2 - len(str(int(float(f"{abs(scaled):.3g}")))) + 1)
    return (f"{scaled:.0f}" if power == 0 else f"{scaled:.{digits}f}") + ("", "k", "M", "G", "T", "P")[power]


def operations(result: Sweep) -> str:
    """Name what is counted in a module, in the plural."""
    return "operations" if result.pooled else multiplications(result)


def multiplications(result: Sweep) -> str:
    """Name what is counted in a convolution, in the plural."""
    return "FLOPs" if result.flops else "MACs"


def across(result: Sweep) -> float:
    """Return the right end of an axis of widths, past the break-even."""
    return 1.25 * float(result.eighth.reductions["5x5"].break_even)


def column(x: Any, y: Any, role: str, name: str, **more: Any) -> Trace:
    """Draw bars in the color of a role, stacked where they share a position."""
    look: Trace = {"width": 0.34, "hoverinfo": "skip"}
    return bars(np.asarray(x, np.float32), y, role, name, **look | more)


def steady(data: Sequence[Trace], places: Sequence[int]) -> tuple[Frames, ...]:
    """Return frames of bars that stay fixed: plotly.js stacks only those that a step names, and drops the others."""
    return tuple(Frames(place, [data[place]["y"]] * len(R)) for place in places)


def above(places: Sequence[tuple[float, float, str]], role: str, name: str, **more: Any) -> Trace:
    """Write texts on top of bars."""
    return labels([(x, y, text, "top center") for x, y, text in places], name, role, **more)

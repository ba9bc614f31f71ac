"""Savings from a reduction, over its width, and where it stops paying."""

from __future__ import annotations

import math

import numpy as np

from core.draw.live import Figure, Panel, Track
from core.draw.marks import area, labels, lines, marks
from core.draw.style import layout
from core.kit.arrays import Numbers
from core.kit.words import percent
from core.labs.inception.compute.explore import Sweep
from core.labs.inception.panels.widths import UPPER, R, across, operations

_LOWEST, _HIGHEST = -150.0, 106.0  # savings beyond leave the picture, in percent
_LETTER, _LINE, _GAP = 7.2 / 300, 16 / 200, 9 / 200  # of a text, as shares of a figure on a phone


def _beside(words: str, own: Numbers, other: Numbers, right: float, bottom: float) -> tuple[float, float, str, str]:
    """Place words next to a falling line, given as its heights over 201 widths, where both lines leave the most room.

    They go above the line if it is mostly the higher one, and below otherwise.
    """
    x, high = np.linspace(0, right, 201), _HIGHEST - bottom
    wide, tall, gap = round(201 * _LETTER * len(words)), _LINE * high, _GAP * high
    above = own.mean() > other.mean()
    found = []
    for k in range(2, 199 - wide):
        low = own[k] + gap if above else own[k + wide] - gap - tall
        both = np.array([own[k : k + wide], other[k : k + wide]])
        room = min(np.maximum(low - both, both - low - tall).min(), low - bottom - 2 * tall, _HIGHEST - low - tall)
        found.append((room, x[k], low) if above else (room, x[k + wide], low + tall))
    _, r, y = max(found)
    return float(r), float(y), words, "top right" if above else "bottom left"


def _alt(result: Sweep) -> str:
    five, three = (result.eighth.reductions[name] for name in ("5x5", "3x3"))
    return (
        f"Saving against the width of the reduction before the 5×5: a straight line down to 0 at a width of "
        f"{float(five.break_even):.1f}. With one channel in eight, {result.channels // 8}, the branch saves "
        f"{percent(1 - result.channels / 8 / float(five.break_even))} and the module "
        f"{percent(float(result.saving(result.eighth.reduced)))}; before the 3×3 the break-even is "
        f"{float(three.break_even):.1f}."
    )


def savings(result: Sweep) -> Panel:
    """Draw the percentage of the operations that a reduction of each width saves: of the branch, and of the module."""
    right = across(result)
    module = 100 * np.array([float(result.saving(one)) for one in result.modules])
    five = result.eighth.reductions["5x5"]
    branch = np.where(R > 0, 100 * (1 - R / float(five.break_even)), 0)
    seen = right >= R
    bottom = max(_LOWEST, 25 * math.floor(min(module[seen].min(), -20) / 25) - 5)
    x = np.linspace(0, right, 201)
    high, low = np.interp(x, R[1:], branch[1:]), np.interp(x, R[1:], module[1:])
    own = _beside("5×5 branch", high, low, right, bottom)
    whole = _beside("whole module", low, high, right, bottom)
    if low.max() < bottom:
        whole = (right, bottom + 1, "whole module: below the plot", "top left")
    data = [
        area([0, right, right, 0], [0, 0, bottom, bottom], "noise_fill", "costs more than no reduction"),
        lines(R[1:], branch[1:], "second", "5×5 branch", 2.4, table=True),
        lines(R[1:], module[1:], "risk", "whole module", 3, table=True),
        lines([0, right], [0, 0], "axis", "no saving"),
        marks(
            [float(five.break_even)],
            [0],
            "second",
            "diamond",
            "break-even",
            f"The 5×5 branch costs as much as without at r = {float(five.break_even):.1f}",
        ),
        labels([own], "words of the branch", "second", 13),
        labels([whole], "words of the module", "risk", 13),
        labels(
            [
                (
                    0.16 * right,
                    bottom + 1,
                    f"below 0 it costs more<br>(5×5 branch: r ≥ {math.floor(five.break_even) + 1})",
                    "top right",
                )
            ],
            "meaning of the area",
        ),
    ]
    inside = (module >= bottom) & seen
    tracks = (
        Track(R),
        Track(np.where(seen, R, np.nan), branch, "second"),
        Track(np.where(inside, R, np.nan), module, "risk"),
    )
    look = layout(
        x="reduction width r (1×1 filters before the 5×5)",
        y=f"{operations(result)} saved (%)",
        margin={"l": 50, "r": 10, "t": 14, "b": 40},
        xaxis={"range": [-0.02 * right, 1.02 * right], "showgrid": False},
        yaxis={"range": [bottom, _HIGHEST], "dtick": 25},
    )
    absent = ("Off to the right, where the reduction costs more than it saves.",)
    return Panel(Figure(data=data, layout=look), alt=_alt(result), tracks=tracks, absent=absent, column=1, height=UPPER)

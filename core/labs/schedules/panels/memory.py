"""Memory of a training for each batch size, against what a card has."""

from __future__ import annotations

import math

import numpy as np

from core.draw.live import Figure, Frames, Panel
from core.draw.marks import Trace, bars, dots, labels, lines
from core.draw.style import layout
from core.labs.schedules.compute.explore import Schedules
from core.labs.schedules.compute.memory import GIB
from core.labs.schedules.panels.axes import LOWER, MARGIN

SIZES = tuple(2**power for power in range(3, 14))
_LEAST = 3  # power of two of the first bar
_SEEN = 0.008  # of the card, a bar is to be seen and has a number


def gib(size: float) -> str:
    """Write bytes in GiB with the digits that mean something.

    >>> gib(36.0947 * 2**30), gib(1.2345 * 2**30), gib(0.005 * 2**30)
    ('36.1', '1.23', '0.005')
    """
    value = size / GIB
    return f"{value:.1f}" if value >= 9.995 else f"{value:.2f}" if value >= 0.095 else f"{value:.3f}"


def bar_of(batch: float) -> float:
    """Return where the bar of a batch size stands."""
    return math.log2(batch) - _LEAST


def memory_panel(result: Schedules) -> Panel:
    """A bar for each batch size; those that do not fit are red, and the largest batch of the training has a dot."""
    need, card = result.need, result.card
    sizes = np.array([need.total(batch) for batch in SIZES], dtype=np.float64)
    top = 1.7 * card
    highest = 0.8 * top  # its number stands below the buttons of the figure
    heights = np.minimum(sizes / GIB, highest)
    x = np.arange(len(SIZES), dtype=np.float64)
    fits = sizes <= card * GIB
    named = [
        bars(x[part], heights[part], role, name, width=0.62, hoverinfo="skip", showlegend=False)
        for part, name, role in ((fits, "fits", "first"), (~fits, "does not fit", "warning"))
        if part.any()
    ]
    told = [
        (at, height, f"{'↑ ' if size > highest * GIB else ''}{gib(size)}", "top center")  # higher than it is drawn
        for at, height, size in zip(x, heights, sizes, strict=True)
        if size >= _SEEN * card * GIB or at == x[-1]
    ]
    used = [plan.run.largest for plan in result.plans]
    xs = [np.array([bar_of(batch)]) for batch in used]
    look: Trace = {"edge": 0, "showlegend": False, "cliponaxis": False, "table": False}
    dot = dots(xs[0], [-0.07 * top], "accent", "largest batch of this training", 10, "triangle-up", **look)
    data = [
        *named,
        lines([-0.6, len(SIZES) - 0.4], [card, card], "text", "card", 1.6, dash="dash"),
        labels([(-0.55, card, f"GPU: {card} GiB", "top right")], "GPU in words", "text"),
        labels(told, "GiB of each batch size"),
        dot,
    ]
    around = layout(
        x="batch size (▲ largest in this run)",
        y="memory (GiB)",
        margin=MARGIN,
        xaxis={
            "range": [-0.6, len(SIZES) - 0.4],
            "tickvals": x.tolist(),
            "ticktext": [str(size) for size in SIZES],
            "showgrid": False,
            "title": {"standoff": 5},
            "tickangle": 0,
            "tickfont": {"size": 11},
        },
        yaxis={"range": [-0.14 * top, top], "nticks": 5},
    )
    most = need.fits(card)
    alt = (
        f"Predicted memory: {gib(need.fixed)} GiB and {need.each / 2**20:.2f} MiB for each "
        f"image of a batch. A GPU with {card} GiB fits at most {most:,} images; 8,192 would need "
        f"{gib(need.total(8192))} GiB."
    )
    frames = (Frames(len(data) - 1, xs, "x"),)
    return Panel(Figure(data=data, layout=around), alt=alt, frames=frames, column=1, height=LOWER, folded=True)

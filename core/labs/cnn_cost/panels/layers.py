"""The axis of the layers, bars over it, boxes, and the colors of what a layer does."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor, log10
from typing import Any

import numpy as np

from core.draw.live import Axis, Figure, Frames, Panel, Track
from core.draw.marks import Box, Trace, band, bars, corners, lines, outlines
from core.draw.style import color, layout
from core.labs.cnn_cost.compute.rows import Row, stops
from core.networks.table import LayerTable

# What a row does -> color and name in the legend.
KINDS = {
    "convolution": ("convolution", "convolution"),
    "linear": ("linear", "fully connected"),
    "attention": ("attention", "attention"),
    "pool": ("pool", "pooling"),
}
OTHER = ("muted", "other")
_ELSEWHERE = ("convolution", "linear", "attention")  # these have operations, and are named above that panel
_CROWDED = 80  # rows, from which on bars have no gaps: below a pixel, a gap is there or not by chance
_TICKS = 10  # names under the bars
_NAME = 11  # characters of such a name
NO_BOX: Box = (-1e4, -1e4, 1.0, 1.0)  # out of every picture: a trace without points would not come back


def kind(role: str) -> tuple[str, str]:
    """Return color role and legend name of what a call does."""
    return KINDS.get(role, OTHER)


def axis(rows: Sequence[Row], table: LayerTable) -> Axis:
    """Return the axis along the layers: 0 is the image."""
    places = stops(tuple(rows))
    image = "image" if any(table.input_shape) else "before"
    texts = tuple(f"{k} · {rows[k - 1].label}" if k else image for k in places)
    return Axis("layer", "Layer", tuple(map(float, places)), texts)


def grouped(rows: Sequence[Row]) -> dict[tuple[str, str], list[int]]:
    """Group the row numbers, from 1, by color role and name of what they do."""
    groups: dict[tuple[str, str], list[int]] = {}
    for number, row in enumerate(rows, 1):
        groups.setdefault(kind(row.call.role), []).append(number)
    return groups


def log_range(values: Sequence[float]) -> list[float]:
    """Return the range of a logarithmic axis over the positive ones of some values, in powers of ten."""
    positive = [value for value in values if value > 0] or [1.0]
    low, high = floor(log10(min(positive))), ceil(log10(max(positive)) + 0.05)
    return [low - 0.1, float(max(high, low + 1))]


def log_bars(
    rows: Sequence[Row],
    values: Sequence[int],
    quantity: str,
    alt: str,
    *,
    span: list[float],
    places: Sequence[int],
    image: int = 0,
    named: bool = False,
    title: str = "",
    ends: bool = False,
    track: Track | None = None,
    **more: Any,
) -> Panel:
    """Draw bars of a quantity over the rows on a logarithmic axis, with a frame around that of the slider's row.

    Parameters
    ----------
    rows, values
        The rows, and the quantity of each; 0 has no bar.
    quantity, alt
        Title of the vertical axis, and the alternative in words.
    span
        Range of the vertical axis, in powers of ten.
    places
        Number of the row at each step of the slider.
    image
        The quantity of the image, at 0.
    named
        Whether the layers are named under the bars, and their colors above them; otherwise, above them are the colors
        of rows with neither parameters nor operations, if `image` is given.
    title
        Of the panel.
    ends
        Whether the rows end before the network does; then a cross follows the last one.
    track
        The handle, if it is not a line at `places`.
    """
    traces = []
    width = 0.86 if len(rows) < _CROWDED else 1.0
    for (role, name), numbers in grouped(rows).items():
        own = [(number, values[number - 1]) for number in numbers if values[number - 1] > 0]
        if own:
            listed = named or role not in _ELSEWHERE
            traces.append(_bars(own, role, name, quantity) | {"width": width, "showlegend": listed})
    if image:
        traces.append(_bars([(0, image)], "axis", "image", quantity) | {"width": width})
    full = [image, *values]
    ground = 10 ** span[0]
    boxes = [(k - 0.48, k + 0.48, ground, float(full[k])) if full[k] else NO_BOX for k in places]
    frames = outline(len(traces), boxes)
    look: dict[str, Any] = {
        "showlegend": named or bool(image),
        "barmode": "overlay",
        "margin": {"t": 38 if title else 10, "b": 84 if named else 10, "l": 62},
        "annotations": [_cross(len(rows) + 1)] if ends else [],
        "xaxis": {"range": [-0.8, len(rows) + (1.8 if ends else 0.8)], "showgrid": False, **_names(rows, named)},
        "yaxis": {
            "type": "log",
            "range": span,
            "exponentformat": "power",
            "dtick": ceil((span[1] - span[0]) / 4),
        },
    }
    figure = Figure(data=[*traces, framed()], layout=layout(title=title, x="layer", y=quantity, **look))
    if not named:  # the panel below has the same axis
        figure["layout"]["xaxis"]["title"]["font"]["color"] = "rgba(0,0,0,0)"
    return Panel(figure, alt=alt, frames=frames, tracks=(track or Track(np.array(places, float)),), **more)


def _cross(x: float) -> dict[str, Any]:
    """Draw a mark at the position of the layer that fails."""
    font = {"color": color("warning"), "size": 18}
    return {"x": x, "y": 0, "yref": "paper", "yanchor": "bottom", "text": "✕", "showarrow": False, "font": font}


def _bars(own: Sequence[tuple[int, int]], role: str, name: str, quantity: str) -> Trace:
    numbers, values = np.array(own, np.float32).T
    return bars(numbers, values, role, name, hover=f"row %{{x}}: %{{y:.4s}} {quantity}")


def _names(rows: Sequence[Row], named: bool) -> dict[str, Any]:
    """Return ticks: the names of some rows, or nothing."""
    if not named:
        return {"tickvals": [], "ticktext": []}
    numbers = sorted({round(k) for k in np.linspace(1, len(rows), min(len(rows), _TICKS))}) if rows else []
    texts = [short(rows[number - 1].label) for number in numbers]
    return {"tickvals": numbers, "ticktext": texts, "tickangle": -50}


def short(name: str) -> str:
    """Return the end of a name that is too long for a tick."""
    return name if len(name) <= _NAME else f"…{name[1 - _NAME :]}"


def framed(role: str = "accent", name: str = "", width: float = 2.4, dash: str = "solid") -> Trace:
    """Draw a box that its frames move."""
    return lines([], [], role, name, width, dash=dash, showlegend=bool(name))


def outline(trace: int, boxes: Sequence[Box]) -> tuple[Frames, Frames]:
    """Return frames that put the outline of a box at each step."""
    x, y = corners(boxes)
    return Frames(trace, x, attr="x"), Frames(trace, y)


def polygons(boxes: Sequence[Box], role: str, name: str) -> Trace:
    """Draw filled boxes as one trace."""
    return band(*outlines(boxes), role, name, edge="paper", width=1)


def top(rows: Sequence[Row], values: Sequence[int]) -> str:
    """Say which row has the most of a quantity."""
    if not any(values):
        return "no row has any"
    best = max(range(len(rows)), key=values.__getitem__)
    share = 100 * values[best] / sum(values)
    zeros = sum(value == 0 for value in values)
    without = f"; {zeros} without any have no bar" if zeros else ""
    name = f"{rows[best].label} (row {best + 1})"
    return f"the largest is {name} with {values[best]:,}, {share:.0f}% of these rows{without}"

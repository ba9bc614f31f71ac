"""The receptive field: a box over the image that grows with the layers, and its size against depth."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from core.draw.live import Figure, Panel, Track
from core.draw.marks import Box, Trace, area, curve
from core.draw.style import layout, line
from core.kit.arrays import Numbers
from core.labs.cnn_cost.compute.rows import Row, stops
from core.labs.cnn_cost.panels.layers import NO_BOX, framed, outline
from core.networks.table import LayerTable

HEIGHTS = (310, 170)
_MARGIN = 0.16  # of the image around it


def field_text(row: Row) -> str:
    """Write the size of what a unit sees."""
    field = row.call.field
    if field.size is None:
        return {"whole": "all", "unknown": "–"}[field.reach]
    return f"{field.size[0]}×{field.size[1]}"


def field_panel(rows: Sequence[Row], table: LayerTable) -> Panel:
    """Draw what the middle unit of each map sees of the image, and what its neighbor sees."""
    _, height, width = table.input_shape
    places = stops(tuple(rows))
    boxes = [_box(rows[k - 1] if k else None, table, 0) for k in places]
    beside = [_box(rows[k - 1] if k else None, table, 1) for k in places]
    traces = [*_drawing(height, width), framed("threshold", "neighboring unit", width=1.6, dash="dot")]
    neighbour = len(traces) - 1
    traces.append(framed("accent", "middle unit"))
    pad = _MARGIN * max(height, width)
    look: dict[str, Any] = {
        "showlegend": True,
        "margin": {"t": 4, "b": 44, "l": 56},
        "xaxis": {"range": [-0.5 - pad, width - 0.5 + pad], "showgrid": False, "constrain": "domain", "nticks": 4},
        "yaxis": {"range": [height - 0.5 + pad, -0.5 - pad], "showgrid": False, "scaleanchor": "x", "nticks": 4},
    }
    figure = Figure(data=traces, layout=layout(x="image column (pixels)", y="image row (pixels)", **look))
    figure["layout"]["yaxis"]["constrain"] = "domain"
    return Panel(
        figure,
        alt=_alt(rows, table),
        frames=(*outline(neighbour, beside), *outline(neighbour + 1, boxes)),
        column=2,
        height=HEIGHTS[0],
    )


def _alt(rows: Sequence[Row], table: LayerTable) -> str:
    sized = [row for row in rows if row.call.field.size is not None]
    side = table.input_shape[1]
    if not sized:
        return "Receptive fields: no row has one that is a box."
    last = sized[-1].call.field.size
    assert last is not None
    wide = next((row for row in sized if min(row.call.field.size or (0, 0)) > side), None)
    beyond = f"; from {wide.label} on it is wider than the image of {side} pixels" if wide and side else ""
    return (
        f"Receptive field of the middle unit of each map. The last one that is a box is {last[0]} "
        f"× {last[1]} pixels, at {sized[-1].label}{beyond}."
    )


def _box(row: Row | None, table: LayerTable, beside: int) -> Box:
    """Return the edges of what the middle unit of a row sees, or the unit `beside` it; one pixel for the image."""
    sizes = table.input_shape[1:] if row is None else row.call.output_shape[1:] or (1, 1)
    if min(table.input_shape) < 1 or len(sizes) != 2:
        return NO_BOX
    field = None if row is None else row.call.field
    if field is not None and field.reach != "box":
        whole = field.reach == "whole" and not beside
        return (-0.5, table.input_shape[2] - 0.5, table.input_shape[1] - 0.5, -0.5) if whole else NO_BOX
    if beside and sizes[1] < 2:
        return NO_BOX
    ends = []
    for axis in (0, 1):
        unit = (sizes[axis] - 1) // 2 + beside * axis
        low, high, jump = (0, 0, 1) if field is None else (field.low[axis], field.high[axis], field.jump[axis])
        ends.append((jump * unit + low - 0.5, jump * unit + high + 0.5))
    (top, bottom), (left, right) = ends
    far = 0.9 * _MARGIN * max(table.input_shape[1:])  # a box that leaves the picture is drawn at its edge
    below, right_of = (side - 0.5 + far for side in table.input_shape[1:])
    return max(left, -0.5 - far), min(right, right_of), min(bottom, below), max(top, -0.5 - far)


def _drawing(height: int, width: int) -> list[Trace]:
    """Draw the image: a frame, and a face in it to show how much a box covers."""
    turn = np.linspace(0, 2 * np.pi, 41)
    ring = np.stack([np.cos(turn), np.sin(turn)])
    head = np.array([[0.5], [0.56]]) + np.array([[0.3], [0.28]]) * ring
    ears = [np.array([[x, x + 0.02 * s, x + 0.18 * s, x], [0.5, 0.12, 0.34, 0.5]]) for x, s in ((0.22, 1), (0.78, -1))]
    eyes = [np.array([[x], [0.5]]) + 0.045 * ring for x in (0.39, 0.61)]
    nose = np.array([[0.46, 0.54, 0.5, 0.46], [0.62, 0.62, 0.67, 0.62]])
    edge = np.array([[0, 1, 1, 0, 0], [0, 0, 1, 1, 0]])

    shapes = [(edge, "grid", "image"), *((part, "axis", "face") for part in (*ears, head))]
    shapes += [(part, "paper", "eyes and nose") for part in (*eyes, nose)]
    return [
        area(x * width - 0.5, y * height - 0.5, role, name, edge="axis" if name == "image" else "", width=1.5)
        for (x, y), role, name in shapes
    ]


def depth_panel(rows: Sequence[Row], table: LayerTable) -> Panel:
    """Draw height of the receptive field and step between units over the layers, on a logarithmic axis."""
    sized = [(k, row.call.field) for k, row in enumerate(rows, 1) if row.call.field.size is not None]
    x = np.array([0, *(k for k, _ in sized)], np.float32)
    heights = np.array([1, *(field.high[0] - field.low[0] + 1 for _, field in sized)], np.float32)
    jumps = np.array([1, *(field.jump[0] for _, field in sized)], np.float32)
    side = table.input_shape[1]
    traces = [_steps(x, heights, "accent", "sees"), _steps(x, jumps, "threshold", "step")]
    if side:
        traces.append(_steps(np.array([0, len(rows)]), np.full(2, side), "noise", "image"))
    largest = float(max(heights.max(), side, 2))
    look: dict[str, Any] = {
        "showlegend": True,
        "margin": {"t": 14, "b": 30, "l": 56},
        "xaxis": {"range": [-0.8, len(rows) + 0.8], "showticklabels": False},
        "yaxis": {"type": "log", "range": [-0.1, np.log10(largest) + 0.15], "exponentformat": "power", "dtick": 1},
    }
    figure = Figure(data=traces, layout=layout(x="layer", y="pixels", **look))
    return Panel(
        figure,
        alt=f"The receptive field grows from 1 to {int(heights[-1])} pixels over {len(rows)} rows "
        f"while the step between neighboring units grows to {int(jumps[-1])}; the image has "
        f"{side} pixels a side.",
        tracks=(Track(np.array(stops(tuple(rows)), float)),),
        column=2,
        height=HEIGHTS[1],
        folded=True,
    )


def _steps(x: Numbers, y: Numbers, role: str, name: str) -> Trace:
    words = f"row %{{x}}: {name} %{{y}} pixels"
    return curve(x, y, role, name, line=line(role, 2.2, shape="hv"), hover=words)

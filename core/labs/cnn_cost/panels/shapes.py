"""Blocks of a network scaled by size, as VGG is usually drawn, and the icicle of its parameters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import log2
from typing import Any

import numpy as np

from core.draw.live import Figure, Panel, Track
from core.draw.marks import Box, Trace, bars
from core.draw.style import color, layout
from core.labs.cnn_cost.compute.blocks import Block, blocks
from core.labs.cnn_cost.compute.rows import Row, label, stops
from core.labs.cnn_cost.panels.layers import framed, grouped, kind, outline, polygons
from core.networks.table import LayerTable

HEIGHTS = (280, 270)
_GAP = 0.25  # between blocks, in doublings of the channels
_FLATTEST = 0.02  # height of a row of numbers, in sides of the image
_DEEPEST = 6  # levels of the icicle
_SMALLEST = 0.05  # percent of the parameters below which nothing is drawn


def block_panel(rows: Sequence[Row], table: LayerTable) -> Panel:
    """Draw every row as a block: as high as its map, as wide as its channels have doublings."""
    image = table.input_shape
    side = max(image[1], image[2], *(size for row in rows for size in row.call.output_shape[1:]), 1)
    shapes = [image if min(image) else (), *(row.call.output_shape for row in rows)]
    places: list[Box] = []
    at = 0.0
    for shape in shapes:
        wide, high = (0.5 + log2(shape[0]) / 2, shape[1] if len(shape) == 3 else 0) if shape else (0.2, 0)
        tall = max(high, _FLATTEST * side)
        places.append((at, at + wide, -tall / 2, tall / 2))
        at += wide + _GAP
    traces: list[Trace] = [polygons(places[:1], "axis", "image")]
    for (role, name), numbers in grouped(rows).items():
        traces.append(polygons([places[number] for number in numbers], role, name))
    here = [places[k] for k in stops(tuple(rows))]
    look: dict[str, Any] = {
        "showlegend": True,
        "margin": {"t": 10, "b": 44, "l": 56},
        "xaxis": {"range": [-0.5, at + 0.3], "showticklabels": False, "showgrid": False},
        "yaxis": {
            "range": [-0.56 * side, 0.56 * side],
            "showgrid": False,
            "tickvals": [-side / 2, 0, side / 2],
            "ticktext": ["", f"{side}", ""],
        },
    }
    title = "layers (width: log of channels)"
    figure = Figure(data=[*traces, framed()], layout=layout(x=title, y="side of the map (pixels)", **look))
    centres = np.array([(left + right) / 2 for left, right, _, _ in here])
    return Panel(
        figure,
        alt=_block_alt(rows, table),
        frames=outline(len(traces), here),
        tracks=(Track(centres),),
        height=HEIGHTS[0],
    )


def _block_alt(rows: Sequence[Row], table: LayerTable) -> str:
    maps = [row for row in rows if len(row.call.output_shape) == 3]
    if not maps:
        return f"Blocks of {len(rows)} rows, none of which gives a map."
    first, last = table.input_shape, maps[-1].call.output_shape
    return (
        f"Blocks scaled by size: maps shrink from {first[1]} × {first[2]} with {first[0]} channels to {last[1]} × "
        f"{last[2]} with {last[0]} channels over {len(maps)} rows."
    )


def icicle_panel(rows: Sequence[Row], table: LayerTable, *, collapse: bool) -> Panel:
    """Draw parameters by block, from the whole network at the top down to single layers."""
    tree = blocks(table, collapse=collapse)
    drawn = list(_boxes(tree, 0.0, 100.0, 0)) if tree.params else []
    depth = max((box[3] for _, box in drawn), default=1)
    traces = _icicle_bars(drawn, table)
    # No frame moves here: plotly.js takes the texts of bars away with the first one that it animates.
    centres = [_centre(drawn, rows[k - 1]) if k else np.nan for k in stops(tuple(rows))]
    look: dict[str, Any] = {
        "barmode": "overlay",
        "uniformtext": {"mode": "hide", "minsize": 10},
        "margin": {"t": 10, "b": 44, "l": 56},
        "xaxis": {"range": [0, 100], "showgrid": False, "nticks": 6},
        "yaxis": {"range": [depth, 0], "showticklabels": False, "showgrid": False},
    }
    figure = Figure(data=traces, layout=layout(x="percentage of the parameters", y="nesting", **look))
    return Panel(
        figure,
        alt=_icicle_alt(tree),
        tracks=(Track(np.array(centres)),),
        absent=("This row has almost no parameters.",),
        height=HEIGHTS[1],
    )


def _boxes(block: Block, left: float, right: float, level: int) -> Iterator[tuple[Block, Box]]:
    """Yield blocks with parameters and their positions; equal ones, which are one block, appear once in full width."""
    yield block, (left, right, level, level + 1)
    inside = sum(child.params for child in block.children)
    if not inside or level + 1 == _DEEPEST:
        return
    start = left
    for child in block.children:
        end = start + (right - left) * child.params / inside
        if child.params:
            yield from _boxes(child, start, end, level + 1)
        start = end


def _centre(drawn: Sequence[tuple[Block, Box]], row: Row) -> float:
    """Return where a row is: in the middle of the smallest drawn block around it; nan without parameters."""
    around = [box for block, box in drawn if block.first <= row.first < block.last]
    if not row.call.params or row.call.shared or around[-1][1] - around[-1][0] <= _SMALLEST:
        return np.nan
    return (around[-1][0] + around[-1][1]) / 2


def _icicle_bars(drawn: Sequence[tuple[Block, Box]], table: LayerTable) -> list[Trace]:
    groups: dict[str, list[tuple[Block, Box]]] = {}
    calls = table.inference
    for block, box in drawn:
        if box[1] - box[0] > _SMALLEST:
            role = "grid" if block.children else kind(calls[block.first].role)[0]
            groups.setdefault(role, []).append((block, box))
    return [
        bars(
            np.array([(box[0] + box[1]) / 2 for _, box in own], np.float32),
            np.ones(len(own)),
            role,
            role,
            width=np.array([box[1] - box[0] for _, box in own], np.float32),
            base=np.array([box[2] for _, box in own], np.float32),
            text=[_name(block, table) for block, _ in own],
            textposition="inside",
            insidetextanchor="middle",
            textangle=0,
            insidetextfont={"color": color("text" if role == "grid" else "paper"), "size": 12},
            marker={"color": color(role), "line": {"color": color("paper"), "width": 1}},
            hover="%{text}: %{width:.2f}%",
            table=False,
        )
        for role, own in groups.items()
    ]


def _name(block: Block, table: LayerTable) -> str:
    """Return the name of a block in the icicle, with the number of equal ones it represents."""
    if not block.children:
        name = label(table.inference[block.first])
    else:
        name = block.kind if block.path == "" or block.path[-1].isdigit() else block.path
    return f"{name} ×{block.count}" if block.count > 1 else name


def _icicle_alt(tree: Block) -> str:
    if not tree.params:
        return "There are no parameters to divide among the blocks."
    parts = sorted(tree.children, key=lambda block: -block.params)[:3]
    shares = ", ".join(f"{part.path} ({part.kind}) {100 * part.params / tree.params:.0f}%" for part in parts)
    return f"Of {tree.params:,} parameters the largest parts of the network hold: {shares}."

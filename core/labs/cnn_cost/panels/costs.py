"""The costs of a network layer by layer: parameters, activations, and operations, on logarithmic axes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from math import prod

from core.draw.live import Panel
from core.labs.cnn_cost.compute.rows import Row, stops
from core.labs.cnn_cost.panels.layers import log_bars, log_range, top
from core.networks.table import LayerTable

HEIGHTS = (190, 290)  # of the upper and of the lower panel of a column


def params_of(row: Row, bias: bool) -> int:
    """Return the parameters of a row; 0 for a second call of the same layer."""
    return 0 if row.call.shared else row.call.params if bias else row.call.weights


def operations_of(row: Row, unit: str) -> int:
    """Return the operations of a row in a unit."""
    return row.call.macs * (2 if unit == "flops" else 1)


def unit_name(unit: str) -> str:
    """Return the name of a unit of operations."""
    return "FLOPs" if unit == "flops" else "MACs"


def cost_panels(
    rows: Sequence[Row],
    table: LayerTable,
    *,
    bias: bool,
    unit: str,
    ends: bool = False,
    blanks: Collection[tuple[int, str]] = (),
) -> tuple[Panel, ...]:
    """Draw parameters above operations, and activations next to them; what no row has, and blanks, are left out."""
    asked = {column for _, column in blanks}
    params = [0 if (row.place, "params") in blanks else params_of(row, bias) for row in rows]
    maps = [0 if (row.place, "activations") in blanks else row.call.activations for row in rows]
    work = [0 if (row.place, "macs") in blanks else operations_of(row, unit) for row in rows]
    image = prod(table.input_shape)
    name = unit_name(unit)
    counted = "" if bias else ", without biases"
    places = stops(tuple(rows))
    panels = [
        log_bars(
            rows,
            params,
            "parameters",
            f"Parameters of {len(rows)} rows on a logarithmic axis{counted}: {_top(rows, params, 'params' in asked)}.",
            span=log_range(params),
            places=places,
            ends=ends,
            named=not any(operations_of(row, unit) for row in rows),
            height=HEIGHTS[0],
        )
    ]
    if image or any(maps):
        beside = log_bars(
            rows,
            maps,
            "activations",
            f"Numbers in the outputs of {len(rows)} rows on a logarithmic axis, and the {image:,} of the image: "
            f"{_top(rows, maps, 'activations' in asked)}.",
            span=log_range([image, *maps]),
            places=places,
            ends=ends,
            image=image,
            column=1,
            height=HEIGHTS[0],
        )
        panels.append(replace(beside, folded=True))
    if any(operations_of(row, unit) for row in rows):
        panels.append(
            log_bars(
                rows,
                work,
                name,
                f"{name} of {len(rows)} rows on a logarithmic axis: {_top(rows, work, 'macs' in asked)}.",
                span=log_range(work),
                places=places,
                ends=ends,
                named=True,
                height=HEIGHTS[1],
            )
        )
    return tuple(panels)


def _top(rows: Sequence[Row], values: Sequence[int], blank: bool) -> str:
    return "no bars for hidden cells" if blank else top(rows, values)

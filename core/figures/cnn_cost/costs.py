"""The costs of a network layer by layer: parameters, activations and operations, on logarithmic axes."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from core.cnn.rows import Row, stops
from core.cnn.table import LayerTable
from core.figures.cnn_cost.parts import log_bars, log_range, top
from core.figures.live import Panel

HEIGHTS = (190, 290)  # of the upper and of the lower panel of a column


def params_of(row: Row, bias: bool) -> int:
    """Parameters of a row; of a second call of the same layer none."""
    return 0 if row.call.shared else row.call.params if bias else row.call.weights


def operations_of(row: Row, unit: str) -> int:
    """Operations of a row in a unit."""
    return row.call.macs * (2 if unit == "flops" else 1)


def unit_name(unit: str) -> str:
    """Name of a unit of operations."""
    return "FLOPs" if unit == "flops" else "MACs"


def cost_panels(
    rows: Sequence[Row], table: LayerTable, *, bias: bool, unit: str, ends: bool = False
) -> tuple[Panel, ...]:
    """Parameters above operations, and beside them activations; what no row has is left out."""
    params = [params_of(row, bias) for row in rows]
    maps = [row.call.activations for row in rows]
    work = [operations_of(row, unit) for row in rows]
    image = prod(table.input_shape)
    name = unit_name(unit)
    counted = "" if bias else ", without biases"
    places = stops(tuple(rows))
    panels = [
        log_bars(
            rows,
            params,
            "parameters",
            f"Parameters of {len(rows)} rows on a logarithmic axis{counted}: {top(rows, params)}.",
            span=log_range(params),
            places=places,
            ends=ends,
            named=not any(work),
            height=HEIGHTS[0],
        )
    ]
    if image or any(maps):
        panels.append(
            log_bars(
                rows,
                maps,
                "activations",
                f"Numbers in the outputs of {len(rows)} rows on a logarithmic axis, and the {image:,} of the image: "
                f"{top(rows, maps)}.",
                span=log_range([image, *maps]),
                places=places,
                ends=ends,
                image=image,
                column=1,
                height=HEIGHTS[0],
            )
        )
    if any(work):
        panels.append(
            log_bars(
                rows,
                work,
                name,
                f"{name} of {len(rows)} rows on a logarithmic axis: {top(rows, work)}.",
                span=log_range(work),
                places=places,
                ends=ends,
                named=True,
                height=HEIGHTS[1],
            )
        )
    return tuple(panels)
